#include "audio/mpeg_frame.h"

#include <gtest/gtest.h>

#include <vector>

#include "audio/fixtures.h"

namespace hitscope {
namespace {

using testing::Bytes;
using Version = MpegFrameHeader::Version;

Bytes header_bytes(std::uint32_t word) {
  return {static_cast<std::byte>(word >> 24), static_cast<std::byte>(word >> 16),
          static_cast<std::byte>(word >> 8), static_cast<std::byte>(word)};
}

std::optional<MpegFrameHeader> parse(std::uint32_t word) {
  return parse_mpeg_frame_header(header_bytes(word));
}

TEST(MpegFrame, TheMostUsualHeader) {
  const auto header = parse(0xFFFB9064);  // MPEG 1, layer III, 128 kbit/s, 44.1 kHz, joint stereo
  ASSERT_TRUE(header);
  EXPECT_EQ(header->version, Version::mpeg1);
  EXPECT_EQ(header->layer, 3);
  EXPECT_EQ(header->sample_rate_hz, 44100);
  EXPECT_EQ(header->channels, 2);
  EXPECT_EQ(header->bit_rate_kbps, 128);
  EXPECT_EQ(header->samples, 1152);
  EXPECT_EQ(header->frame_bytes, 417U);             // 144 * 128000 / 44100, rounded down
  EXPECT_EQ(parse(0xFFFB9264)->frame_bytes, 418U);  // with the padding bit
}

TEST(MpegFrame, OtherVersionsAndLayers) {
  const auto half = parse(0xFFF384C4);  // MPEG 2, layer III, 64 kbit/s, 24 kHz, mono
  ASSERT_TRUE(half);
  EXPECT_EQ(half->version, Version::mpeg2);
  EXPECT_EQ(half->sample_rate_hz, 24000);
  EXPECT_EQ(half->channels, 1);
  EXPECT_EQ(half->samples, 576);
  EXPECT_EQ(half->frame_bytes, 192U);  // 72 * 64000 / 24000

  const auto quarter = parse(0xFFE384C4);  // MPEG 2.5: 12 kHz
  ASSERT_TRUE(quarter);
  EXPECT_EQ(quarter->version, Version::mpeg25);
  EXPECT_EQ(quarter->sample_rate_hz, 12000);
  EXPECT_EQ(quarter->frame_bytes, 384U);

  const auto second = parse(0xFFFDA404);  // layer II, 192 kbit/s, 48 kHz
  ASSERT_TRUE(second);
  EXPECT_EQ(second->layer, 2);
  EXPECT_EQ(second->bit_rate_kbps, 192);
  EXPECT_EQ(second->frame_bytes, 576U);

  const auto first = parse(0xFFFF8404);  // layer I, 256 kbit/s, 48 kHz: slots of four bytes
  ASSERT_TRUE(first);
  EXPECT_EQ(first->layer, 1);
  EXPECT_EQ(first->samples, 384);
  EXPECT_EQ(first->frame_bytes, 256U);  // 12 * 256000 / 48000 * 4
}

TEST(MpegFrame, FreeFormatStatesNoSize) {
  const auto header = parse(0xFFFB0064);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->bit_rate_kbps, 0);
  EXPECT_EQ(header->frame_bytes, 0U);
}

TEST(MpegFrame, ForbiddenFieldsAreNoHeader) {
  EXPECT_FALSE(parse(0xFFFBF064));  // bit rate index 15
  EXPECT_FALSE(parse(0xFFFB9C64));  // rate index 3
  EXPECT_FALSE(parse(0xFFEB9064));  // version 1
  EXPECT_FALSE(parse(0xFFF99064));  // layer 0, as in ADTS
  EXPECT_FALSE(parse(0xFFFB9066));  // emphasis 2
  EXPECT_FALSE(parse(0xFEFB9064));  // no sync
  EXPECT_FALSE(parse_mpeg_frame_header(testing::bytes_of("\xFF\xFB\x90")));
}

Bytes frames(int count, std::size_t bytes_each = 417) {
  Bytes all;
  for (int i = 0; i < count; ++i) {
    Bytes frame = header_bytes(0xFFFB9064);
    frame.resize(bytes_each);
    all.insert(all.end(), frame.begin(), frame.end());
  }
  return all;
}

TEST(MpegRun, CountsWhatFollowsAtTheRightDistance) {
  EXPECT_EQ(measure_mpeg_run(frames(5)).frames, MpegRun::kEnough);
  EXPECT_TRUE(measure_mpeg_run(frames(5)).convinces());
  EXPECT_EQ(measure_mpeg_run(frames(5, 400)).frames, 1);
  EXPECT_EQ(measure_mpeg_run(testing::bytes_of("no sync here")).frames, 0);
}

TEST(MpegRun, TwoConvinceOnlyAtTheEnd) {
  const MpegRun at_end = measure_mpeg_run(frames(2));
  EXPECT_EQ(at_end.frames, 2);
  EXPECT_TRUE(at_end.reaches_end);
  EXPECT_TRUE(at_end.convinces());
  const MpegRun broken = measure_mpeg_run(testing::joined({frames(2), Bytes(1000)}));
  EXPECT_EQ(broken.frames, 2);
  EXPECT_FALSE(broken.convinces());
}

TEST(MpegRun, MeasuresFreeFormatByTheNextHeader) {
  Bytes all;
  for (int i = 0; i < 4; ++i) {
    Bytes frame = header_bytes(0xFFFB0064);
    frame.resize(1044);
    all.insert(all.end(), frame.begin(), frame.end());
  }
  EXPECT_TRUE(measure_mpeg_run(all).convinces());
}

TEST(PromisedFrames, ReadFromTheTagsOfXingAndFraunhofer) {
  const auto header = parse(0xFFFB9064);
  Bytes xing = frames(1);
  const Bytes tag = testing::joined({testing::bytes_of("Xing"), header_bytes(1), header_bytes(1234)});
  std::copy(tag.begin(), tag.end(), xing.begin() + 36);
  EXPECT_EQ(parse_promised_frames(*header, xing), 1234U);

  xing[36 + 7] = std::byte{2};  // only the byte count is there
  EXPECT_FALSE(parse_promised_frames(*header, xing));

  Bytes vbri = frames(1);
  const Bytes fraunhofer = testing::joined({testing::bytes_of("VBRI"), Bytes(10), header_bytes(77)});
  std::copy(fraunhofer.begin(), fraunhofer.end(), vbri.begin() + 36);
  EXPECT_EQ(parse_promised_frames(*header, vbri), 77U);

  EXPECT_FALSE(parse_promised_frames(*header, frames(1)));
}

}  // namespace
}  // namespace hitscope
