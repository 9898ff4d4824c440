// WAV, AIFF, FLAC, Ogg and their kin by libsndfile, through its virtual I/O.
#include <fmt/format.h>
#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "audio/backends.h"

namespace hitscope {
namespace {

struct CloseSound {
  void operator()(SNDFILE* sound) const { sf_close(sound); }
};

struct Input {
  ByteSource* source = nullptr;
  std::optional<Error> failure;
};

sf_count_t input_size(void* handle) {
  return static_cast<sf_count_t>(static_cast<Input*>(handle)->source->size());
}

sf_count_t tell_input(void* handle) {
  return static_cast<sf_count_t>(static_cast<Input*>(handle)->source->position());
}

sf_count_t seek_input(sf_count_t offset, int whence, void* handle) {
  ByteSource& source = *static_cast<Input*>(handle)->source;
  const sf_count_t base = whence == SEEK_SET   ? 0
                          : whence == SEEK_CUR ? tell_input(handle)
                                               : input_size(handle);
  source.seek(static_cast<std::uint64_t>(std::max<sf_count_t>(0, base + offset)));
  return tell_input(handle);
}

sf_count_t read_input(void* buffer, sf_count_t count, void* handle) {
  auto& input = *static_cast<Input*>(handle);
  const auto got = input.source->read({static_cast<std::byte*>(buffer), static_cast<std::size_t>(count)});
  if (!got) {
    input.failure = got.error();
    return 0;
  }
  return static_cast<sf_count_t>(*got);
}

sf_count_t refuse_write(const void* /*buffer*/, sf_count_t /*count*/, void* /*handle*/) {
  return 0;
}

std::string container_name(int format) {
  switch (format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
      return "wav";
    case SF_FORMAT_RF64:
      return "rf64";
    case SF_FORMAT_W64:
      return "w64";
    case SF_FORMAT_AIFF:
      return "aiff";
    case SF_FORMAT_AU:
      return "au";
    case SF_FORMAT_CAF:
      return "caf";
    case SF_FORMAT_FLAC:
      return "flac";
    case SF_FORMAT_OGG:
      return "ogg";
    default:
      return {};
  }
}

bool is_big_endian(int format) {
  if ((format & SF_FORMAT_ENDMASK) == SF_ENDIAN_BIG) return true;
  if ((format & SF_FORMAT_ENDMASK) == SF_ENDIAN_LITTLE) return false;
  const int container = format & SF_FORMAT_TYPEMASK;
  return container == SF_FORMAT_AIFF || container == SF_FORMAT_AU || container == SF_FORMAT_CAF;
}

// FFmpeg's names, which the world knows.
std::string codec_name(int format) {
  const int container = format & SF_FORMAT_TYPEMASK;
  const int codec = format & SF_FORMAT_SUBMASK;
  if (codec == SF_FORMAT_VORBIS) return "vorbis";
  if (codec == SF_FORMAT_OPUS) return "opus";
  if (container == SF_FORMAT_FLAC || container == SF_FORMAT_OGG) return "flac";
  const std::string_view order = is_big_endian(format) ? "be" : "le";
  switch (codec) {
    case SF_FORMAT_PCM_S8:
      return "pcm_s8";
    case SF_FORMAT_PCM_U8:
      return "pcm_u8";
    case SF_FORMAT_PCM_16:
      return fmt::format("pcm_s16{}", order);
    case SF_FORMAT_PCM_24:
      return fmt::format("pcm_s24{}", order);
    case SF_FORMAT_PCM_32:
      return fmt::format("pcm_s32{}", order);
    case SF_FORMAT_FLOAT:
      return fmt::format("pcm_f32{}", order);
    case SF_FORMAT_DOUBLE:
      return fmt::format("pcm_f64{}", order);
    case SF_FORMAT_ULAW:
      return "pcm_mulaw";
    case SF_FORMAT_ALAW:
      return "pcm_alaw";
    case SF_FORMAT_IMA_ADPCM:
      return "adpcm_ima";
    case SF_FORMAT_MS_ADPCM:
      return "adpcm_ms";
    case SF_FORMAT_GSM610:
      return "gsm";
    case SF_FORMAT_ALAC_16:
    case SF_FORMAT_ALAC_20:
    case SF_FORMAT_ALAC_24:
    case SF_FORMAT_ALAC_32:
      return "alac";
    default: {
      SF_FORMAT_INFO subtype{};
      subtype.format = codec;
      const bool known = sf_command(nullptr, SFC_GET_FORMAT_INFO, &subtype, sizeof(subtype)) == 0;
      return known && subtype.name != nullptr ? subtype.name : "unknown";
    }
  }
}

std::string_view speaker_name(int position) {
  switch (position) {
    case SF_CHANNEL_MAP_MONO:
    case SF_CHANNEL_MAP_CENTER:
    case SF_CHANNEL_MAP_FRONT_CENTER:
      return "FC";
    case SF_CHANNEL_MAP_LEFT:
    case SF_CHANNEL_MAP_FRONT_LEFT:
      return "FL";
    case SF_CHANNEL_MAP_RIGHT:
    case SF_CHANNEL_MAP_FRONT_RIGHT:
      return "FR";
    case SF_CHANNEL_MAP_LFE:
      return "LFE";
    case SF_CHANNEL_MAP_REAR_LEFT:
      return "BL";
    case SF_CHANNEL_MAP_REAR_RIGHT:
      return "BR";
    case SF_CHANNEL_MAP_REAR_CENTER:
      return "BC";
    case SF_CHANNEL_MAP_SIDE_LEFT:
      return "SL";
    case SF_CHANNEL_MAP_SIDE_RIGHT:
      return "SR";
    case SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER:
      return "FLC";
    case SF_CHANNEL_MAP_FRONT_RIGHT_OF_CENTER:
      return "FRC";
    default:
      return {};
  }
}

// FLAC's format fixes the speakers by the count of channels (RFC 9639, section 9.1.3), and so do Vorbis
// (Vorbis I, section 4.3.9) and Opus, which follows it (RFC 7845, section 5.1.1.2). libsndfile keeps their
// orders, but does not tell them.
using Layout = std::vector<std::string>;

Layout flac_layout(int channels) {
  switch (channels) {
    case 3:
      return {"FL", "FR", "FC"};
    case 4:
      return {"FL", "FR", "BL", "BR"};
    case 5:
      return {"FL", "FR", "FC", "BL", "BR"};
    case 6:
      return {"FL", "FR", "FC", "LFE", "BL", "BR"};
    case 7:
      return {"FL", "FR", "FC", "LFE", "BC", "SL", "SR"};
    case 8:
      return {"FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"};
    default:
      return {};
  }
}

Layout vorbis_layout(int channels) {
  switch (channels) {
    case 3:
      return {"FL", "FC", "FR"};
    case 4:
      return {"FL", "FR", "BL", "BR"};
    case 5:
      return {"FL", "FC", "FR", "BL", "BR"};
    case 6:
      return {"FL", "FC", "FR", "BL", "BR", "LFE"};
    case 7:
      return {"FL", "FC", "FR", "SL", "SR", "BC", "LFE"};
    case 8:
      return {"FL", "FC", "FR", "SL", "SR", "BL", "BR", "LFE"};
    default:
      return {};
  }
}

class SndfileDecoder final : public Decoder {
 public:
  explicit SndfileDecoder(ByteSource& source) : input_{&source, std::nullopt} {}

  Result<void> open(const Sniffed& sniffed) {
    SF_VIRTUAL_IO callbacks{input_size, seek_input, read_input, refuse_write, tell_input};
    SF_INFO properties{};
    input_.source->seek(0);
    sound_.reset(sf_open_virtual(&callbacks, SFM_READ, &properties, &input_));
    if (input_.failure) return tl::unexpected<Error>(*input_.failure);
    if (!sound_) {
      const int reason = sf_error(nullptr);
      const bool unknown = reason == SF_ERR_UNRECOGNISED_FORMAT || reason == SF_ERR_UNSUPPORTED_ENCODING;
      return fail(unknown ? ErrorKind::unsupported_format : ErrorKind::corrupt, "The audio cannot be opened.",
                  sf_strerror(nullptr));
    }
    info_.sample_rate_hz = properties.samplerate;
    info_.channels = properties.channels;
    info_.container = container_name(properties.format);
    if (info_.container.empty()) info_.container = sniffed.container;
    info_.codec = codec_name(properties.format);
    const bool pcm = info_.codec.starts_with("pcm_");
    if (pcm) info_.bit_rate_bps = sf_current_byterate(sound_.get()) * 8.0;
    if (properties.frames > 0 && properties.frames < SF_COUNT_MAX) {
      info_.frames_expected = static_cast<std::uint64_t>(properties.frames);
      if (!pcm) {
        info_.bit_rate_bps = static_cast<double>(input_.source->size()) * 8.0 * properties.samplerate /
                             static_cast<double>(properties.frames);
      }
    }
    read_layout(properties.format);
    if (const char* title = sf_get_string(sound_.get(), SF_STR_TITLE)) info_.title = title;
    if (const char* artist = sf_get_string(sound_.get(), SF_STR_ARTIST)) info_.artist = artist;
    return {};
  }

  Result<std::size_t> read(std::span<float> interleaved) override {
    const auto wanted = static_cast<sf_count_t>(interleaved.size()) / info_.channels;
    const sf_count_t got = sf_readf_float(sound_.get(), interleaved.data(), wanted);
    if (input_.failure) return tl::unexpected<Error>(*input_.failure);
    if (got < wanted && !ended_) {
      ended_ = true;
      if (sf_error(sound_.get()) != SF_ERR_NO_ERROR) {
        info_.warnings.push_back(fmt::format("Decoding met damage: {}", sf_strerror(sound_.get())));
      }
    }
    return static_cast<std::size_t>(std::max<sf_count_t>(0, got));
  }

  [[nodiscard]] const AudioInfo& info() const override { return info_; }

 private:
  void read_layout(int format) {
    if (info_.codec == "flac") info_.channel_layout = flac_layout(info_.channels);
    if (info_.codec == "vorbis" || info_.codec == "opus")
      info_.channel_layout = vorbis_layout(info_.channels);
    // Only WAV's mask is asked for: from the layout chunks of CAF and AIFF, libsndfile 1.2.0 keeps a map
    // shorter than the count of channels and copies beyond its end.
    const int container = format & SF_FORMAT_TYPEMASK;
    if (container != SF_FORMAT_WAVEX && container != SF_FORMAT_RF64) return;
    std::vector<int> positions(static_cast<std::size_t>(info_.channels));
    const int bytes = static_cast<int>(positions.size() * sizeof(int));
    if (sf_command(sound_.get(), SFC_GET_CHANNEL_MAP_INFO, positions.data(), bytes) != SF_TRUE) return;
    for (const int position : positions) info_.channel_layout.emplace_back(speaker_name(position));
    // A speaker we have no name for makes the whole map useless.
    if (std::ranges::any_of(info_.channel_layout, &std::string::empty)) info_.channel_layout.clear();
  }

  Input input_;
  std::unique_ptr<SNDFILE, CloseSound> sound_;
  AudioInfo info_;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<Decoder>> open_sndfile(ByteSource& source, const Sniffed& sniffed) {
  auto decoder = std::make_unique<SndfileDecoder>(source);
  if (auto opened = decoder->open(sniffed); !opened) return tl::unexpected<Error>(std::move(opened.error()));
  return decoder;
}

}  // namespace hitscope
