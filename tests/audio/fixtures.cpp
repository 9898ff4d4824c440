#include "audio/fixtures.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numbers>
#include <random>
#include <stdexcept>

namespace hitscope::testing {
namespace {

// A file in memory, for encoders that seek back to fill in their headers.
struct MemoryFile {
  Bytes bytes;
  std::size_t position = 0;

  std::int64_t seek(std::int64_t offset, int whence) {
    const auto base = whence == SEEK_SET   ? std::int64_t{0}
                      : whence == SEEK_CUR ? static_cast<std::int64_t>(position)
                                           : static_cast<std::int64_t>(bytes.size());
    position = static_cast<std::size_t>(base + offset);
    return base + offset;
  }
  void write(const void* data, std::size_t count) {
    if (bytes.size() < position + count) bytes.resize(position + count);
    std::memcpy(bytes.data() + position, data, count);
    position += count;
  }
  std::size_t read(void* data, std::size_t count) {
    count = std::min(count, bytes.size() - std::min(position, bytes.size()));
    std::memcpy(data, bytes.data() + position, count);
    position += count;
    return count;
  }
};

MemoryFile& file_of(void* handle) {
  return *static_cast<MemoryFile*>(handle);
}

void put(Bytes& bytes, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void put(Bytes& bytes, std::string_view mark) {
  for (const char letter : mark) bytes.push_back(static_cast<std::byte>(letter));
}

#if LIBAVFORMAT_VERSION_MAJOR >= 61
using WrittenByte = const std::uint8_t;  // FFmpeg 7 made the callback's buffer const
#else
using WrittenByte = std::uint8_t;
#endif

int write_for_ffmpeg(void* handle, WrittenByte* data, int count) {
  file_of(handle).write(data, static_cast<std::size_t>(count));
  return count;
}

AVSampleFormat first_sample_format(const AVCodec* encoder) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)  // FFmpeg 7.1 asks for it another way
  const void* formats = nullptr;
  avcodec_get_supported_config(nullptr, encoder, AV_CODEC_CONFIG_SAMPLE_FORMAT, 0, &formats, nullptr);
  const auto* first = static_cast<const AVSampleFormat*>(formats);
#else
  const AVSampleFormat* first = encoder->sample_fmts;
#endif
  return first != nullptr ? *first : AV_SAMPLE_FMT_FLTP;
}

std::int64_t seek_for_ffmpeg(void* handle, std::int64_t offset, int whence) {
  if ((whence & AVSEEK_SIZE) != 0) return static_cast<std::int64_t>(file_of(handle).bytes.size());
  return file_of(handle).seek(offset, whence);
}

void must(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

// One encode with libavcodec into a muxer of libavformat. The library objects live as long as this.
class FfmpegEncode {
 public:
  FfmpegEncode(const AVOutputFormat* muxer, const AVCodec* encoder, int rate, int channels)
      : codec_(avcodec_alloc_context3(encoder)) {
    must(avformat_alloc_output_context2(&format_, muxer, nullptr, nullptr) >= 0, "muxer");
    codec_->sample_rate = rate;
    codec_->bit_rate = 128'000;
    codec_->sample_fmt = first_sample_format(encoder);
    codec_->time_base = {1, rate};
    codec_->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    av_channel_layout_default(&codec_->ch_layout, channels);
    if ((muxer->flags & AVFMT_GLOBALHEADER) != 0) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    must(avcodec_open2(codec_, encoder, nullptr) >= 0, "encoder");
    stream_ = avformat_new_stream(format_, nullptr);
    stream_->time_base = codec_->time_base;
    must(avcodec_parameters_from_context(stream_->codecpar, codec_) >= 0, "parameters");

    constexpr int kBufferBytes = 1 << 15;
    format_->pb = avio_alloc_context(static_cast<unsigned char*>(av_malloc(kBufferBytes)), kBufferBytes, 1,
                                     &file_, nullptr, write_for_ffmpeg, seek_for_ffmpeg);
    must(avformat_write_header(format_, nullptr) >= 0, "header");
    must(swr_alloc_set_opts2(&converter_, &codec_->ch_layout, codec_->sample_fmt, rate, &codec_->ch_layout,
                             AV_SAMPLE_FMT_FLT, rate, 0, nullptr) >= 0 &&
             swr_init(converter_) >= 0,
         "converter");
    frame_ = av_frame_alloc();
    packet_ = av_packet_alloc();
  }
  FfmpegEncode(const FfmpegEncode&) = delete;
  FfmpegEncode& operator=(const FfmpegEncode&) = delete;
  ~FfmpegEncode() {
    av_packet_free(&packet_);
    av_frame_free(&frame_);
    swr_free(&converter_);
    avcodec_free_context(&codec_);
    av_free(format_->pb->buffer);
    avio_context_free(&format_->pb);
    avformat_free_context(format_);
  }

  Bytes run(std::span<const float> interleaved) {
    const auto channels = static_cast<std::size_t>(codec_->ch_layout.nb_channels);
    const std::size_t frames = interleaved.size() / channels;
    const std::size_t block = codec_->frame_size > 0 ? static_cast<std::size_t>(codec_->frame_size) : 1024;
    for (std::size_t at = 0; at < frames; at += block) {
      const std::size_t count = std::min(block, frames - at);
      frame_->nb_samples = static_cast<int>(count);
      frame_->format = codec_->sample_fmt;
      frame_->sample_rate = codec_->sample_rate;
      av_channel_layout_copy(&frame_->ch_layout, &codec_->ch_layout);
      must(av_frame_get_buffer(frame_, 0) >= 0, "frame");
      const auto* in = reinterpret_cast<const std::uint8_t*>(interleaved.data() + at * channels);
      swr_convert(converter_, frame_->extended_data, frame_->nb_samples, &in, static_cast<int>(count));
      frame_->pts = static_cast<std::int64_t>(at);
      send(frame_);
      av_frame_unref(frame_);
    }
    send(nullptr);
    av_write_trailer(format_);
    avio_flush(format_->pb);
    return std::move(file_.bytes);
  }

 private:
  void send(const AVFrame* frame) {
    must(avcodec_send_frame(codec_, frame) >= 0, "encode");
    while (avcodec_receive_packet(codec_, packet_) >= 0) {
      packet_->stream_index = stream_->index;
      av_packet_rescale_ts(packet_, codec_->time_base, stream_->time_base);
      must(av_interleaved_write_frame(format_, packet_) >= 0, "write");
    }
  }

  MemoryFile file_;
  AVFormatContext* format_ = nullptr;
  AVCodecContext* codec_;
  AVStream* stream_ = nullptr;
  SwrContext* converter_ = nullptr;
  AVFrame* frame_ = nullptr;
  AVPacket* packet_ = nullptr;
};

Result<Decoded> decode_source(std::unique_ptr<ByteSource> source, const DecodeLimits& limits,
                              std::size_t block_frames) {
  auto decoder = open_decoder(std::move(source), limits);
  if (!decoder) return tl::unexpected<Error>(decoder.error());
  Decoded decoded;
  std::vector<float> block(block_frames * static_cast<std::size_t>((*decoder)->info().channels));
  for (;;) {
    const auto frames = (*decoder)->read(block);
    if (!frames) return tl::unexpected<Error>(frames.error());
    if (*frames == 0) break;
    const auto count = static_cast<std::ptrdiff_t>(*frames) * (*decoder)->info().channels;
    decoded.samples.insert(decoded.samples.end(), block.begin(), block.begin() + count);
  }
  decoded.info = (*decoder)->info();
  return decoded;
}

}  // namespace

std::vector<float> tones(int sample_rate_hz, int channels, double seconds, double hz, double peak) {
  const auto width = static_cast<std::size_t>(channels);
  const auto frames = static_cast<std::size_t>(std::llround(seconds * sample_rate_hz));
  std::vector<float> samples(frames * width);
  for (std::size_t i = 0; i < frames; ++i) {
    for (std::size_t c = 0; c < width; ++c) {
      const double cycles = hz * static_cast<double>((c + 1) * i) / sample_rate_hz;
      samples[i * width + c] = static_cast<float>(peak * std::sin(2.0 * std::numbers::pi * cycles));
    }
  }
  return samples;
}

double tone_peak(std::span<const float> interleaved, int channels, int channel, int sample_rate_hz,
                 double hz) {
  const auto width = static_cast<std::size_t>(channels);
  const std::size_t frames = interleaved.size() / width;
  double real = 0.0;
  double imaginary = 0.0;
  for (std::size_t i = 0; i < frames; ++i) {
    const double angle = 2.0 * std::numbers::pi * hz * static_cast<double>(i) / sample_rate_hz;
    const double value = interleaved[i * width + static_cast<std::size_t>(channel)];
    real += value * std::cos(angle);
    imaginary += value * std::sin(angle);
  }
  return 2.0 * std::hypot(real, imaginary) / static_cast<double>(frames);
}

Bytes encode_by_sndfile(std::span<const float> interleaved, int sample_rate_hz, int channels,
                        int sndfile_format, std::string_view title, std::string_view artist) {
  MemoryFile file;
  SF_VIRTUAL_IO callbacks{
      [](void* handle) { return static_cast<sf_count_t>(file_of(handle).bytes.size()); },
      [](sf_count_t offset, int whence, void* handle) {
        return static_cast<sf_count_t>(file_of(handle).seek(offset, whence));
      },
      [](void* data, sf_count_t count, void* handle) {
        return static_cast<sf_count_t>(file_of(handle).read(data, static_cast<std::size_t>(count)));
      },
      [](const void* data, sf_count_t count, void* handle) {
        file_of(handle).write(data, static_cast<std::size_t>(count));
        return count;
      },
      [](void* handle) { return static_cast<sf_count_t>(file_of(handle).position); }};
  SF_INFO properties{};
  properties.samplerate = sample_rate_hz;
  properties.channels = channels;
  properties.format = sndfile_format;
  SNDFILE* sound = sf_open_virtual(&callbacks, SFM_WRITE, &properties, &file);
  must(sound != nullptr, sf_strerror(nullptr));
  if (!title.empty()) sf_set_string(sound, SF_STR_TITLE, std::string(title).c_str());
  if (!artist.empty()) sf_set_string(sound, SF_STR_ARTIST, std::string(artist).c_str());
  // In small pieces: libsndfile's Vorbis encoder overflows its stack on a whole track at once.
  const auto frames = static_cast<sf_count_t>(interleaved.size()) / channels;
  constexpr sf_count_t kPiece = 1024;
  for (sf_count_t at = 0; at < frames; at += kPiece) {
    sf_writef_float(sound, interleaved.data() + at * channels, std::min(kPiece, frames - at));
  }
  sf_close(sound);
  return std::move(file.bytes);
}

Bytes encode_by_ffmpeg(std::span<const float> interleaved, int sample_rate_hz, int channels,
                       const std::string& muxer, const std::string& encoder) {
  av_log_set_level(AV_LOG_QUIET);
  const AVOutputFormat* format = av_guess_format(muxer.c_str(), nullptr, nullptr);
  const AVCodec* codec = avcodec_find_encoder_by_name(encoder.c_str());
  if (format == nullptr || codec == nullptr) return {};
  return FfmpegEncode(format, codec, sample_rate_hz, channels).run(interleaved);
}

Bytes wav(const WavFormat& format, std::span<const std::byte> data, std::int64_t data_bytes) {
  const std::uint64_t claimed = data_bytes < 0 ? data.size() : static_cast<std::uint64_t>(data_bytes);
  const std::uint32_t frame_bytes =
      std::max(1U, static_cast<std::uint32_t>(format.channels) * format.bits / 8U);
  Bytes bytes;
  put(bytes, "RIFF");
  put(bytes, claimed + 36, 4);
  put(bytes, "WAVEfmt ");
  put(bytes, 16, 4);
  put(bytes, format.tag, 2);
  put(bytes, format.channels, 2);
  put(bytes, format.sample_rate_hz, 4);
  put(bytes, std::uint64_t{format.sample_rate_hz} * frame_bytes, 4);
  put(bytes, frame_bytes, 2);
  put(bytes, format.bits, 2);
  put(bytes, "data");
  put(bytes, claimed, 4);
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

Bytes bytes_of(std::string_view text) {
  Bytes bytes;
  put(bytes, text);
  return bytes;
}

Bytes joined(std::initializer_list<std::span<const std::byte>> parts) {
  Bytes all;
  for (const auto part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes first_part(std::span<const std::byte> bytes, double fraction) {
  const auto count = static_cast<std::ptrdiff_t>(fraction * static_cast<double>(bytes.size()));
  return {bytes.begin(), bytes.begin() + count};
}

Bytes noise(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  Bytes bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(engine());
  return bytes;
}

Result<Decoded> decode(std::span<const std::byte> bytes, const DecodeLimits& limits,
                       std::size_t block_frames) {
  return decode_source(open_view(bytes), limits, block_frames);
}

Result<Decoded> decode_file(const std::filesystem::path& path, const DecodeLimits& limits) {
  auto source = open_file(path);
  if (!source) return tl::unexpected<Error>(source.error());
  return decode_source(std::move(*source), limits, 4096);
}

std::filesystem::path shared_audio() {
  const char* shared = std::getenv("HITSCOPE_SHARED");
  const std::filesystem::path root = shared != nullptr
                                         ? std::filesystem::path(shared)
                                         : std::filesystem::path(HITSCOPE_SOURCE_DIR) / ".." / "shared";
  return root / "audio";
}

bool any_contains(const std::vector<std::string>& texts, std::string_view part) {
  return std::ranges::any_of(
      texts, [part](const std::string& text) { return text.find(part) != std::string::npos; });
}

}  // namespace hitscope::testing
