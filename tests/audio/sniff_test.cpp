#include "audio/sniff.h"

#include <gtest/gtest.h>
#include <sndfile.h>

#include <string>
#include <string_view>
#include <vector>

#include "audio/fixtures.h"

namespace hitscope {
namespace {

using testing::Bytes;
using testing::bytes_of;
using testing::joined;
using Family = Sniffed::Family;
using namespace std::string_view_literals;

Sniffed sniffed(const Bytes& bytes) {
  const auto source = open_view(bytes);
  auto result = sniff(*source);
  EXPECT_TRUE(result);
  return result.value_or(Sniffed{});
}

Bytes mp3() {
  return testing::encode_by_sndfile(testing::tones(44100, 1, 0.5), 44100, 1,
                                    SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III);
}

Bytes id3v2(std::size_t payload, std::size_t claimed) {
  Bytes tag = bytes_of("ID3\x03\x00\x00"sv);
  for (const unsigned shift : {21U, 14U, 7U, 0U})
    tag.push_back(static_cast<std::byte>((claimed >> shift) & 0x7F));
  tag.resize(10 + payload);
  return tag;
}

TEST(Sniff, KnowsContainersByTheirMarks) {
  const std::vector<std::pair<std::string_view, std::string_view>> marks = {
      {"fLaC\0\0\0\x22"sv, "flac"},
      {"caff\0\1"sv, "caf"},
      {".snd\0\0\0\x18"sv, "au"},
      {"FORM\0\0\0\4AIFF"sv, "aiff"},
      {"FORM\0\0\0\4AIFC"sv, "aiff"},
      {"RIFF\0\0\0\0WAVE"sv, "wav"},
      {"RF64\xFF\xFF\xFF\xFFWAVE"sv, "wav"},
      {"\0\0\0\x20"
       "ftypM4A "sv,
       "mp4"},
      {"\x1A\x45\xDF\xA3\x01\0\0\0\0\0\0\x1F\x42\x82\x84webm"sv, "webm"},
      {"\x1A\x45\xDF\xA3\x01\0\0\0\0\0\0\x1F\x42\x82\x88matroska"sv, "matroska"},
      {"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9"sv, "asf"},
      {"OggS\0\2\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\1\x08Speex   "sv, "ogg"},
      {"wvpk\0\0\0\0"sv, "wv"},
      {"TTA1\1\0"sv, "tta"},
      {"RIFF\0\0\0\0AVI LIST"sv, "avi"},
  };
  for (const auto& [mark, container] : marks) EXPECT_EQ(sniffed(bytes_of(mark)).container, container);
}

TEST(Sniff, CallsWhatIsNoAudioByItsName) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"<!DOCTYPE html>\n<html><body>404</body></html>"sv, "HTML"},
      {"\n  <HTML lang=en>"sv, "HTML"},
      {"{\"error\": \"not found\"}"sv, "JSON"},
      {"<?xml version=\"1.0\"?><Error/>"sv, "XML"},
      {"#EXTM3U\nsong.mp3\n"sv, "playlist"},
      {"Just a few words."sv, "text"},
      {"\xEF\xBB\xBFW\xC3\xB6rter mit Umlauten"sv, "text"},
      {"\x89PNG\r\n\x1A\n"sv, "PNG"},
      {"\xFF\xD8\xFF\xE0\0\x10JFIF"sv, "JPEG"},
      {"RIFF\x10\0\0\0WEBPVP8 "sv, "WebP"},
      {"%PDF-1.7"sv, "PDF"},
      {"PK\3\4"sv, "ZIP"},
      {"MThd\0\0\0\6"sv, "MIDI"},
  };
  for (const auto& [content, name] : cases) {
    const Sniffed result = sniffed(bytes_of(content));
    EXPECT_EQ(result.family, Family::foreign) << content;
    EXPECT_NE(result.looks_like.find(name), std::string::npos) << result.looks_like;
  }
}

TEST(Sniff, EmptyAndUnknown) {
  EXPECT_EQ(sniffed({}).family, Family::empty);
  EXPECT_EQ(sniffed(testing::noise(100'000, 1)).family, Family::unknown);
  EXPECT_EQ(sniffed(Bytes(100'000)).family, Family::unknown);
}

TEST(Sniff, FindsMp3PlainTaggedAndBehindGarbage) {
  const Bytes plain = mp3();
  EXPECT_EQ(sniffed(plain).family, Family::mpeg_audio);
  EXPECT_EQ(sniffed(plain).container, "mp3");
  EXPECT_EQ(sniffed(plain).begin, 0U);

  const Sniffed tagged = sniffed(joined({id3v2(500, 500), id3v2(20, 20), plain}));
  EXPECT_EQ(tagged.family, Family::mpeg_audio);
  EXPECT_EQ(tagged.begin, 0U);  // libmpg123 reads the tags
  EXPECT_TRUE(tagged.warnings.empty());

  const Sniffed behind = sniffed(joined({testing::noise(50'000, 7), plain}));
  EXPECT_EQ(behind.family, Family::mpeg_audio);
  EXPECT_EQ(behind.begin, 50'000U);
  EXPECT_TRUE(testing::any_contains(behind.warnings, "50000 bytes"));
}

TEST(Sniff, TagThatClaimsMoreThanTheFileIsPassedOver) {
  const Sniffed lied = sniffed(joined({id3v2(30, 100'000'000), mp3()}));
  EXPECT_EQ(lied.family, Family::mpeg_audio);
  EXPECT_EQ(lied.begin, 40U);
  EXPECT_TRUE(testing::any_contains(lied.warnings, "larger than the file"));
}

TEST(Sniff, TagAloneIsUnknown) {
  EXPECT_EQ(sniffed(id3v2(500, 500)).family, Family::unknown);
  EXPECT_EQ(sniffed(id3v2(0, 5000)).family, Family::unknown);
}

TEST(Sniff, OtherContentBehindATagBeginsBehindIt) {
  const Sniffed result = sniffed(joined({id3v2(90, 90), bytes_of("fLaC\0\0\0\x22"sv)}));
  EXPECT_EQ(result.container, "flac");
  EXPECT_EQ(result.begin, 100U);
  const Sniffed riff = sniffed(joined({id3v2(90, 90), testing::wav({0x55, 1, 44100, 0}, mp3())}));
  EXPECT_EQ(riff.family, Family::mpeg_audio);
  EXPECT_EQ(riff.begin, 144U);
}

TEST(Sniff, Mp3InRiffIsTheDataChunkAlone) {
  const Bytes stream = mp3();
  const Bytes bytes = joined({testing::wav({0x55, 1, 44100, 0}, stream), bytes_of("LIST\4\0\0\0INFO"sv)});
  const Sniffed result = sniffed(bytes);
  EXPECT_EQ(result.family, Family::mpeg_audio);
  EXPECT_EQ(result.container, "wav");
  EXPECT_EQ(result.begin, 44U);
  EXPECT_EQ(result.end, 44U + stream.size());
}

TEST(Sniff, Mp3InRiffWithoutADataChunkIsLeftToFfmpeg) {
  Bytes bytes = testing::wav({0x55, 1, 44100, 0}, mp3());
  bytes[36] = std::byte{'x'};  // "xata"
  EXPECT_EQ(sniffed(bytes).family, Family::ffmpeg);
}

TEST(Sniff, ReadsThePromiseOfWavAiffAndAu) {
  EXPECT_EQ(sniffed(testing::wav({1, 2, 8000, 16}, Bytes(100), 4000)).promised_frames, 1000U);
  EXPECT_FALSE(
      sniffed(testing::wav({1, 2, 8000, 16}, Bytes(100), 0xFFFFFFFF)).promised_frames);  // written to a pipe
  const auto samples = testing::tones(8000, 2, 0.25);
  EXPECT_EQ(sniffed(testing::encode_by_sndfile(samples, 8000, 2, SF_FORMAT_AIFF | SF_FORMAT_PCM_24))
                .promised_frames,
            2000U);
  EXPECT_EQ(
      sniffed(testing::encode_by_sndfile(samples, 8000, 2, SF_FORMAT_AU | SF_FORMAT_FLOAT)).promised_frames,
      2000U);
  EXPECT_EQ(sniffed(testing::encode_by_sndfile(samples, 8000, 2, SF_FORMAT_RF64 | SF_FORMAT_PCM_16))
                .promised_frames,
            2000U);
}

TEST(Sniff, SeesWhetherAnOggEndsProperlyOrGoesOn) {
  const auto vorbis =
      testing::encode_by_sndfile(testing::tones(44100, 1, 1.0), 44100, 1, SF_FORMAT_OGG | SF_FORMAT_VORBIS);
  const Sniffed whole = sniffed(vorbis);
  EXPECT_EQ(whole.family, Family::sndfile);
  EXPECT_FALSE(whole.cut_off);
  EXPECT_FALSE(whole.chained);
  EXPECT_TRUE(sniffed(testing::first_part(vorbis, 0.7)).cut_off);
  const auto other =
      testing::encode_by_sndfile(testing::tones(48000, 1, 0.5), 48000, 1, SF_FORMAT_OGG | SF_FORMAT_OPUS);
  EXPECT_TRUE(sniffed(joined({vorbis, other})).chained);
  EXPECT_EQ(sniffed(joined({vorbis, other})).family, Family::ffmpeg);
}

// No prefix of anything may lead a reader past its end.
TEST(Sniff, AnyPrefixIsSafe) {
  const auto samples = testing::tones(44100, 2, 0.05);
  std::vector<Bytes> files = {mp3(), joined({id3v2(30, 30), mp3()}),
                              testing::wav({0x55, 1, 44100, 0}, mp3())};
  for (const int format :
       {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_AU | SF_FORMAT_PCM_16,
        SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_FLAC | SF_FORMAT_PCM_16}) {
    files.push_back(testing::encode_by_sndfile(samples, 44100, 2, format));
  }
  for (const Bytes& file : files) {
    for (std::size_t count = 0; count < std::min<std::size_t>(file.size(), 300); ++count) {
      const Bytes prefix(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(count));
      const Sniffed result = sniffed(prefix);
      EXPECT_LE(result.begin, result.end);
      EXPECT_LE(result.end, prefix.size());
    }
  }
}

}  // namespace
}  // namespace hitscope
