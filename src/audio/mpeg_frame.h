// The header of one MPEG audio frame, and the Xing/Info/VBRI tag that some encoders hide in the first frame.
//
// Only what finding and trusting a stream needs: libmpg123 does the decoding. Layouts: ISO/IEC 11172-3 and
// 13818-3, section 2.4.1.3; MPEG 2.5 is Fraunhofer's extension; the tags are Xing's and LAME's (their
// published "VBR header" and "Mp3 Info Tag rev 1") and Fraunhofer's VBRI.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace hitscope {

struct MpegFrameHeader {
  enum class Version { mpeg1, mpeg2, mpeg25 };
  Version version = Version::mpeg1;
  int layer = 3;  // 1, 2 or 3
  int sample_rate_hz = 0;
  int channels = 0;
  int bit_rate_kbps = 0;        // 0: free format
  int samples = 0;              // per channel
  std::size_t frame_bytes = 0;  // header included; 0: free format, the distance to the next header tells

  // Whether both can belong to one stream: what an encoder never changes between frames.
  [[nodiscard]] bool same_stream(const MpegFrameHeader& other) const {
    return version == other.version && layer == other.layer && sample_rate_hz == other.sample_rate_hz &&
           (bit_rate_kbps == 0) == (other.bit_rate_kbps == 0);
  }
};

// nullopt: these four bytes are no frame header (or there are fewer than four).
[[nodiscard]] std::optional<MpegFrameHeader> parse_mpeg_frame_header(std::span<const std::byte> bytes);

// Frame headers that follow each other at the distance each of them states. One sync word proves nothing:
// random bytes imitate a header every 4 KiB, but hardly ever a run of them.
struct MpegRun {
  static constexpr int kEnough = 3;
  int frames = 0;            // counted up to kEnough
  bool reaches_end = false;  // the bytes ended before there was a chance for more
  [[nodiscard]] bool convinces() const { return frames == kEnough || (frames == kEnough - 1 && reaches_end); }
};

// bytes: from the first header on; kMpegRunBytes of them suffice for a full run of any but free format.
[[nodiscard]] MpegRun measure_mpeg_run(std::span<const std::byte> bytes);
inline constexpr std::size_t kMpegRunBytes = 6144;

// bytes: a frame from its header on. The count of frames the stream's own first frame claims, that frame not
// counted; nullopt: the frame holds no such tag, or the tag no count.
[[nodiscard]] std::optional<std::uint32_t> parse_promised_frames(const MpegFrameHeader& header,
                                                                 std::span<const std::byte> bytes);

}  // namespace hitscope
