#include "features/spectral_dna.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace hitscope {

static_assert(std::endian::native == std::endian::little, "the DNA format is little-endian");

namespace {

constexpr std::array<char, 4> kMagic = {'H', 'D', 'N', 'A'};
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 4 + 2 + 2 + 4 + 4 + kDnaSeries * 8;

template <typename T>
void put(std::span<std::byte>& bytes, const T& value) {
  std::memcpy(bytes.data(), &value, sizeof(T));
  bytes = bytes.subspan(sizeof(T));
}

template <typename T>
T take(std::span<const std::byte>& bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), sizeof(T));
  bytes = bytes.subspan(sizeof(T));
  return value;
}

}  // namespace

std::vector<std::byte> encode_dna(const SpectralDna& dna) {
  std::vector<std::byte> bytes(kHeaderBytes + dna.values.size());
  std::span<std::byte> rest(bytes);
  put(rest, kMagic);
  put(rest, kVersion);
  put(rest, std::uint16_t{0});
  put(rest, dna.frames);
  put(rest, dna.hop_seconds);
  for (const DnaScale& scale : dna.scales) {
    put(rest, scale.minimum);
    put(rest, scale.maximum);
  }
  std::ranges::copy(std::as_bytes(std::span(dna.values)), rest.begin());
  return bytes;
}

Result<SpectralDna> decode_dna(std::span<const std::byte> bytes) {
  const auto refuse = [](std::string detail) {
    return fail(ErrorKind::corrupt, "This is not a readable Spectral DNA file.", std::move(detail));
  };
  if (bytes.size() < kHeaderBytes) {
    return refuse(fmt::format("{} bytes, the header alone needs {}", bytes.size(), kHeaderBytes));
  }
  if (take<std::array<char, 4>>(bytes) != kMagic) return refuse("it does not begin with HDNA");
  const auto version = take<std::uint16_t>(bytes);
  if (version != kVersion) return refuse(fmt::format("version {}, this program reads {}", version, kVersion));
  const auto flags = take<std::uint16_t>(bytes);
  if (flags != 0) return refuse(fmt::format("unknown flags {:#x}", flags));

  SpectralDna dna;
  dna.frames = take<std::uint32_t>(bytes);
  dna.hop_seconds = take<float>(bytes);
  if (!std::isfinite(dna.hop_seconds) || dna.hop_seconds <= 0)
    return refuse("the hop is not a positive time");
  for (DnaScale& scale : dna.scales) {
    scale.minimum = take<float>(bytes);
    scale.maximum = take<float>(bytes);
    if (!std::isfinite(scale.minimum) || !std::isfinite(scale.maximum))
      return refuse("a scale is not finite");
  }
  const std::size_t expected = static_cast<std::size_t>(dna.frames) * kDnaSeries;
  if (bytes.size() != expected) {
    return refuse(fmt::format("{} bytes of series, {} frames need {}", bytes.size(), dna.frames, expected));
  }
  dna.values.resize(expected);
  if (expected > 0) std::memcpy(dna.values.data(), bytes.data(), expected);
  return dna;
}

}  // namespace hitscope
