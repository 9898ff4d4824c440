// The smallest honest files of each format, built byte by byte, for `doctor` to see with its own eyes what
// decodes here. Each holds about a second: WAV a 440 Hz sine at half of full scale, the others digital
// silence, which every codec can state in a few bytes. All are mono or stereo at 44.1 or 48 kHz.
//
// Sources: RIFF WAVE; ISO 11172-3 (a layer III frame without main data); RFC 9639 (FLAC constant subframes);
// RFC 3533, 6716, 7845 (Ogg, Opus); ISO 13818-7 (ADTS).
#pragma once

#include <cstddef>
#include <vector>

namespace hitscope::cli {

[[nodiscard]] std::vector<std::byte> sample_wav(double seconds = 1.0);
[[nodiscard]] std::vector<std::byte> sample_mp3();
[[nodiscard]] std::vector<std::byte> sample_flac();
[[nodiscard]] std::vector<std::byte> sample_opus();
[[nodiscard]] std::vector<std::byte> sample_aac();

}  // namespace hitscope::cli
