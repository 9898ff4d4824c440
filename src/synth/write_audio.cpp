#include "synth/write_audio.h"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <memory>
#include <optional>
#include <system_error>

namespace hitscope::synth {
namespace {

struct CloseFile {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using File = std::unique_ptr<SNDFILE, CloseFile>;

int pcm_subtype(SampleFormat format) {
  switch (format) {
    case SampleFormat::pcm24:
      return SF_FORMAT_PCM_24;
    case SampleFormat::float32:
      return SF_FORMAT_FLOAT;
    case SampleFormat::pcm16:
      break;
  }
  return SF_FORMAT_PCM_16;
}

std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

std::optional<int> format_for(const std::string& extension, SampleFormat samples) {
  if (extension == ".wav") return SF_FORMAT_WAV | pcm_subtype(samples);
  if (extension == ".aiff" || extension == ".aif") return SF_FORMAT_AIFF | pcm_subtype(samples);
  if (extension == ".flac") return SF_FORMAT_FLAC | pcm_subtype(samples);
  if (extension == ".ogg") return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
  if (extension == ".opus") return SF_FORMAT_OGG | SF_FORMAT_OPUS;
  if (extension == ".mp3") return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
  return std::nullopt;
}

// libsndfile lets these two codecs fail only after it has made the file.
bool rate_exists(const std::string& extension, int sample_rate_hz) {
  constexpr std::array kOpus = {8000, 12000, 16000, 24000, 48000};
  constexpr std::array kMp3 = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};
  const auto has = [&](const auto& rates) {
    return std::find(rates.begin(), rates.end(), sample_rate_hz) != rates.end();
  };
  if (extension == ".opus") return has(kOpus);
  if (extension == ".mp3") return has(kMp3);
  return true;
}

Result<void> write_all(SNDFILE* file, std::span<const float> interleaved, int channels) {
  // In small pieces: libvorbis keeps a whole sf_write call on the stack.
  constexpr std::size_t kFramesPerCall = 4096;
  const auto width = static_cast<std::size_t>(channels);
  for (std::size_t at = 0; at < interleaved.size(); at += kFramesPerCall * width) {
    const auto piece = interleaved.subspan(at, std::min(kFramesPerCall * width, interleaved.size() - at));
    const auto frames = static_cast<sf_count_t>(piece.size() / width);
    if (sf_writef_float(file, piece.data(), frames) != frames) {
      return fail(ErrorKind::unreadable, "The audio file could not be written.", sf_strerror(file));
    }
  }
  return {};
}

}  // namespace

Result<void> write_audio(const std::filesystem::path& path, std::span<const float> interleaved,
                         int sample_rate_hz, int channels, const WriteOptions& options) {
  const std::string extension = lower_extension(path);
  const std::optional<int> format = format_for(extension, options.sample_format);
  if (!format) {
    return fail(ErrorKind::unsupported_format, "No audio format is known for the extension \"" + extension +
                                                   "\"; use .wav, .flac, .aiff, .ogg, .opus or .mp3.");
  }
  SF_INFO info{};
  info.samplerate = sample_rate_hz;
  info.channels = channels;
  info.format = *format;
  if (channels < 1 || sf_format_check(&info) == 0 || !rate_exists(extension, sample_rate_hz)) {
    return fail(ErrorKind::unsupported_format,
                extension.substr(1) + " cannot hold " + std::to_string(channels) + " channels at " +
                    std::to_string(sample_rate_hz) + " Hz, or not in this sample format.");
  }
  if (interleaved.size() % static_cast<std::size_t>(channels) != 0) {
    return fail(ErrorKind::internal, "The number of samples is no multiple of the channels.");
  }
  const File file(sf_open(path.c_str(), SFM_WRITE, &info));
  if (!file) {
    const std::string reason = sf_strerror(nullptr);
    const bool folder_missing =
        !path.parent_path().empty() && !std::filesystem::is_directory(path.parent_path());
    return fail(
        ErrorKind::unreadable,
        folder_missing ? "The folder of the audio file does not exist." : "The audio file cannot be created.",
        reason);
  }
  sf_command(file.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
  double quality = 0.6;
  if (extension == ".ogg") sf_command(file.get(), SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
  if (!options.title.empty()) sf_set_string(file.get(), SF_STR_TITLE, options.title.c_str());
  if (!options.artist.empty()) sf_set_string(file.get(), SF_STR_ARTIST, options.artist.c_str());
  Result<void> written = write_all(file.get(), interleaved, channels);
  if (!written) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  return written;
}

}  // namespace hitscope::synth
