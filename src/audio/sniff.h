// What these bytes are, judged by the bytes alone: names and extensions lie (an .mp3 may be FLAC, a .wav a
// web page that says 404).
//
// sniff() reads the first few hundred kilobytes at most, plus the last 64 KiB of an Ogg file, and tells which
// family of decoders to ask, which part of the source is the audio proper (tags before it and MP3 inside RIFF
// are stripped), what the header promises, and, where it is no audio at all, what it looks like to a person.
// It never rejects: an honest "unknown" leaves the last word to the decoders.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audio/byte_source.h"
#include "core/error.h"

namespace hitscope {

struct Sniffed {
  enum class Family {
    empty,       // not one byte
    mpeg_audio,  // MPEG 1, 2, 2.5, layers I to III: verified by following frames, not by one sync word
    sndfile,     // containers libsndfile reads
    ffmpeg,      // containers only FFmpeg reads
    foreign,     // certainly something else; looks_like says what
    unknown,     // nothing we know the mark of
  };
  Family family = Family::unknown;
  std::string container;   // "wav", "ogg", "mp4", ...; empty if foreign or unknown
  std::string looks_like;  // for a sentence: "a web page (HTML)", "a WAV file"; empty if unknown
  // The part of the source to decode.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  // Samples per channel the header states, where that is more certain here than in the library that decodes
  // (libsndfile cuts the number down to what the file holds): WAV, AIFF, AU; and MP3's Xing and VBRI tags.
  std::optional<std::uint64_t> promised_frames;
  bool chained = false;  // Ogg: further streams follow the first
  bool cut_off = false;  // Ogg: the last page does not bear the end mark
  std::vector<std::string> warnings;
};

// Leaves the source's position anywhere. Errors: unreadable.
[[nodiscard]] Result<Sniffed> sniff(ByteSource& source);

}  // namespace hitscope
