#include "cli/sample_files.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <span>
#include <string_view>

namespace hitscope::cli {
namespace {

class Bytes {
 public:
  Bytes& text(std::string_view characters) {
    for (const char c : characters) bytes_.push_back(static_cast<std::byte>(c));
    return *this;
  }
  Bytes& raw(std::initializer_list<unsigned> values) {
    for (const unsigned value : values) bytes_.push_back(static_cast<std::byte>(value));
    return *this;
  }
  Bytes& zeros(std::size_t count) {
    bytes_.resize(bytes_.size() + count);
    return *this;
  }
  Bytes& little(std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) bytes_.push_back(static_cast<std::byte>(value >> (8 * i)));
    return *this;
  }
  Bytes& big(std::uint64_t value, unsigned size) {
    for (unsigned i = size; i > 0; --i) bytes_.push_back(static_cast<std::byte>(value >> (8 * (i - 1))));
    return *this;
  }
  Bytes& append(std::span<const std::byte> other) {
    bytes_.insert(bytes_.end(), other.begin(), other.end());
    return *this;
  }
  [[nodiscard]] std::span<std::byte> all() { return bytes_; }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

// A cyclic redundancy check, most significant bit first, starting from zero, as FLAC and Ogg use them.
std::uint32_t crc(std::span<const std::byte> bytes, unsigned width, std::uint32_t polynomial) {
  std::uint32_t remainder = 0;
  const std::uint32_t top = std::uint32_t{1} << (width - 1);
  for (const std::byte byte : bytes) {
    remainder ^= std::to_integer<std::uint32_t>(byte) << (width - 8);
    for (int bit = 0; bit < 8; ++bit)
      remainder = (remainder << 1U) ^ ((remainder & top) != 0 ? polynomial : 0);
  }
  return width == 32 ? remainder : remainder & ((std::uint32_t{1} << width) - 1);
}

struct OggPage {
  unsigned flags = 0;  // 2 begins the stream, 4 ends it
  std::uint64_t granule = 0;
  std::uint32_t number = 0;
};

// A page of packets of fewer than 255 bytes each.
std::vector<std::byte> ogg_page(const OggPage& page, const std::vector<std::vector<std::byte>>& packets) {
  constexpr std::uint32_t kSerial = 1;
  constexpr std::size_t kChecksumAt = 22;
  Bytes bytes;
  bytes.text("OggS")
      .raw({0, page.flags})
      .little(page.granule, 8)
      .little(kSerial, 4)
      .little(page.number, 4)
      .zeros(4);
  bytes.little(packets.size(), 1);
  for (const auto& packet : packets) bytes.little(packet.size(), 1);
  for (const auto& packet : packets) bytes.append(packet);
  const std::uint32_t checksum = crc(bytes.all(), 32, 0x04C11DB7);
  for (unsigned i = 0; i < 4; ++i) bytes.all()[kChecksumAt + i] = static_cast<std::byte>(checksum >> (8 * i));
  return bytes.take();
}

}  // namespace

std::vector<std::byte> sample_wav(double seconds) {
  constexpr std::uint32_t kRate = 44100;
  const auto frames = static_cast<std::uint32_t>(seconds * kRate);
  Bytes bytes;
  bytes.text("RIFF").little(36 + 2 * frames, 4).text("WAVEfmt ").little(16, 4);
  bytes.little(1, 2).little(1, 2).little(kRate, 4).little(kRate * 2, 4).little(2, 2).little(16, 2);
  bytes.text("data").little(2 * frames, 4);
  for (std::uint32_t i = 0; i < frames; ++i) {
    const double value = 0.5 * std::sin(2.0 * std::numbers::pi * 440.0 * i / kRate);
    bytes.little(static_cast<std::uint16_t>(static_cast<std::int16_t>(std::lround(value * 32767.0))), 2);
  }
  return bytes.take();
}

std::vector<std::byte> sample_mp3() {
  constexpr std::size_t kFrameBytes = 144 * 128000 / 44100;  // MPEG 1 layer III, 128 kbit/s, 44.1 kHz, stereo
  Bytes bytes;
  for (int frame = 0; frame < 40; ++frame) bytes.raw({0xFF, 0xFB, 0x90, 0x00}).zeros(kFrameBytes - 4);
  return bytes.take();
}

std::vector<std::byte> sample_flac() {
  constexpr unsigned kBlock = 4096;
  constexpr unsigned kFrames = 11;
  constexpr std::uint64_t kRate = 44100;
  Bytes bytes;
  bytes.text("fLaC").raw({0x80, 0, 0, 34}).big(kBlock, 2).big(kBlock, 2).zeros(6);
  // 20 bits of rate, 3 of channels - 1, 5 of depth - 1, 36 of samples; then an MD5 that is not stated
  bytes.big(kRate << 44U | std::uint64_t{0} << 41U | std::uint64_t{15} << 36U | kFrames * kBlock, 8)
      .zeros(16);
  for (unsigned frame = 0; frame < kFrames; ++frame) {
    Bytes block;
    block.raw({0xFF, 0xF8, 0xC9, 0x08, frame});  // 4096 samples, 44.1 kHz, mono, 16 bit
    block.little(crc(block.all(), 8, 0x07), 1);
    block.raw({0x00, 0x00, 0x00});  // a constant subframe of value 0
    block.big(crc(block.all(), 16, 0x8005), 2);
    bytes.append(block.all());
  }
  return bytes.take();
}

std::vector<std::byte> sample_opus() {
  constexpr std::uint64_t kPacketSamples = 960;
  const std::vector<std::byte> silence = Bytes().raw({0xF8, 0xFF, 0xFE}).take();  // 20 ms, CELT, mono
  const std::vector<std::vector<std::byte>> packets(50, silence);
  const auto head = Bytes().text("OpusHead").raw({1, 1}).little(0, 2).little(48000, 4).zeros(3).take();
  const auto tags = Bytes().text("OpusTags").little(8, 4).text("hitscope").little(0, 4).take();
  return Bytes()
      .append(ogg_page({.flags = 2, .granule = 0, .number = 0}, {head}))
      .append(ogg_page({.flags = 0, .granule = 0, .number = 1}, {tags}))
      .append(ogg_page({.flags = 4, .granule = packets.size() * kPacketSamples, .number = 2}, packets))
      .take();
}

std::vector<std::byte> sample_aac() {
  Bytes bytes;
  // ADTS headers (AAC-LC, 44.1 kHz, stereo, 16 bytes a frame), each followed by the codec's silence
  for (int frame = 0; frame < 44; ++frame) {
    bytes.raw({0xFF, 0xF1, 0x50, 0x80, 0x02, 0x1F, 0xFC});
    bytes.raw({0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80});
  }
  return bytes.take();
}

}  // namespace hitscope::cli
