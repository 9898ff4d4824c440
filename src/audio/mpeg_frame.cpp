#include "audio/mpeg_frame.h"

#include <algorithm>
#include <array>

#include "audio/bytes.h"

namespace hitscope {
namespace {

using Version = MpegFrameHeader::Version;
using Rates = std::array<int, 15>;

// kbit/s by the header's index; index 0 is free format, 15 is forbidden.
constexpr Rates kMpeg1Layer1 = {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448};
constexpr Rates kMpeg1Layer2 = {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384};
constexpr Rates kMpeg1Layer3 = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
constexpr Rates kMpeg2Layer1 = {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256};
constexpr Rates kMpeg2Layer2And3 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};

const Rates& bit_rates(Version version, int layer) {
  if (version == Version::mpeg1) return layer == 1 ? kMpeg1Layer1 : layer == 2 ? kMpeg1Layer2 : kMpeg1Layer3;
  return layer == 1 ? kMpeg2Layer1 : kMpeg2Layer2And3;
}

int samples_per_frame(Version version, int layer) {
  if (layer == 1) return 384;
  return layer == 3 && version != Version::mpeg1 ? 576 : 1152;
}

// Free format states no frame size: the next header of the same stream tells. 0: there is none.
std::size_t measure_free_frame(const MpegFrameHeader& header, std::span<const std::byte> bytes) {
  constexpr std::size_t kLeastBytes = 24;
  constexpr std::size_t kMostBytes = 8192;
  for (std::size_t size = kLeastBytes; size < std::min(kMostBytes, bytes.size()); ++size) {
    const auto next = parse_mpeg_frame_header(bytes.subspan(size));
    if (next && next->same_stream(header)) return size;
  }
  return 0;
}

}  // namespace

std::optional<MpegFrameHeader> parse_mpeg_frame_header(std::span<const std::byte> bytes) {
  if (bytes.size() < 4) return std::nullopt;
  const auto word = static_cast<std::uint32_t>(bytes::big_endian(bytes, 0, 4));
  const auto field = [word](unsigned shift, unsigned bits) { return (word >> shift) & ((1U << bits) - 1U); };
  constexpr std::array<int, 3> kMpeg1RatesHz = {44100, 48000, 32000};

  const unsigned version_bits = field(19, 2);
  const unsigned layer_bits = field(17, 2);
  const unsigned bit_rate_index = field(12, 4);
  const unsigned rate_index = field(10, 2);
  const unsigned emphasis = field(0, 2);
  if (field(21, 11) != 0x7FF || version_bits == 1 || layer_bits == 0 || bit_rate_index == 15 ||
      rate_index == 3 || emphasis == 2) {
    return std::nullopt;
  }

  MpegFrameHeader header;
  header.version = version_bits == 3 ? Version::mpeg1 : version_bits == 2 ? Version::mpeg2 : Version::mpeg25;
  header.layer = 4 - static_cast<int>(layer_bits);
  const int divisor = header.version == Version::mpeg1 ? 1 : header.version == Version::mpeg2 ? 2 : 4;
  header.sample_rate_hz = kMpeg1RatesHz[rate_index] / divisor;
  header.channels = field(6, 2) == 3 ? 1 : 2;
  header.bit_rate_kbps = bit_rates(header.version, header.layer)[bit_rate_index];
  header.samples = samples_per_frame(header.version, header.layer);
  if (header.bit_rate_kbps > 0) {
    const int padding = static_cast<int>(field(9, 1));
    const int slot_bytes = header.layer == 1 ? 4 : 1;
    const int slots = header.samples / 8 * 1000 * header.bit_rate_kbps / (header.sample_rate_hz * slot_bytes);
    header.frame_bytes = static_cast<std::size_t>(slots + padding) * static_cast<std::size_t>(slot_bytes);
  }
  return header;
}

MpegRun measure_mpeg_run(std::span<const std::byte> bytes) {
  MpegRun run;
  const auto first = parse_mpeg_frame_header(bytes);
  auto header = first;
  while (header && header->same_stream(*first)) {
    if (++run.frames == MpegRun::kEnough) return run;
    const std::size_t size =
        header->frame_bytes > 0 ? header->frame_bytes : measure_free_frame(*header, bytes);
    if (size == 0) return run;
    if (size + 4 > bytes.size()) {
      run.reaches_end = true;
      return run;
    }
    bytes = bytes.subspan(size);
    header = parse_mpeg_frame_header(bytes);
  }
  return run;
}

std::optional<std::uint32_t> parse_promised_frames(const MpegFrameHeader& header,
                                                   std::span<const std::byte> bytes) {
  if (header.layer != 3) return std::nullopt;
  const bool mono = header.channels == 1;
  const std::size_t side_bytes = header.version == Version::mpeg1 ? (mono ? 17 : 32) : (mono ? 9 : 17);
  const std::size_t xing = 4 + side_bytes;
  if (bytes::has_mark(bytes, xing, "Xing") || bytes::has_mark(bytes, xing, "Info")) {
    constexpr std::uint64_t kHasFrameCount = 1;
    if ((bytes::big_endian(bytes, xing + 4, 4) & kHasFrameCount) == 0) return std::nullopt;
    return static_cast<std::uint32_t>(bytes::big_endian(bytes, xing + 8, 4));
  }
  constexpr std::size_t kVbri = 4 + 32;  // wherever the side information ends
  if (bytes::has_mark(bytes, kVbri, "VBRI")) {
    return static_cast<std::uint32_t>(bytes::big_endian(bytes, kVbri + 14, 4));
  }
  return std::nullopt;
}

}  // namespace hitscope
