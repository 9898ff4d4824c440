// SHA-256 (FIPS 180-4) of a source's encoded bytes, as 64 lower-case hexadecimal digits: the identity of a
// file's content, whatever its name.
#pragma once

#include <string>

#include "audio/byte_source.h"
#include "core/error.h"

namespace hitscope {

// Reads the source from its first byte to its last; leaves it at the end. Errors: unreadable, internal.
[[nodiscard]] Result<std::string> sha256_hex(ByteSource& source);

}  // namespace hitscope
