#include "model/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "model/json_reason.h"

namespace hitscope {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian, and so are we");

struct DTypeRow {
  DType dtype;
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<DTypeRow, 13> kDTypes = {{{DType::boolean, "BOOL", 1},
                                               {DType::u8, "U8", 1},
                                               {DType::i8, "I8", 1},
                                               {DType::u16, "U16", 2},
                                               {DType::i16, "I16", 2},
                                               {DType::f16, "F16", 2},
                                               {DType::bf16, "BF16", 2},
                                               {DType::u32, "U32", 4},
                                               {DType::i32, "I32", 4},
                                               {DType::f32, "F32", 4},
                                               {DType::u64, "U64", 8},
                                               {DType::i64, "I64", 8},
                                               {DType::f64, "F64", 8}}};

const DTypeRow& row_of(DType dtype) {
  return kDTypes[static_cast<std::size_t>(dtype)];
}

std::optional<DType> dtype_from(std::string_view name) {
  for (const DTypeRow& row : kDTypes) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

tl::unexpected<Error> unsound(std::string detail) {
  return fail(ErrorKind::model_invalid, "This is not a sound safetensors file.", std::move(detail));
}

struct Entry {
  std::optional<DType> dtype;
  std::optional<std::vector<std::uint64_t>> shape;
  std::optional<std::vector<std::uint64_t>> offsets;
};

// Takes the header event by event (nlohmann's SAX interface), so that nothing is built from a hostile header
// but what the format knows; each handler returns false to stop.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::map<std::string, std::string> metadata;
  std::map<std::string, Entry> entries;
  std::string problem;

  bool null() override { return refuse("null"); }
  bool boolean(bool /*value*/) override { return refuse("a truth value"); }
  bool number_integer(number_integer_t /*value*/) override { return refuse("a negative number"); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return refuse("a number that is not a 64-bit integer");
  }
  bool binary(binary_t& /*value*/) override { return refuse("binary"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (numbers_ == nullptr) return refuse("a number");
    if (numbers_->size() >= kMaxTensorDimensions) return stop("more than 8 numbers in " + where());
    numbers_->push_back(value);
    return true;
  }

  bool string(string_t& value) override {
    if (state_ == State::metadata) {
      metadata[key_] = std::move(value);
      return true;
    }
    if (state_ != State::entry || key_ != "dtype") return refuse("a text");
    entry_->dtype = dtype_from(value);
    return entry_->dtype.has_value() || stop("unknown dtype \"" + value + "\" in " + where());
  }

  bool start_object(std::size_t /*elements*/) override {
    if (state_ == State::before) {
      state_ = State::root;
    } else if (state_ == State::root) {
      state_ = key_ == "__metadata__" ? State::metadata : State::entry;
      entry_name_ = key_;
    } else {
      return refuse("an object");
    }
    return true;
  }

  bool key(string_t& value) override {
    key_ = std::move(value);
    if (state_ == State::root) {
      if (key_ == "__metadata__")
        return !std::exchange(seen_metadata_, true) || stop("__metadata__ given twice");
      const auto [place, fresh] = entries.try_emplace(key_);
      entry_ = &place->second;
      return fresh || stop("tensor \"" + key_ + "\" given twice");
    }
    if (state_ == State::metadata)
      return !metadata.contains(key_) || stop("metadata \"" + key_ + "\" given twice");
    const bool twice = key_ == "dtype"          ? entry_->dtype.has_value()
                       : key_ == "shape"        ? entry_->shape.has_value()
                       : key_ == "data_offsets" ? entry_->offsets.has_value()
                                                : false;
    if (twice) return stop("\"" + key_ + "\" given twice in " + where());
    if (key_ != "dtype" && key_ != "shape" && key_ != "data_offsets") {
      return stop("unknown key \"" + key_ + "\" in " + where());
    }
    return true;
  }

  bool end_object() override {
    if (state_ == State::entry && !(entry_->dtype && entry_->shape && entry_->offsets)) {
      return stop(where() + " lacks dtype, shape or data_offsets");
    }
    state_ = state_ == State::root ? State::after : State::root;
    return true;
  }

  bool start_array(std::size_t /*elements*/) override {
    if (state_ != State::entry || numbers_ != nullptr || key_ == "dtype") return refuse("an array");
    numbers_ = &(key_ == "shape" ? entry_->shape : entry_->offsets).emplace();
    return true;
  }

  bool end_array() override {
    numbers_ = nullptr;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    return stop("header byte " + std::to_string(position) + ": " + json_reason(error.what()));
  }

 private:
  enum class State { before, root, metadata, entry, after };

  bool stop(std::string what) {
    if (problem.empty()) problem = std::move(what);
    return false;
  }
  bool refuse(const char* what) { return stop(std::string(what) + " where none belongs, in " + where()); }

  [[nodiscard]] std::string where() const {
    if (state_ == State::entry) return "tensor \"" + entry_name_ + "\"";
    return state_ == State::metadata ? "__metadata__" : "the header";
  }

  State state_ = State::before;
  bool seen_metadata_ = false;
  std::string key_;
  std::string entry_name_;
  Entry* entry_ = nullptr;
  std::vector<std::uint64_t>* numbers_ = nullptr;
};

// Elements x element size, or nothing where it does not fit 64 bits.
std::optional<std::uint64_t> byte_count(const std::vector<std::uint64_t>& shape, DType dtype) {
  std::uint64_t count = dtype_bytes(dtype);
  for (const std::uint64_t extent : shape) {
    if (__builtin_mul_overflow(count, extent, &count)) return std::nullopt;
  }
  return count;
}

}  // namespace

std::string_view dtype_name(DType dtype) {
  return row_of(dtype).name;
}
std::size_t dtype_bytes(DType dtype) {
  return row_of(dtype).bytes;
}

Result<SafeTensors> read_safetensors(std::span<const std::byte> bytes) {
  std::uint64_t header_size = 0;
  if (bytes.size() < sizeof header_size)
    return unsound(std::to_string(bytes.size()) + " bytes are less than the 8 of its header's length");
  std::memcpy(&header_size, bytes.data(), sizeof header_size);
  bytes = bytes.subspan(sizeof header_size);
  if (header_size > kMaxSafetensorsHeader)
    return unsound("header of " + std::to_string(header_size) + " bytes");
  if (header_size > bytes.size())
    return unsound("the file ends at byte " + std::to_string(bytes.size()) + ", within its header of " +
                   std::to_string(header_size));
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const std::string_view header(text, static_cast<std::size_t>(header_size));
  const std::span<const std::byte> data = bytes.subspan(header.size());
  if (!header.starts_with('{')) return unsound("the header does not start with {");

  HeaderReader reader;
  if (!nlohmann::json::sax_parse(header.begin(), header.end(), &reader)) return unsound(reader.problem);

  struct Placed {
    std::uint64_t begin;
    std::uint64_t end;
    const std::string* name;
  };
  std::vector<Placed> placed;
  SafeTensors content;
  // NOLINTBEGIN(bugprone-unchecked-optional-access): the reader refuses an entry that lacks one of them
  for (auto& [name, entry] : reader.entries) {
    const std::vector<std::uint64_t>& offsets = *entry.offsets;
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size()) {
      return unsound("tensor \"" + name + "\" lies outside the data");
    }
    const std::uint64_t size = offsets[1] - offsets[0];
    if (byte_count(*entry.shape, *entry.dtype) != size) {
      return unsound("tensor \"" + name + "\" has " + std::to_string(size) +
                     " bytes, which is not its shape");
    }
    placed.push_back({offsets[0], offsets[1], &name});
    content.tensors[name] = {
        *entry.dtype, std::move(*entry.shape),
        data.subspan(static_cast<std::size_t>(offsets[0]), static_cast<std::size_t>(size))};
  }
  // NOLINTEND(bugprone-unchecked-optional-access)
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t end = 0;
  for (const Placed& tensor : placed) {
    if (tensor.begin != end) return unsound("a hole or an overlap before tensor \"" + *tensor.name + "\"");
    end = tensor.end;
  }
  if (end != data.size()) return unsound(std::to_string(data.size() - end) + " bytes after the last tensor");
  content.metadata = std::move(reader.metadata);
  return content;
}

Result<std::vector<std::byte>> write_safetensors(const SafeTensors& content) {
  std::vector<std::pair<std::string_view, const TensorView*>> order;
  for (const auto& [name, tensor] : content.tensors) {
    if (byte_count(tensor.shape, tensor.dtype) != tensor.bytes.size()) {
      return fail(ErrorKind::internal, "A tensor's bytes do not match its shape.", name);
    }
    order.emplace_back(name, &tensor);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return dtype_bytes(a.second->dtype) > dtype_bytes(b.second->dtype);
  });

  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : order) {
    const std::uint64_t begin = std::exchange(end, end + tensor->bytes.size());
    header[std::string(name)] = {
        {"dtype", dtype_name(tensor->dtype)}, {"shape", tensor->shape}, {"data_offsets", {begin, end}}};
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorKind::internal, "The header cannot be written.", error.what());
  }
  constexpr std::size_t kDataAlignment = 64;
  while ((sizeof(std::uint64_t) + text.size()) % kDataAlignment != 0) text += ' ';

  std::vector<std::byte> bytes;
  bytes.reserve(sizeof(std::uint64_t) + text.size() + static_cast<std::size_t>(end));
  const std::uint64_t header_size = text.size();
  const auto append = [&bytes](std::span<const std::byte> part) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  };
  append(std::as_bytes(std::span(&header_size, 1)));
  append(std::as_bytes(std::span(text)));
  for (const auto& [name, tensor] : order) append(tensor->bytes);
  return bytes;
}

}  // namespace hitscope
