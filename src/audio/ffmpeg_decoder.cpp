// Whatever the other two refuse, by FFmpeg's libraries: M4A, WebM, WMA, Speex, films with sound, damaged
// FLAC.
//
// FFmpeg reads a great many formats, some of which name other files or addresses to open. Here it may read
// nothing but the bytes it is given: demuxers are those of a list, opening anything is refused, and only
// decoders of audio are let in, so that a film's pictures are never touched.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audio/backends.h"
#include "audio/destroyed.h"
#include "audio/read_blocks.h"

namespace hitscope {
namespace {

struct CloseFormat {
  void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
};
struct FreeCodec {
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
};
struct FreePacket {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeFrame {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct FreeConverter {
  void operator()(SwrContext* converter) const { swr_free(&converter); }
};
struct FreeIo {
  void operator()(AVIOContext* io) const {
    av_free(io->buffer);  // which FFmpeg may have replaced since we gave it one
    avio_context_free(&io);
  }
};

// Containers of audio or of films, and raw streams. Nothing that lists other files (HLS, DASH, concat, SDP).
constexpr const char* kDemuxers =
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,gsm,iff,ircam,"
    "loas,matroska,mov,mp3,mpc,mpc8,mpeg,mpegts,nistsphere,nut,ogg,oma,paf,qcp,rm,shn,smjpeg,"
    "sox,tak,truehd,tta,voc,vqf,w64,wav,webm,wsd,wtv,wv,xa,xwma";

std::string all_audio_decoders() {
  std::string names;
  void* cursor = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&cursor)) {
    if (av_codec_is_decoder(codec) == 0 || codec->type != AVMEDIA_TYPE_AUDIO) continue;
    names += names.empty() ? "" : ",";
    names += codec->name;
  }
  return names;
}

std::string words_of(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(error, text.data(), text.size());
  return text.data();
}

// What FFmpeg reads from. A damaged index can send a demuxer back and forth without end, so the bytes it may
// read are bounded: many times what any sound file needs.
struct Input {
  ByteSource* source = nullptr;
  std::uint64_t budget = 0;
  std::optional<Error> failure;
};

int read_input(void* opaque, std::uint8_t* buffer, int count) {
  auto& input = *static_cast<Input*>(opaque);
  if (input.budget == 0) return AVERROR_EXIT;
  const auto got = input.source->read(
      {reinterpret_cast<std::byte*>(buffer), static_cast<std::size_t>(std::max(0, count))});
  if (!got) {
    input.failure = got.error();
    return AVERROR(EIO);
  }
  input.budget -= std::min<std::uint64_t>(input.budget, *got + 1);
  return *got == 0 ? AVERROR_EOF : static_cast<int>(*got);
}

std::int64_t seek_input(void* opaque, std::int64_t offset, int whence) {
  auto& input = *static_cast<Input*>(opaque);
  const auto size = static_cast<std::int64_t>(input.source->size());
  if ((whence & AVSEEK_SIZE) != 0) return size;
  const int base_kind = whence & ~AVSEEK_FORCE;
  const std::int64_t base = base_kind == SEEK_SET   ? 0
                            : base_kind == SEEK_CUR ? static_cast<std::int64_t>(input.source->position())
                                                    : size;
  if (offset < -base || offset > size - base) return AVERROR(EINVAL);
  input.source->seek(static_cast<std::uint64_t>(base + offset));
  return base + offset;
}

int refuse_to_open(AVFormatContext* /*format*/, AVIOContext** /*io*/, const char* /*url*/, int /*flags*/,
                   AVDictionary** /*options*/) {
  return AVERROR(EPERM);
}

std::string tag(const AVDictionary* tags, const char* key) {
  const AVDictionaryEntry* entry = av_dict_get(tags, key, nullptr, 0);
  return entry != nullptr ? entry->value : "";
}

class FfmpegDecoder final : public Decoder {
 public:
  explicit FfmpegDecoder(ByteSource& source) {
    constexpr std::uint64_t kReadsOfAll = 32;
    constexpr std::uint64_t kAtLeastBytes = std::uint64_t{64} << 20;
    input_ = {&source, source.size() * kReadsOfAll + kAtLeastBytes, std::nullopt};
  }

  Result<void> open(const Sniffed& sniffed) {
    static const bool silenced = (av_log_set_level(AV_LOG_QUIET), true);
    static_cast<void>(silenced);
    if (auto opened = open_container(sniffed); !opened) return opened;
    if (auto opened = open_codec(); !opened) return opened;

    packet_.reset(av_packet_alloc());
    frame_.reset(av_frame_alloc());
    // The first frame, not the container, knows the rate and the channels (HE-AAC doubles its rate).
    const auto first = next_frame();
    if (!first) return tl::unexpected<Error>(first.error());
    if (!*first) {
      if (damaged_packets_ == 0) return fail(ErrorKind::too_short, "The file holds not one sample.");
      return fail(ErrorKind::corrupt, "The audio is damaged: not one sample could be decoded.");
    }
    describe(sniffed);
    return convert_frame();
  }

  Result<std::size_t> read(std::span<float> interleaved) override {
    auto samples = read_blocks(interleaved, ready_, [this] { return refill(); });
    if (!samples) return samples;
    return *samples / static_cast<std::size_t>(info_.channels);
  }

  [[nodiscard]] const AudioInfo& info() const override { return info_; }

 private:
  Result<void> open_container(const Sniffed& sniffed) {
    constexpr int kBufferBytes = 1 << 16;
    auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
    if (buffer == nullptr) return fail(ErrorKind::internal, "Out of memory.");
    input_.source->seek(0);
    io_.reset(avio_alloc_context(buffer, kBufferBytes, 0, &input_, read_input, nullptr, seek_input));
    if (!io_) {
      av_free(buffer);
      return fail(ErrorKind::internal, "Out of memory.");
    }

    static const std::string audio_decoders = all_audio_decoders();
    AVDictionary* options = nullptr;
    av_dict_set(&options, "format_whitelist", kDemuxers, 0);
    av_dict_set(&options, "codec_whitelist", audio_decoders.c_str(), 0);
    av_dict_set(&options, "protocol_whitelist", "", 0);
    av_dict_set(&options, "probesize", "2000000", 0);
    av_dict_set(&options, "analyzeduration", "5000000", 0);  // in microseconds of sound
    AVFormatContext* format = avformat_alloc_context();
    if (format == nullptr) {
      av_dict_free(&options);
      return fail(ErrorKind::internal, "Out of memory.");
    }
    format->pb = io_.get();
    format->io_open = refuse_to_open;
    const int status = avformat_open_input(&format, nullptr, nullptr, &options);  // frees format on failure
    av_dict_free(&options);
    if (input_.failure) return tl::unexpected<Error>(*input_.failure);
    const bool known = sniffed.family != Sniffed::Family::unknown;
    if (status < 0) {
      if (known && !sniffed.looks_like.empty()) {
        return fail(ErrorKind::corrupt,
                    fmt::format("It begins like {}, but is damaged or incomplete.", sniffed.looks_like),
                    words_of(status));
      }
      return fail(ErrorKind::unsupported_format, "No decoder here knows this content.", words_of(status));
    }
    format_.reset(format);
    // FFmpeg guesses even at noise; without a mark we know, it must be fairly sure.
    if (!known && format->probe_score <= AVPROBE_SCORE_RETRY) {
      return fail(ErrorKind::unsupported_format, "No decoder here knows this content.",
                  fmt::format("FFmpeg's best guess is {}, with a score of {}.", format->iformat->name,
                              format->probe_score));
    }
    avformat_find_stream_info(format, nullptr);  // failure shows below, as a stream without parameters
    if (input_.failure) return tl::unexpected<Error>(*input_.failure);
    return {};
  }

  Result<void> open_codec() {
    const AVCodec* decoder = nullptr;
    const int index = av_find_best_stream(format_.get(), AVMEDIA_TYPE_AUDIO, -1, -1, &decoder, 0);
    if (index < 0) {
      const bool undecodable = index == AVERROR_DECODER_NOT_FOUND;
      return fail(ErrorKind::unsupported_format,
                  undecodable ? "Its sound is in a coding no decoder here knows."
                              : "It holds no sound: there is no audio stream in it.",
                  fmt::format("{}, {} stream(s)", format_->iformat->name, format_->nb_streams));
    }
    for (unsigned i = 0; i < format_->nb_streams; ++i) format_->streams[i]->discard = AVDISCARD_ALL;
    stream_ = format_->streams[index];
    stream_->discard = AVDISCARD_DEFAULT;
    codec_.reset(avcodec_alloc_context3(decoder));
    if (!codec_) return fail(ErrorKind::internal, "Out of memory.");
    int status = avcodec_parameters_to_context(codec_.get(), stream_->codecpar);
    codec_->pkt_timebase = stream_->time_base;
    codec_->thread_count = 1;
    const AVCodecDescriptor* coding = avcodec_descriptor_get(decoder->id);
    const int kinds = coding != nullptr ? coding->props : 0;
    lossy_ = (kinds & AV_CODEC_PROP_LOSSY) != 0 && (kinds & AV_CODEC_PROP_LOSSLESS) == 0;
    // A block of FLAC whose checksum fails is noise: better none.
    if (decoder->id == AV_CODEC_ID_FLAC) codec_->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
    if (status >= 0) status = avcodec_open2(codec_.get(), decoder, nullptr);
    if (status < 0) {
      return fail(ErrorKind::corrupt, "The audio's parameters are damaged.",
                  fmt::format("{}: {}", decoder->name, words_of(status)));
    }
    return {};
  }

  void describe(const Sniffed& sniffed) {
    info_.sample_rate_hz = frame_->sample_rate;
    info_.channels = frame_->ch_layout.nb_channels;
    const std::string_view names = format_->iformat->name;
    info_.container =
        sniffed.container.empty() ? std::string(names.substr(0, names.find(','))) : sniffed.container;
    info_.codec = avcodec_get_name(codec_->codec_id);
    if (info_.channels > 2) {
      for (unsigned i = 0; i < static_cast<unsigned>(info_.channels); ++i) {
        const AVChannel channel = av_channel_layout_channel_from_index(&frame_->ch_layout, i);
        std::array<char, 16> name{};
        if (channel == AV_CHAN_NONE || av_channel_name(name.data(), name.size(), channel) < 0) {
          info_.channel_layout.clear();
          break;
        }
        info_.channel_layout.emplace_back(name.data());
      }
    }

    double promised_s = 0.0;
    if (stream_->duration > 0) {
      promised_s = static_cast<double>(stream_->duration) * av_q2d(stream_->time_base);
    } else if (format_->duration > 0) {
      promised_s = static_cast<double>(format_->duration) / AV_TIME_BASE;
    }
    if (promised_s > 0.0 && promised_s < 1e9) {
      info_.frames_expected = static_cast<std::uint64_t>(std::llround(promised_s * info_.sample_rate_hz));
      info_.expected_is_estimate =
          sniffed.chained || format_->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE;
    }
    if (stream_->codecpar->bit_rate > 0) {
      info_.bit_rate_bps = static_cast<double>(stream_->codecpar->bit_rate);
    } else if (format_->nb_streams == 1 && format_->bit_rate > 0) {
      info_.bit_rate_bps = static_cast<double>(format_->bit_rate);
    }
    for (const AVDictionary* tags : {format_->metadata, stream_->metadata}) {
      if (info_.title.empty()) info_.title = tag(tags, "title");
      if (info_.artist.empty()) info_.artist = tag(tags, "artist");
    }
  }

  // Fills frame_ with the next decoded frame; false at the end. Damaged packets are passed over and counted.
  Result<bool> next_frame() {
    constexpr int kMostBarrenPackets = 100'000;  // in a row, without a single sample
    int barren = 0;
    for (;;) {
      const int received = avcodec_receive_frame(codec_.get(), frame_.get());
      if (received >= 0) {
        const bool usable =
            frame_->nb_samples > 0 && frame_->sample_rate > 0 && frame_->ch_layout.nb_channels > 0;
        if (usable) return true;
        continue;
      }
      if (received == AVERROR_EOF) return false;
      if (received != AVERROR(EAGAIN)) ++damaged_packets_;
      if (draining_) {
        if (received == AVERROR(EAGAIN)) return false;
        if (++barren > kMostBarrenPackets) return false;
        continue;
      }

      const int status = av_read_frame(format_.get(), packet_.get());
      if (input_.failure) return tl::unexpected<Error>(*input_.failure);
      if (status < 0 || ++barren > kMostBarrenPackets) {
        draining_ = true;
        avcodec_send_packet(codec_.get(), nullptr);
        continue;
      }
      if (packet_->stream_index == stream_->index) {
        const int sent = avcodec_send_packet(codec_.get(), packet_.get());
        if (sent < 0 && sent != AVERROR(EAGAIN)) ++damaged_packets_;
      }
      av_packet_unref(packet_.get());
    }
  }

  // Points ready_ at the next samples; false at the end.
  Result<bool> refill() {
    while (!ended_) {
      const auto more = next_frame();
      if (!more) return tl::unexpected<Error>(more.error());
      if (*more) {
        if (auto converted = convert_frame(); !converted) return tl::unexpected<Error>(converted.error());
      } else {
        out_.clear();
        if (auto drained = drain_converter(); !drained) return tl::unexpected<Error>(drained.error());
        finish();
      }
      ready_ = out_;
      if (!ready_.empty()) return true;
    }
    return false;
  }

  // frame_ -> out_, in the stream's first rate and channel count.
  Result<void> convert_frame() {
    out_.clear();
    const bool same = converter_ && frame_->sample_rate == converter_rate_ &&
                      frame_->format == converter_format_ &&
                      av_channel_layout_compare(&frame_->ch_layout, &converter_layout_.value) == 0;
    if (!same) {
      if (auto drained = drain_converter(); !drained) return drained;
      if (auto made = make_converter(); !made) return made;
    }
    auto converted = append_converted(frame_->extended_data, frame_->nb_samples);
    if (lossy_ && silence_if_destroyed(out_)) ++silenced_;
    ready_ = out_;
    return converted;
  }

  Result<void> make_converter() {
    if (converter_)
      changes_ = changes_ || frame_->sample_rate != converter_rate_ ||
                 frame_->ch_layout.nb_channels != converter_layout_.value.nb_channels;
    converter_rate_ = frame_->sample_rate;
    converter_format_ = frame_->format;
    av_channel_layout_copy(&converter_layout_.value, &frame_->ch_layout);
    if (out_layout_.value.nb_channels == 0) av_channel_layout_copy(&out_layout_.value, &frame_->ch_layout);
    SwrContext* converter = nullptr;
    int status = swr_alloc_set_opts2(&converter, &out_layout_.value, AV_SAMPLE_FMT_FLT, info_.sample_rate_hz,
                                     &converter_layout_.value, static_cast<AVSampleFormat>(converter_format_),
                                     converter_rate_, 0, nullptr);
    converter_.reset(converter);
    if (status >= 0) status = swr_init(converter);
    if (status < 0) {
      converter_.reset();
      return fail(ErrorKind::corrupt, "The stream changes to a form that cannot be converted.",
                  words_of(status));
    }
    return {};
  }

  Result<void> drain_converter() {
    if (!converter_ || converter_rate_ == info_.sample_rate_hz) return {};
    return append_converted(nullptr, 0);
  }

  Result<void> append_converted(std::uint8_t* const* data, int samples) {
    const int room = swr_get_out_samples(converter_.get(), samples);
    if (room <= 0) return {};
    const auto channels = static_cast<std::size_t>(info_.channels);
    const std::size_t before = out_.size();
    out_.resize(before + static_cast<std::size_t>(room) * channels);
    auto* target = reinterpret_cast<std::uint8_t*>(out_.data() + before);
    // FFmpeg 7 made the input pointer more const than FFmpeg 5 has it.
    const int given =
        swr_convert(converter_.get(), &target, room, const_cast<const std::uint8_t**>(data), samples);
    out_.resize(before + static_cast<std::size_t>(std::max(0, given)) * channels);
    if (given < 0) return fail(ErrorKind::internal, "Converting the samples failed.", words_of(given));
    return {};
  }

  void finish() {
    ended_ = true;
    if (damaged_packets_ > 0) {
      info_.warnings.push_back(fmt::format("{} damaged packet(s) could not be decoded.", damaged_packets_));
    }
    if (input_.budget == 0)
      info_.warnings.emplace_back("The file's index leads in circles; reading was stopped.");
    if (changes_) {
      info_.warnings.push_back(
          fmt::format("The sample rate or channel count changes within the stream; all was converted to {} "
                      "Hz, {} channel(s).",
                      info_.sample_rate_hz, info_.channels));
    }
  }

  struct Layout {
    AVChannelLayout value{};
    Layout() = default;
    Layout(const Layout&) = delete;
    Layout& operator=(const Layout&) = delete;
    ~Layout() { av_channel_layout_uninit(&value); }
  };

  Input input_;
  std::unique_ptr<AVIOContext, FreeIo> io_;
  std::unique_ptr<AVFormatContext, CloseFormat> format_;  // after io_, so that it is closed first
  AVStream* stream_ = nullptr;
  std::unique_ptr<AVCodecContext, FreeCodec> codec_;
  std::unique_ptr<AVPacket, FreePacket> packet_;
  std::unique_ptr<AVFrame, FreeFrame> frame_;
  std::unique_ptr<SwrContext, FreeConverter> converter_;
  int converter_rate_ = 0;
  int converter_format_ = -1;
  Layout converter_layout_;
  Layout out_layout_;
  AudioInfo info_;
  std::vector<float> out_;
  std::span<const float> ready_;
  bool draining_ = false;
  bool ended_ = false;
  bool changes_ = false;
  int damaged_packets_ = 0;
  bool lossy_ = false;
  int silenced_ = 0;
};

}  // namespace

Result<std::unique_ptr<Decoder>> open_ffmpeg(ByteSource& source, const Sniffed& sniffed) {
  auto decoder = std::make_unique<FfmpegDecoder>(source);
  if (auto opened = decoder->open(sniffed); !opened) return tl::unexpected<Error>(std::move(opened.error()));
  return decoder;
}

}  // namespace hitscope
