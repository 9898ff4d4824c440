// Sixteen floats side by side, through the vector extension GCC and Clang share: left to themselves their
// auto-vectorisers make the loops of neighbours.cpp five times slower (100 ns against 20 ns for 16 rows of 13
// features, GCC 12). Every lane is ordinary float arithmetic, so results do not depend on the machine. For
// what is short and not worth a dispatch by processor, as neighbour_coalitions.cpp does it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace hitscope {

class Lanes {
 public:
  static constexpr std::size_t kCount = 16;

  Lanes() = default;
  explicit Lanes(float value) {
    for (Quad& quad : quads_) quad = Quad{value, value, value, value};
  }
  static Lanes load(const float* values) {
    Lanes lanes;
    std::memcpy(lanes.quads_.data(), values, sizeof lanes.quads_);
    return lanes;
  }
  void store(float* values) const { std::memcpy(values, quads_.data(), sizeof quads_); }
  [[nodiscard]] std::array<float, kCount> values() const {
    std::array<float, kCount> result;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
    std::memcpy(result.data(), quads_.data(), sizeof result);
    return result;
  }

  Lanes operator-(const Lanes& other) const {
    Lanes result = *this;
    for (std::size_t i = 0; i < kQuads; ++i) result.quads_[i] -= other.quads_[i];
    return result;
  }
  Lanes& operator+=(const Lanes& other) {
    for (std::size_t i = 0; i < kQuads; ++i) quads_[i] += other.quads_[i];
    return *this;
  }
  [[nodiscard]] Lanes squared() const {
    Lanes result = *this;
    for (Quad& quad : result.quads_) quad *= quad;
    return result;
  }
  [[nodiscard]] Lanes min(const Lanes& other) const {
    Lanes result;
    for (std::size_t i = 0; i < kQuads; ++i) {
      result.quads_[i] = quads_[i] < other.quads_[i] ? quads_[i] : other.quads_[i];
    }
    return result;
  }
  [[nodiscard]] Lanes max(const Lanes& other) const {
    Lanes result;
    for (std::size_t i = 0; i < kQuads; ++i) {
      result.quads_[i] = quads_[i] > other.quads_[i] ? quads_[i] : other.quads_[i];
    }
    return result;
  }
  // Bit i is set where lane i <= limit.
  [[nodiscard]] std::uint32_t at_most(float limit) const {
    const Quad bound = {limit, limit, limit, limit};
    IntQuad bits{};
    IntQuad weight = {1, 2, 4, 8};
    for (const Quad& quad : quads_) {
      bits |= (quad <= bound) & weight;
      weight <<= 4;
    }
    return static_cast<std::uint32_t>(bits[0] | bits[1] | bits[2] | bits[3]);
  }

 private:
  // Four, not sixteen at once: what every x86-64 and ARM64 has a register for.
  using Quad = float __attribute__((vector_size(16)));
  using IntQuad = std::int32_t __attribute__((vector_size(16)));
  static constexpr std::size_t kQuads = kCount / 4;

  std::array<Quad, kQuads> quads_{};
};

}  // namespace hitscope
