// A part of a ByteSource, as if it were the whole: what lies before (tags) and after it is out of sight.
//
// Borrows the source, which must outlive it. Several slices of one source may be used in turn, but while one
// is being read nothing else may move the source; begin and end are clamped to the source's size.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audio/byte_source.h"

namespace hitscope {

class ByteSlice final : public ByteSource {
 public:
  ByteSlice(ByteSource& whole, std::uint64_t begin, std::uint64_t end)
      : whole_(whole), begin_(std::min(begin, whole.size())), end_(std::clamp(end, begin_, whole.size())) {
    whole_.seek(begin_);
  }

  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> bytes) override {
    const std::uint64_t left = end_ - std::min(end_, whole_.position());
    return whole_.read(bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left))));
  }
  void seek(std::uint64_t position) override { whole_.seek(begin_ + std::min(position, size())); }
  [[nodiscard]] std::uint64_t position() const override { return whole_.position() - begin_; }
  [[nodiscard]] std::uint64_t size() const override { return end_ - begin_; }

 private:
  ByteSource& whole_;
  std::uint64_t begin_;
  std::uint64_t end_;
};

}  // namespace hitscope
