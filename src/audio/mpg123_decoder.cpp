// MPEG audio by libmpg123: float output, gapless where the encoder left its delay, and patient with damage:
// after broken bytes it looks for the next frame however far that is.
#include <fmt/format.h>
#include <mpg123.h>

#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "audio/backends.h"
#include "audio/destroyed.h"
#include "audio/format_keeper.h"
#include "audio/mpeg_frame.h"
#include "audio/read_blocks.h"

namespace hitscope {
namespace {

struct CloseHandle {
  void operator()(mpg123_handle* handle) const { mpg123_delete(handle); }
};

// What libmpg123 reads from. A failed read is remembered, since its own report of it is a mere "read error".
struct Input {
  ByteSource* source = nullptr;
  std::optional<Error> failure;
};

mpg123_ssize_t read_input(void* handle, void* buffer, std::size_t count) {
  auto& input = *static_cast<Input*>(handle);
  const auto got = input.source->read({static_cast<std::byte*>(buffer), count});
  if (!got) {
    input.failure = got.error();
    return -1;
  }
  return static_cast<mpg123_ssize_t>(*got);
}

off_t seek_input(void* handle, off_t offset, int whence) {
  ByteSource& source = *static_cast<Input*>(handle)->source;
  const auto base = whence == SEEK_SET   ? off_t{0}
                    : whence == SEEK_CUR ? static_cast<off_t>(source.position())
                                         : static_cast<off_t>(source.size());
  if (base + offset < 0) return -1;
  source.seek(static_cast<std::uint64_t>(base + offset));
  return static_cast<off_t>(source.position());
}

// ID3v1 pads its fields with blanks or zeros and need not end them.
template <std::size_t size>
std::string field_of(const char (&field)[size]) {
  return {field, size};
}

std::string text_of(const mpg123_string* text) {
  return text != nullptr && text->p != nullptr && text->fill > 0 ? std::string(text->p) : std::string();
}

class Mpg123Decoder final : public Decoder {
 public:
  explicit Mpg123Decoder(ByteSource& source) : input_{&source, std::nullopt} {}

  // Up to the first frame, so that rate and channels are known.
  Result<void> open(const Sniffed& sniffed) {
    handle_.reset(mpg123_new(nullptr, nullptr));
    if (!handle_) return fail(ErrorKind::internal, "libmpg123 could not be started.");
    mpg123_handle* const mp3 = handle_.get();
    mpg123_param(mp3, MPG123_ADD_FLAGS, MPG123_QUIET | MPG123_GAPLESS | MPG123_FORCE_FLOAT, 0.0);
    mpg123_param(mp3, MPG123_REMOVE_FLAGS, MPG123_AUTO_RESAMPLE, 0.0);
    mpg123_param(mp3, MPG123_RESYNC_LIMIT, -1, 0.0);
    mpg123_param(mp3, MPG123_INDEX_SIZE, 0, 0.0);  // we never seek
    if (mpg123_replace_reader_handle(mp3, read_input, seek_input, nullptr) != MPG123_OK ||
        mpg123_open_handle(mp3, &input_) != MPG123_OK) {
      return tl::unexpected<Error>(failure("The MP3 stream cannot be opened."));
    }
    long rate = 0;
    int channels = 0;
    int encoding = 0;
    if (mpg123_getformat(mp3, &rate, &channels, &encoding) != MPG123_OK) {
      return tl::unexpected<Error>(failure("No MPEG audio frame can be decoded."));
    }
    info_.container = sniffed.container.empty() ? "mp3" : sniffed.container;
    info_.sample_rate_hz = static_cast<int>(rate);
    info_.channels = channels;
    rate_ = info_.sample_rate_hz;
    channels_ = info_.channels;
    keeper_ = FormatKeeper(rate_, channels_);
    mpg123_frameinfo2 frame{};
    if (mpg123_info2(mp3, &frame) == MPG123_OK) {
      info_.codec = fmt::format("mp{}", frame.layer);
      if (frame.vbr == MPG123_CBR && frame.bitrate > 0) info_.bit_rate_bps = frame.bitrate * 1000.0;
    }
    const off_t length = mpg123_length(mp3);
    if (length > 0) {
      info_.frames_expected = static_cast<std::uint64_t>(length);
      info_.expected_is_estimate = !sniffed.promised_frames.has_value();
      if (!info_.bit_rate_bps) {
        info_.bit_rate_bps =
            static_cast<double>(sniffed.end - sniffed.begin) * 8.0 * rate_ / static_cast<double>(length);
      }
    }
    read_tags();
    return {};
  }

  Result<std::size_t> read(std::span<float> interleaved) override {
    auto samples = read_blocks(interleaved, ready_, [this] { return decode_frame(); });
    if (!samples) return samples;
    return *samples / static_cast<std::size_t>(info_.channels);
  }

  [[nodiscard]] const AudioInfo& info() const override { return info_; }

 private:
  // Points ready_ at the next samples; false at the end.
  Result<bool> decode_frame() {
    while (!ended_) {
      unsigned char* audio = nullptr;
      std::size_t bytes = 0;
      off_t number = 0;
      const int status = mpg123_decode_frame(handle_.get(), &number, &audio, &bytes);
      if (status == MPG123_NEW_FORMAT) {
        int encoding = 0;
        long rate = 0;
        mpg123_getformat(handle_.get(), &rate, &channels_, &encoding);
        rate_ = static_cast<int>(rate);
        in_doubt_ = true;
      }
      if (bytes > 0) {
        note_position();
        // MPG123_FORCE_FLOAT: the library's own buffer of floats, aligned for SIMD.
        const std::span samples(reinterpret_cast<float*>(audio), bytes / sizeof(float));
        if (!in_doubt_) {
          if (silence_if_destroyed(samples)) ++silenced_;
          ready_ = keeper_.convert(samples, rate_, channels_);
          if (!ready_.empty()) return true;
        }
      }
      if (status == MPG123_OK || status == MPG123_NEW_FORMAT) continue;
      if (input_.failure) return tl::unexpected<Error>(*input_.failure);
      if (status != MPG123_DONE && mpg123_errcode(handle_.get()) != MPG123_RESYNC_FAIL) {
        info_.warnings.push_back(fmt::format("Decoding stopped early: {}.", mpg123_strerror(handle_.get())));
      }
      finish();
    }
    ready_ = std::exchange(rest_, {});
    return !ready_.empty();
  }

  // Frames lie back to back; a hole between two of them was skipped as damaged. Behind a hole the library
  // takes the first sync word for a frame, which within garbage it rarely is: until a run of frames proves
  // that this is music again, what it decodes is dropped.
  void note_position() {
    const off_t begin = mpg123_framepos(handle_.get());
    mpg123_frameinfo2 frame{};
    if (begin < 0 || mpg123_info2(handle_.get(), &frame) != MPG123_OK) return;
    if (next_frame_ > 0 && begin > next_frame_) {
      ++gaps_;
      gap_bytes_ += begin - next_frame_;
      in_doubt_ = true;
    }
    next_frame_ = begin + frame.framesize;
    if (in_doubt_) in_doubt_ = !frames_follow(static_cast<std::uint64_t>(begin));
  }

  [[nodiscard]] bool frames_follow(std::uint64_t begin) const {
    std::array<std::byte, kMpegRunBytes> window{};
    ByteSource& source = *input_.source;
    const std::uint64_t position = source.position();
    source.seek(begin);
    const auto got = source.read(window);
    source.seek(position);
    return got && measure_mpeg_run(std::span(window).first(*got)).convinces();
  }

  void finish() {
    ended_ = true;
    rest_ = keeper_.flush();
    if (keeper_.converted()) {
      info_.warnings.push_back(
          fmt::format("The sample rate or channel count changes within the stream; all was converted to {} "
                      "Hz, {} channel(s).",
                      info_.sample_rate_hz, info_.channels));
    }
    if (gaps_ > 0) {
      info_.warnings.push_back(
          fmt::format("{} bytes in {} place(s) are no MPEG audio and were skipped.", gap_bytes_, gaps_));
    }
    if (silenced_ > 0) {
      info_.warnings.push_back(fmt::format("{} damaged frame(s) were replaced by silence.", silenced_));
    }
  }

  void read_tags() {
    mpg123_id3v1* v1 = nullptr;
    mpg123_id3v2* v2 = nullptr;
    if (mpg123_id3(handle_.get(), &v1, &v2) != MPG123_OK) return;
    if (v2 != nullptr) {
      info_.title = text_of(v2->title);
      info_.artist = text_of(v2->artist);
    }
    if (v1 != nullptr) {
      if (info_.title.empty()) info_.title = field_of(v1->title);
      if (info_.artist.empty()) info_.artist = field_of(v1->artist);
    }
  }

  [[nodiscard]] Error failure(std::string message) const {
    if (input_.failure) return *input_.failure;
    return {ErrorKind::corrupt, std::move(message), mpg123_strerror(handle_.get())};
  }

  Input input_;
  std::unique_ptr<mpg123_handle, CloseHandle> handle_;
  AudioInfo info_;
  FormatKeeper keeper_{0, 0};
  int rate_ = 0;  // of the stretch being decoded
  int channels_ = 0;
  std::span<const float> ready_;
  std::span<const float> rest_;
  bool ended_ = false;
  off_t next_frame_ = 0;
  int gaps_ = 0;
  off_t gap_bytes_ = 0;
  int silenced_ = 0;
  bool in_doubt_ = false;  // whether what is decoded now is music
};

}  // namespace

Result<std::unique_ptr<Decoder>> open_mpg123(ByteSource& source, const Sniffed& sniffed) {
  auto decoder = std::make_unique<Mpg123Decoder>(source);
  if (auto opened = decoder->open(sniffed); !opened) return tl::unexpected<Error>(std::move(opened.error()));
  return decoder;
}

}  // namespace hitscope
