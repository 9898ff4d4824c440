// The safetensors container: named arrays behind a JSON header, nothing in it that could execute.
//
//   u64 little-endian N | N bytes of JSON | data
//   {"__metadata__": {"key": "text", ...}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0,
//   24]}, ...}
//
// Offsets count from the start of data. The reader is stricter than the format asks: the header is at most
// kMaxSafetensorsHeader bytes, has no duplicate key and no key it does not know; every tensor's byte count is
// the product of its shape and element size (checked for overflow); the tensors tile the data without hole
// or overlap, to its last byte. Views point into the bytes given, which must outlive them.
// Source: huggingface/safetensors, "Format".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace hitscope {

inline constexpr std::size_t kMaxSafetensorsHeader = 8U << 20U;
inline constexpr std::size_t kMaxTensorDimensions = 8;

enum class DType { boolean, u8, i8, u16, i16, f16, bf16, u32, i32, f32, u64, i64, f64 };

[[nodiscard]] std::string_view dtype_name(DType dtype);  // "F32", ...
[[nodiscard]] std::size_t dtype_bytes(DType dtype);

struct TensorView {
  DType dtype = DType::u8;
  std::vector<std::uint64_t> shape;  // empty: a scalar, one element
  std::span<const std::byte> bytes;  // row-major elements, not necessarily aligned in memory
};

struct SafeTensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, TensorView> tensors;
};

// Errors: model_invalid, saying what is wrong and where.
[[nodiscard]] Result<SafeTensors> read_safetensors(std::span<const std::byte> bytes);

// Tensors are laid out widest element first, then by name, so that each is aligned to its element; the data
// starts at a multiple of 64. The same content always gives the same bytes. Every bytes.size() must match its
// shape. Errors: internal (a text that is not UTF-8).
[[nodiscard]] Result<std::vector<std::byte>> write_safetensors(const SafeTensors& content);

}  // namespace hitscope
