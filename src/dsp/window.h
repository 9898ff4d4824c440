// Window functions, float32.
#pragma once

#include <cstddef>
#include <vector>

namespace hitscope {

// The periodic Hann window of spectral analysis (SciPy's get_window("hann", n, fftbins=True)).
[[nodiscard]] std::vector<float> hann_window(std::size_t length);

}  // namespace hitscope
