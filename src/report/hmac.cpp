#include "report/hmac.h"

#include <memory>
#include <new>

extern "C" {
#include <libavutil/hmac.h>
}

namespace hitscope {

std::array<std::uint8_t, kSha256Bytes> hmac_sha256(std::span<const std::uint8_t> key,
                                                   std::string_view message) {
  struct Free {
    void operator()(AVHMAC* hmac) const { av_hmac_free(hmac); }
  };
  const std::unique_ptr<AVHMAC, Free> hmac(av_hmac_alloc(AV_HMAC_SHA256));
  if (!hmac) throw std::bad_alloc();
  std::array<std::uint8_t, kSha256Bytes> result{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the C interface wants uint8_t
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(message.data());
  av_hmac_calc(hmac.get(), bytes, static_cast<unsigned>(message.size()), key.data(),
               static_cast<unsigned>(key.size()), result.data(), static_cast<unsigned>(result.size()));
  return result;
}

}  // namespace hitscope
