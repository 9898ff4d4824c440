// Encoded bytes from a descriptor that someone else opened (regular_file.h). Reads by pread in large blocks:
// one system call is all it needs, so it works inside the sandbox.
#pragma once

#include <cstdint>
#include <memory>

#include "audio/byte_source.h"
#include "core/descriptor.h"

namespace hitscope {

// `size` as it was when the file was opened; a file cut short since then ends early.
[[nodiscard]] std::unique_ptr<ByteSource> open_descriptor_source(Descriptor file, std::uint64_t size);

}  // namespace hitscope
