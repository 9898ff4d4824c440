#include "ingest/descriptor_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

namespace hitscope {
namespace {

class DescriptorSource final : public ByteSource {
 public:
  DescriptorSource(Descriptor file, std::uint64_t size)
      : file_(std::move(file)), size_(size), block_(kBlockBytes) {}

  Result<std::size_t> read(std::span<std::byte> bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      if (position_ < block_begin_ || position_ >= block_begin_ + block_filled_) {
        const Result<void> filled = fill_block();
        if (!filled) return tl::unexpected(filled.error());
        if (block_filled_ == 0) break;
      }
      const auto offset = static_cast<std::size_t>(position_ - block_begin_);
      const std::size_t count = std::min(bytes.size() - done, block_filled_ - offset);
      std::memcpy(bytes.data() + done, block_.data() + offset, count);
      done += count;
      position_ += count;
    }
    return done;
  }

  void seek(std::uint64_t position) override { position_ = std::min(position, size_); }
  [[nodiscard]] std::uint64_t position() const override { return position_; }
  [[nodiscard]] std::uint64_t size() const override { return size_; }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 17U;

  Result<void> fill_block() {
    block_begin_ = position_;
    block_filled_ = 0;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block_.size(), size_ - position_));
    while (block_filled_ < wanted) {
      const ssize_t count = ::pread(file_.number(), block_.data() + block_filled_, wanted - block_filled_,
                                    static_cast<off_t>(position_ + block_filled_));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        return fail(ErrorKind::unreadable, "Reading the file failed.",
                    std::generic_category().message(errno));
      }
      if (count == 0) break;  // cut short since it was opened
      block_filled_ += static_cast<std::size_t>(count);
    }
    return {};
  }

  Descriptor file_;
  std::uint64_t size_;
  std::uint64_t position_ = 0;
  std::vector<std::byte> block_;
  std::uint64_t block_begin_ = 0;
  std::size_t block_filled_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> open_descriptor_source(Descriptor file, std::uint64_t size) {
  return std::make_unique<DescriptorSource>(std::move(file), size);
}

}  // namespace hitscope
