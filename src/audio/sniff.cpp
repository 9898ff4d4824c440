#include "audio/sniff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "audio/byte_slice.h"
#include "audio/bytes.h"
#include "audio/mpeg_frame.h"
#include "audio/ogg_page.h"

namespace hitscope {
namespace {

using Bytes = std::span<const std::byte>;
using Family = Sniffed::Family;
using bytes::big_endian;
using bytes::has_mark;
using bytes::little_endian;

constexpr std::size_t kTailBytes = std::size_t{1} << 16;
// How far a first MPEG frame is looked for behind garbage.
constexpr std::size_t kSearchBytes = std::size_t{1} << 18;

Result<std::vector<std::byte>> read_at(ByteSource& source, std::uint64_t position, std::size_t count) {
  source.seek(position);
  std::vector<std::byte> window(
      static_cast<std::size_t>(std::min<std::uint64_t>(count, source.size() - source.position())));
  std::size_t done = 0;
  while (done < window.size()) {
    const auto got = source.read(std::span(window).subspan(done));
    if (!got) return tl::unexpected<Error>(got.error());
    if (*got == 0) break;
    done += *got;
  }
  window.resize(done);
  return window;
}

// ---- Marks that need no more than a look ----------------------------------------------------------------

struct Mark {
  std::size_t offset;
  std::string_view mark;
  Family family;
  std::string_view container;
  std::string_view looks_like;
};

using namespace std::string_view_literals;

constexpr std::array kMarks = {
    Mark{0, "fLaC"sv, Family::sndfile, "flac", "a FLAC file"},
    Mark{0, "riff\x2E\x91\xCF\x11"sv, Family::sndfile, "w64", "a Wave64 file"},
    Mark{0, "caff"sv, Family::sndfile, "caf", "a Core Audio file"},
    Mark{0, "NIST_1A"sv, Family::sndfile, "nist", "a NIST SPHERE file"},
    Mark{0, "Creative Voice File\x1A"sv, Family::sndfile, "voc", "a Creative Voice file"},
    Mark{0, "\x64\xA3\x01\x00"sv, Family::sndfile, "ircam", "an IRCAM file"},
    Mark{0, "\x64\xA3\x02\x00"sv, Family::sndfile, "ircam", "an IRCAM file"},
    Mark{0, "\x00\x01\xA3\x64"sv, Family::sndfile, "ircam", "an IRCAM file"},
    Mark{0, "\x00\x02\xA3\x64"sv, Family::sndfile, "ircam", "an IRCAM file"},
    Mark{0, " paf"sv, Family::sndfile, "paf", "an Ensoniq PARIS file"},
    Mark{0, "fap "sv, Family::sndfile, "paf", "an Ensoniq PARIS file"},
    Mark{4, "ftyp"sv, Family::ffmpeg, "mp4", "an MP4 file"},
    Mark{4, "moov"sv, Family::ffmpeg, "mp4", "a QuickTime file"},
    Mark{4, "mdat"sv, Family::ffmpeg, "mp4", "a QuickTime file"},
    Mark{4, "wide"sv, Family::ffmpeg, "mp4", "a QuickTime file"},
    Mark{4, "free"sv, Family::ffmpeg, "mp4", "a QuickTime file"},
    Mark{4, "skip"sv, Family::ffmpeg, "mp4", "a QuickTime file"},
    Mark{0, "\x1A\x45\xDF\xA3"sv, Family::ffmpeg, "matroska", "a Matroska file"},
    Mark{0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, Family::ffmpeg, "asf", "a Windows Media file"},
    Mark{0, "MAC "sv, Family::ffmpeg, "ape", "a Monkey's Audio file"},
    Mark{0, "wvpk"sv, Family::ffmpeg, "wv", "a WavPack file"},
    Mark{0, "MPCK"sv, Family::ffmpeg, "mpc8", "a Musepack file"},
    Mark{0, "MP+"sv, Family::ffmpeg, "mpc", "a Musepack file"},
    Mark{0, "TTA1"sv, Family::ffmpeg, "tta", "a True Audio file"},
    Mark{0, "tBaK"sv, Family::ffmpeg, "tak", "a TAK file"},
    Mark{0, "ajkg"sv, Family::ffmpeg, "shn", "a Shorten file"},
    Mark{0, "DSD "sv, Family::ffmpeg, "dsf", "a DSD file"},
    Mark{0, "FRM8"sv, Family::ffmpeg, "dff", "a DSD file"},
    Mark{0, "#!AMR"sv, Family::ffmpeg, "amr", "an AMR file"},
    Mark{0, ".RMF"sv, Family::ffmpeg, "rm", "a RealMedia file"},
    Mark{0, "FLV\x01"sv, Family::ffmpeg, "flv", "a Flash video"},
    Mark{0, "\x0B\x77"sv, Family::ffmpeg, "ac3", "an AC-3 stream"},
    Mark{0, "\x7F\xFE\x80\x01"sv, Family::ffmpeg, "dts", "a DTS stream"},
    Mark{0, "\x00\x00\x01\xBA"sv, Family::ffmpeg, "mpeg", "an MPEG program stream"},
    Mark{0,
         "\x8A"
         "MNG"sv,
         Family::foreign, "", "an animation (MNG)"},
    Mark{0, "\x89PNG"sv, Family::foreign, "", "a picture (PNG)"},
    Mark{0, "\xFF\xD8\xFF"sv, Family::foreign, "", "a picture (JPEG)"},
    Mark{0, "GIF8"sv, Family::foreign, "", "a picture (GIF)"},
    Mark{0, "%PDF"sv, Family::foreign, "", "a PDF document"},
    Mark{0, "PK\x03\x04"sv, Family::foreign, "", "a ZIP archive or office document"},
    Mark{0, "\x1F\x8B"sv, Family::foreign, "", "a gzip archive"},
    Mark{0, "BZh"sv, Family::foreign, "", "a bzip2 archive"},
    Mark{0,
         "\xFD"
         "7zXZ"sv,
         Family::foreign, "", "an xz archive"},
    Mark{0, "\x28\xB5\x2F\xFD"sv, Family::foreign, "", "a Zstandard archive"},
    Mark{0, "7z\xBC\xAF"sv, Family::foreign, "", "a 7-Zip archive"},
    Mark{0, "Rar!"sv, Family::foreign, "", "a RAR archive"},
    Mark{257, "ustar"sv, Family::foreign, "", "a tar archive"},
    Mark{0, "MThd"sv, Family::foreign, "", "a MIDI score, which holds notes and no sound"},
    Mark{0, "SQLite format 3"sv, Family::foreign, "", "an SQLite database"},
    Mark{0,
         "\x7F"
         "ELF"sv,
         Family::foreign, "", "a program (ELF)"},
    Mark{0, "MZ\x90"sv, Family::foreign, "", "a program (Windows)"},
    Mark{0, "PAR1"sv, Family::foreign, "", "a Parquet table"},
};

void set(Sniffed& result, Family family, std::string_view container, std::string_view looks_like) {
  result.family = family;
  result.container = container;
  result.looks_like = looks_like;
}

bool contains_mark(Bytes bytes, std::string_view mark) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (has_mark(bytes, at, mark)) return true;
  }
  return false;
}

bool sniff_mark(Bytes head, Sniffed& result) {
  const auto* found = std::ranges::find_if(
      kMarks, [head](const Mark& entry) { return has_mark(head, entry.offset, entry.mark); });
  if (found == kMarks.end()) return false;
  set(result, found->family, found->container, found->looks_like);
  constexpr std::size_t kDocTypeWithin = 64;
  if (result.container == "matroska" &&
      contains_mark(head.first(std::min(head.size(), kDocTypeWithin)), "webm")) {
    set(result, Family::ffmpeg, "webm", "a WebM file");
  }
  return true;
}

// ---- RIFF, RF64: where the data stands, and what is in it ----------------------------------------------

constexpr std::uint64_t kUnstated32 = 0xFFFFFFFF;  // what writers put that could not seek back

Result<bool> sniff_riff(ByteSource& source, Bytes head, Sniffed& result) {
  const bool big = has_mark(head, 0, "RIFX");
  if (!big && !has_mark(head, 0, "RIFF") && !has_mark(head, 0, "RF64") && !has_mark(head, 0, "BW64"))
    return false;
  if (has_mark(head, 8, "AVI ")) {
    set(result, Family::ffmpeg, "avi", "an AVI video");
    return true;
  }
  if (has_mark(head, 8, "WEBP")) {
    set(result, Family::foreign, "", "a picture (WebP)");
    return true;
  }
  if (!has_mark(head, 8, "WAVE")) return false;
  set(result, Family::sndfile, "wav", "a WAV file");

  const auto number = [big](Bytes bytes, std::size_t offset, std::size_t count) {
    return big ? big_endian(bytes, offset, count) : little_endian(bytes, offset, count);
  };
  constexpr std::uint64_t kTagPcm = 0x1;
  constexpr std::uint64_t kTagFloat = 0x3;
  constexpr std::uint64_t kTagMpeg = 0x50;
  constexpr std::uint64_t kTagMp3 = 0x55;
  constexpr std::uint64_t kTagExtensible = 0xFFFE;
  constexpr int kMaxChunks = 256;
  std::uint64_t tag = 0;
  std::uint64_t bytes_per_frame = 0;
  std::uint64_t long_data_bytes = 0;
  std::uint64_t position = 12;
  for (int chunk = 0; chunk < kMaxChunks && position + 8 <= source.size(); ++chunk) {
    const auto bytes = read_at(source, position, 48);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    std::uint64_t chunk_bytes = number(*bytes, 4, 4);
    if (has_mark(*bytes, 0, "ds64")) long_data_bytes = number(*bytes, 16, 8);
    if (has_mark(*bytes, 0, "fmt ")) {
      tag = number(*bytes, 8, 2);
      if (tag == kTagExtensible) tag = number(*bytes, 32, 2);  // the first field of the sub-format's GUID
      bytes_per_frame = number(*bytes, 20, 2);
    }
    if (has_mark(*bytes, 0, "data")) {
      const std::uint64_t available = source.size() - (position + 8);
      const bool unstated = chunk_bytes == kUnstated32 || chunk_bytes == 0;
      if (chunk_bytes == kUnstated32 && long_data_bytes > 0) chunk_bytes = long_data_bytes;
      if ((tag == kTagPcm || tag == kTagFloat) && bytes_per_frame > 0 && (!unstated || long_data_bytes > 0)) {
        result.promised_frames = chunk_bytes / bytes_per_frame;
      }
      if (tag == kTagMp3 || tag == kTagMpeg) {
        result.family = Family::mpeg_audio;
        result.begin = position + 8;
        result.end = result.begin + (unstated ? available : std::min(chunk_bytes, available));
      }
      break;
    }
    position += 8 + chunk_bytes + (chunk_bytes & 1);
  }
  // MP3 whose data chunk cannot be found is FFmpeg's to search: libsndfile would ask libmpg123, aloud.
  const bool mpeg = tag == kTagMp3 || tag == kTagMpeg;
  if (mpeg && result.family == Family::sndfile) result.family = Family::ffmpeg;
  return true;
}

// ---- AIFF, AU: what the header promises ----------------------------------------------------------------

Result<bool> sniff_aiff(ByteSource& source, Bytes head, Sniffed& result) {
  if (!has_mark(head, 0, "FORM")) return false;
  if (has_mark(head, 8, "8SVX") || has_mark(head, 8, "16SV")) {
    set(result, Family::sndfile, "svx", "an Amiga sound");
    return true;
  }
  if (!has_mark(head, 8, "AIFF") && !has_mark(head, 8, "AIFC")) return false;
  set(result, Family::sndfile, "aiff", "an AIFF file");
  constexpr int kMaxChunks = 256;
  std::uint64_t position = 12;
  for (int chunk = 0; chunk < kMaxChunks && position + 8 <= source.size(); ++chunk) {
    const auto bytes = read_at(source, position, 16);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    if (has_mark(*bytes, 0, "COMM")) {
      result.promised_frames = big_endian(*bytes, 10, 4);
      break;
    }
    const std::uint64_t chunk_bytes = big_endian(*bytes, 4, 4);
    position += 8 + chunk_bytes + (chunk_bytes & 1);
  }
  return true;
}

bool sniff_au(Bytes head, Sniffed& result) {
  const bool big = has_mark(head, 0, ".snd");
  if (!big && !has_mark(head, 0, "dns.")) return false;
  set(result, Family::sndfile, "au", "an AU file");
  const auto number = [&](std::size_t offset) {
    return big ? big_endian(head, offset, 4) : little_endian(head, offset, 4);
  };
  // Bytes a sample by encoding: mu-law, 8, 16, 24, 32 bit, float, double; 27 is A-law.
  constexpr std::array<std::uint64_t, 8> kSampleBytes = {0, 1, 1, 2, 3, 4, 4, 8};
  const std::uint64_t data_bytes = number(8);
  const std::uint64_t encoding = number(12);
  const std::uint64_t channels = number(20);
  const std::uint64_t sample_bytes = encoding < kSampleBytes.size() ? kSampleBytes[encoding]
                                     : encoding == 27               ? 1
                                                                    : 0;
  if (data_bytes != kUnstated32 && sample_bytes * channels > 0) {
    result.promised_frames = data_bytes / (sample_bytes * channels);
  }
  return true;
}

// ---- Ogg: what it carries, whether it ends properly, whether more streams follow -----------------------

// Whether the stream's first `packets` packets, its headers, lie in whole pages. libsndfile leaks memory when
// it meets broken Vorbis headers, so it is not given any.
Result<bool> ogg_headers_are_intact(ByteSource& source, int packets) {
  constexpr int kMostPages = 1024;  // a cover picture in the comments can take hundreds
  std::uint64_t position = 0;
  for (int number = 0; packets > 0 && number < kMostPages; ++number) {
    const auto bytes = read_at(source, position, OggPage::kMostBytes);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    const auto page = parse_ogg_page(*bytes);
    if (!page || !is_intact(*page, *bytes)) return false;
    packets -= page->packets_ended;
    position += page->size();
  }
  return packets <= 0;
}

Result<bool> sniff_ogg(ByteSource& source, Bytes head, Sniffed& result) {
  if (!has_mark(head, 0, "OggS")) return false;
  set(result, Family::ffmpeg, "ogg", "an Ogg file");

  // All streams that run side by side announce themselves before the first page of data.
  std::vector<std::uint32_t> serials;
  int header_packets = 0;  // of a codec libsndfile reads
  Bytes rest = head;
  while (const auto page = parse_ogg_page(rest)) {
    if (!page->begins_stream) break;
    serials.push_back(page->serial);
    header_packets = has_mark(rest, page->header_bytes, "\x01vorbis"sv) ? 3
                     : has_mark(rest, page->header_bytes, "OpusHead"sv) ? 2
                     : has_mark(rest, page->header_bytes,
                                "\x7F"
                                "FLAC"sv)
                         ? 1
                         : 0;
    rest = rest.subspan(std::min(page->size(), rest.size()));
  }

  const std::uint64_t tail_begin = source.size() - std::min<std::uint64_t>(source.size(), kTailBytes);
  const auto tail = read_at(source, tail_begin, kTailBytes);
  if (!tail) return tl::unexpected<Error>(tail.error());
  for (std::size_t at = tail->size(); at-- > 0;) {
    const Bytes bytes = Bytes(*tail).subspan(at);
    const auto page = parse_ogg_page(bytes);
    if (!page) continue;
    result.cut_off = page->size() > bytes.size() || !page->ends_stream;
    result.chained = std::ranges::find(serials, page->serial) == serials.end();
    break;
  }
  if (header_packets == 0 || serials.size() != 1 || result.chained) return true;
  const auto intact = ogg_headers_are_intact(source, header_packets);
  if (!intact) return tl::unexpected<Error>(intact.error());
  if (*intact) result.family = Family::sndfile;
  return true;
}

// ---- MPEG audio and ADTS: no mark, only a rhythm -------------------------------------------------------

// Whether MPEG audio begins exactly here: where tags or the file's begin point to, little proof suffices.
bool mpeg_begins(Bytes bytes) {
  const MpegRun run = measure_mpeg_run(bytes);
  return run.frames >= 2 || (run.frames == 1 && run.reaches_end);
}

// Where MPEG audio begins behind garbage. Random bytes imitate one header every 4 KiB, so more proof is
// asked.
std::optional<std::size_t> find_mpeg(Bytes bytes) {
  for (std::size_t at = 0; at + 4 <= bytes.size(); ++at) {
    if (bytes[at] != std::byte{0xFF}) continue;
    if (measure_mpeg_run(bytes.subspan(at)).convinces()) return at;
  }
  return std::nullopt;
}

void set_mpeg(Sniffed& result, std::uint64_t begin, Bytes frame) {
  const auto header = parse_mpeg_frame_header(frame);
  if (result.container.empty())
    result.container = header && header->layer < 3 ? fmt::format("mp{}", header->layer) : "mp3";
  result.family = Family::mpeg_audio;
  result.looks_like = "MPEG audio";
  result.begin = begin;
  if (!header) return;
  if (const auto frames = parse_promised_frames(*header, frame)) {
    result.promised_frames = std::uint64_t{*frames} * static_cast<std::uint64_t>(header->samples);
  }
}

bool sniff_adts(Bytes head, Sniffed& result) {
  std::size_t at = 0;
  for (int frame = 0; frame < 2; ++frame) {
    if ((big_endian(head, at, 2) & 0xFFF6) != 0xFFF0) return false;
    const auto size = static_cast<std::size_t>((big_endian(head, at + 3, 3) >> 5) & 0x1FFF);
    if (size < 7) return false;
    at += size;
    if (at + 6 > head.size()) break;
  }
  set(result, Family::ffmpeg, "aac", "an AAC stream (ADTS)");
  return true;
}

bool sniff_transport_stream(Bytes head, Sniffed& result) {
  constexpr std::size_t kPacketBytes = 188;
  if (head.size() < 3 * kPacketBytes) return false;
  for (std::size_t at = 0; at < 3 * kPacketBytes; at += kPacketBytes) {
    if (head[at] != std::byte{0x47}) return false;
  }
  set(result, Family::ffmpeg, "mpegts", "an MPEG transport stream");
  return true;
}

// ---- Text: so that a downloaded error page is called by its name ---------------------------------------

bool starts_with_word(std::string_view text, std::string_view lower_case_word) {
  if (text.size() < lower_case_word.size()) return false;
  return std::ranges::equal(text.substr(0, lower_case_word.size()), lower_case_word, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

bool sniff_text(Bytes head, Sniffed& result) {
  std::string text;
  text.reserve(head.size());
  for (const std::byte byte : head.first(std::min<std::size_t>(head.size(), 512))) {
    const auto value = std::to_integer<unsigned char>(byte);
    if (value < 0x20 && value != '\t' && value != '\n' && value != '\r' && value != '\f') return false;
    text.push_back(static_cast<char>(value));
  }
  // Latin-1 noise is printable byte by byte; text is mostly ASCII.
  const auto ascii = std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const bool has_mark_of_utf8 = text.starts_with("\xEF\xBB\xBF");
  if (has_mark_of_utf8) text.erase(0, 3);
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
  if (!has_mark_of_utf8 && static_cast<double>(ascii) < 0.7 * static_cast<double>(text.size())) return false;

  std::string_view looks_like = "text";
  if (starts_with_word(text, "<!doctype html") || starts_with_word(text, "<html") ||
      starts_with_word(text, "<head")) {
    looks_like = "a web page (HTML)";
  } else if (starts_with_word(text, "<?xml") || text.starts_with("<")) {
    looks_like = "XML";
  } else if (text.starts_with("{") || text.starts_with("[{") || text.starts_with("[\"")) {
    looks_like = "JSON data";
  } else if (starts_with_word(text, "#extm3u") || starts_with_word(text, "[playlist]")) {
    looks_like = "a playlist, which names audio and holds none";
  }
  set(result, Family::foreign, "", looks_like);
  return true;
}

// ---- ID3v2 ---------------------------------------------------------------------------------------------

// Bytes of the ID3v2 tag at the start, its header included; 0: there is none.
std::uint64_t id3v2_bytes(Bytes head) {
  if (!has_mark(head, 0, "ID3") || head.size() < 10 || head[3] == std::byte{0xFF}) return 0;
  std::uint64_t size = 0;
  for (std::size_t i = 6; i < 10; ++i) size = (size << 7) | (std::to_integer<std::uint64_t>(head[i]) & 0x7F);
  const bool has_footer = (std::to_integer<unsigned>(head[5]) & 0x10) != 0;
  return 10 + size + (has_footer ? 10 : 0);
}

struct Skipped {
  std::uint64_t begin = 0;  // where the content behind the tags stands
  bool lied = false;        // a tag claims to end beyond the file
};

Result<Skipped> skip_id3v2(ByteSource& source) {
  constexpr int kMaxTags = 16;
  Skipped skipped;
  for (int tag = 0; tag < kMaxTags; ++tag) {
    const auto head = read_at(source, skipped.begin, 10);
    if (!head) return tl::unexpected<Error>(head.error());
    const std::uint64_t size = id3v2_bytes(*head);
    if (size == 0) break;
    if (size >= source.size() - skipped.begin) {
      skipped.lied = true;
      break;
    }
    skipped.begin += size;
  }
  return skipped;
}

// MPEG audio that begins where nothing pointed to: behind garbage, or behind a tag that lies about its size.
Result<void> search_mpeg(ByteSource& source, const Skipped& tags, Sniffed& result) {
  const std::uint64_t search_begin = tags.lied ? tags.begin + 10 : tags.begin;
  const auto window = read_at(source, search_begin, kSearchBytes);
  if (!window) return tl::unexpected<Error>(window.error());
  if (const auto at = find_mpeg(*window)) {
    set_mpeg(result, search_begin + *at, Bytes(*window).subspan(*at));
    result.warnings.push_back(
        tags.lied ? "The ID3 tag claims to be larger than the file; it was passed over."
                  : fmt::format("The first {} bytes are no audio; they were skipped.", result.begin));
    return {};
  }
  if (tags.lied || tags.begin > 0) {
    set(result, Family::unknown, "", "an ID3 tag without audio that could be recognised");
  }
  return {};
}

}  // namespace

Result<Sniffed> sniff(ByteSource& source) {
  Sniffed result;
  result.end = source.size();
  if (source.size() == 0) {
    set(result, Family::empty, "", "an empty file");
    return result;
  }
  const auto tags = skip_id3v2(source);
  if (!tags) return tl::unexpected<Error>(tags.error());

  if (!tags->lied) {
    ByteSlice content(source, tags->begin, source.size());
    const auto head = read_at(content, 0, kMpegRunBytes);
    if (!head) return tl::unexpected<Error>(head.error());
    result.end = content.size();
    for (const auto sniff_container : {sniff_riff, sniff_aiff, sniff_ogg}) {
      const auto found = sniff_container(content, *head, result);
      if (!found) return tl::unexpected<Error>(found.error());
      if (!*found) continue;
      result.begin += tags->begin;
      result.end += tags->begin;
      if (result.family != Family::mpeg_audio) return result;
      const auto frame = read_at(source, result.begin, kMpegRunBytes);  // MP3 in RIFF
      if (!frame) return tl::unexpected<Error>(frame.error());
      set_mpeg(result, result.begin, *frame);
      return result;
    }
    result.begin = tags->begin;
    result.end = source.size();
    if (sniff_au(*head, result) || sniff_mark(*head, result) || sniff_adts(*head, result) ||
        sniff_transport_stream(*head, result)) {
      return result;
    }
    if (mpeg_begins(*head)) {
      set_mpeg(result, 0, *head);  // not behind the tags: libmpg123 reads title and artist from them
      return result;
    }
    if (tags->begin == 0 && sniff_text(*head, result)) return result;
  }
  if (auto searched = search_mpeg(source, *tags, result); !searched) {
    return tl::unexpected<Error>(std::move(searched.error()));
  }
  return result;
}

}  // namespace hitscope
