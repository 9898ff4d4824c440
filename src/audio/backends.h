// The three decoders behind open_decoder(). Each reads from a source it only borrows, from the source's first
// byte to its last, and knows nothing of limits, of promises or of the others: open_decoder() wraps that
// around them.
//
// Their AudioInfo is filled but for frames_decoded. `sniffed` tells what the content is taken for.
#pragma once

#include <memory>

#include "audio/byte_source.h"
#include "audio/decoder.h"
#include "audio/sniff.h"
#include "core/error.h"

namespace hitscope {

// MPEG audio, layers I to III, by libmpg123. Errors: corrupt, unreadable, internal.
[[nodiscard]] Result<std::unique_ptr<Decoder>> open_mpg123(ByteSource& source, const Sniffed& sniffed);

// WAV, AIFF, FLAC, Ogg and their kin, by libsndfile. Errors: unsupported_format, corrupt, unreadable.
[[nodiscard]] Result<std::unique_ptr<Decoder>> open_sndfile(ByteSource& source, const Sniffed& sniffed);

// Whatever libavformat and libavcodec know, the best audio stream alone. Errors: unsupported_format, corrupt,
// unreadable, internal.
[[nodiscard]] Result<std::unique_ptr<Decoder>> open_ffmpeg(ByteSource& source, const Sniffed& sniffed);

}  // namespace hitscope
