#include "audio/byte_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "audio/regular_file.h"

namespace hitscope {
namespace {

std::string words_of(int error_number) {
  return std::generic_category().message(error_number);
}

tl::unexpected<Error> refuse_size(std::uint64_t max_bytes) {
  return fail(ErrorKind::too_large, fmt::format("It is larger than the {} bytes allowed.", max_bytes));
}

class FileSource final : public ByteSource {
 public:
  FileSource(Descriptor file, std::uint64_t size)
      : file_(std::move(file)), size_(size), block_(kBlockBytes) {}

  Result<std::size_t> read(std::span<std::byte> bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      if (position_ < block_begin_ || position_ >= block_begin_ + block_filled_) {
        const auto filled = fill_block();
        if (!filled) return tl::unexpected<Error>(filled.error());
        if (*filled == 0) break;
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
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 17;

  Result<std::size_t> fill_block() {
    block_begin_ = position_;
    block_filled_ = 0;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block_.size(), size_ - position_));
    while (block_filled_ < wanted) {
      const ssize_t count = ::pread(file_.number(), block_.data() + block_filled_, wanted - block_filled_,
                                    static_cast<off_t>(position_ + block_filled_));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return fail(ErrorKind::unreadable, "Reading the file failed.", words_of(errno));
      if (count == 0) break;  // the file was cut short since it was opened
      block_filled_ += static_cast<std::size_t>(count);
    }
    return block_filled_;
  }

  Descriptor file_;
  std::uint64_t size_;
  std::uint64_t position_ = 0;
  std::vector<std::byte> block_;
  std::uint64_t block_begin_ = 0;
  std::size_t block_filled_ = 0;
};

class ViewSource : public ByteSource {
 public:
  explicit ViewSource(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Result<std::size_t> read(std::span<std::byte> bytes) override {
    const std::size_t count = std::min(bytes.size(), bytes_.size() - position_);
    if (count > 0) std::memcpy(bytes.data(), bytes_.data() + position_, count);
    position_ += count;
    return count;
  }

  void seek(std::uint64_t position) override {
    position_ = static_cast<std::size_t>(std::min<std::uint64_t>(position, bytes_.size()));
  }
  [[nodiscard]] std::uint64_t position() const override { return position_; }
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

struct OwnedBytes {
  std::vector<std::byte> owned;
};

// OwnedBytes comes first among the bases, so the bytes stand before the view of them is taken.
class MemorySource final : private OwnedBytes, public ViewSource {
 public:
  explicit MemorySource(std::vector<std::byte> bytes)
      : OwnedBytes{std::move(bytes)}, ViewSource(std::span<const std::byte>(owned)) {}
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  auto file = open_regular_file(path, max_bytes);
  if (!file) return tl::unexpected(file.error());
  return adopt_file(std::move(file->descriptor), file->size);
}

std::unique_ptr<ByteSource> adopt_file(Descriptor file, std::uint64_t size) {
  return std::make_unique<FileSource>(std::move(file), size);
}

std::unique_ptr<ByteSource> open_memory(std::vector<std::byte> bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}

std::unique_ptr<ByteSource> open_view(std::span<const std::byte> bytes) {
  return std::make_unique<ViewSource>(bytes);
}

Result<std::unique_ptr<ByteSource>> open_descriptor(int descriptor, std::uint64_t max_bytes) {
  constexpr std::size_t kChunkBytes = std::size_t{1} << 16;
  std::vector<std::byte> bytes;
  std::vector<std::byte> chunk(kChunkBytes);
  for (;;) {
    // One byte beyond the limit is enough to know that there is more.
    std::size_t wanted = kChunkBytes;
    if (max_bytes > 0) {
      wanted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, max_bytes - bytes.size() + 1));
    }
    const ssize_t count = ::read(descriptor, chunk.data(), wanted);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(ErrorKind::unreadable, "Reading the stream failed.", words_of(errno));
    if (count == 0) break;
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + count);
    if (max_bytes > 0 && bytes.size() > max_bytes) return refuse_size(max_bytes);
  }
  return open_memory(std::move(bytes));
}

}  // namespace hitscope
