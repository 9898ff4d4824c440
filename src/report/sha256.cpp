#include "report/sha256.h"

#include <fmt/format.h>

#include <new>
#include <vector>

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/sha.h>
}

namespace hitscope {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 16U;

}  // namespace

struct Sha256::Context {
  struct Free {
    void operator()(AVSHA* context) const { av_free(context); }
  };
  std::unique_ptr<AVSHA, Free> sha;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  context_->sha.reset(av_sha_alloc());
  if (!context_->sha) throw std::bad_alloc();
  av_sha_init(context_->sha.get(), 256);
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the C interface wants uint8_t
  av_sha_update(context_->sha.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::array<std::uint8_t, kSha256Bytes> Sha256::digest() {
  std::array<std::uint8_t, kSha256Bytes> digest{};
  av_sha_final(context_->sha.get(), digest.data());
  return digest;
}

std::string Sha256::hex() {
  return fmt::format("{:02x}", fmt::join(digest(), ""));
}

Result<std::string> sha256_hex(ByteSource& source) {
  Sha256 sha;
  source.seek(0);
  std::vector<std::byte> block(kBlockBytes);
  while (true) {
    const Result<std::size_t> count = source.read(block);
    if (!count) return tl::unexpected(count.error());
    if (*count == 0) break;
    sha.update(std::span(block).first(*count));
  }
  return sha.hex();
}

}  // namespace hitscope
