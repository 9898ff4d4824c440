// Libraries decode in blocks of their own size, callers ask for theirs: read_blocks() cuts the ones to the
// others.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "core/error.h"

namespace hitscope {

// Fills `wanted` from `ready`, the rest of the last block. Where that is used up, `refill()` points it at the
// next one and answers whether there was one (Result<bool>). Returns the samples written; less than wanted at
// the end. An error of refill() is told by the call that has nothing else to give.
template <typename Refill>
[[nodiscard]] Result<std::size_t> read_blocks(std::span<float> wanted, std::span<const float>& ready,
                                              const Refill& refill) {
  std::size_t done = 0;
  while (done < wanted.size()) {
    if (ready.empty()) {
      const Result<bool> more = refill();
      if (!more) {
        if (done == 0) return tl::unexpected<Error>(more.error());
        break;
      }
      if (!*more) break;
    }
    const std::size_t count = std::min(ready.size(), wanted.size() - done);
    std::copy_n(ready.begin(), count, wanted.begin() + static_cast<std::ptrdiff_t>(done));
    ready = ready.subspan(count);
    done += count;
  }
  return done;
}

}  // namespace hitscope
