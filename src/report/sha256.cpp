#include "report/sha256.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <vector>

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/sha.h>
}

namespace hitscope {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 16U;
constexpr std::size_t kDigestBytes = 32;

struct FreeSha {
  void operator()(AVSHA* context) const { av_free(context); }
};

}  // namespace

Result<std::string> sha256_hex(ByteSource& source) {
  const std::unique_ptr<AVSHA, FreeSha> context(av_sha_alloc());
  if (!context || av_sha_init(context.get(), 256) != 0) {
    return fail(ErrorKind::internal, "SHA-256 could not be started.");
  }
  source.seek(0);
  std::vector<std::byte> block(kBlockBytes);
  while (true) {
    const Result<std::size_t> count = source.read(block);
    if (!count) return tl::unexpected(count.error());
    if (*count == 0) break;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the C interface wants uint8_t
    av_sha_update(context.get(), reinterpret_cast<const std::uint8_t*>(block.data()), *count);
  }
  std::array<std::uint8_t, kDigestBytes> digest{};
  av_sha_final(context.get(), digest.data());
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace hitscope
