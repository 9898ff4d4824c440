// Where encoded bytes come from: a file, a block of memory, or standard input read into memory.
// All are seekable, which every decoder library needs; reading past the end returns 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "core/error.h"

namespace hitscope {

class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  // Reads up to bytes.size() bytes at the current position, and fewer only before the end; 0 at the end.
  // Small reads are cheap: a file is read in large blocks. Errors: unreadable.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<std::byte> bytes) = 0;
  // Moves to an absolute position, clamped to [0, size()].
  virtual void seek(std::uint64_t position) = 0;
  [[nodiscard]] virtual std::uint64_t position() const = 0;
  // As it was when the source was opened: a file that grows meanwhile is read up to there.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

// max_bytes: zero means no limit; a larger source is refused with too_large.
// Errors: not_found, unreadable (also for folders, sockets, pipes, devices), too_large.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_file(const std::filesystem::path& path,
                                                            std::uint64_t max_bytes = 0);
// A regular file that someone else opened; `size` as it was then, and a file cut short since ends early. All
// its reading needs is pread, in large blocks, so it works inside a sandbox.
[[nodiscard]] std::unique_ptr<ByteSource> adopt_file(Descriptor file, std::uint64_t size);
[[nodiscard]] std::unique_ptr<ByteSource> open_memory(std::vector<std::byte> bytes);
// Borrows: the bytes must outlive the source.
[[nodiscard]] std::unique_ptr<ByteSource> open_view(std::span<const std::byte> bytes);
// Reads a stream (a pipe) from where it stands to its end into memory; does not close the descriptor.
// max_bytes as above. Errors: unreadable, too_large (after at most max_bytes + 1 bytes).
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_descriptor(int descriptor, std::uint64_t max_bytes);

}  // namespace hitscope
