#include "audio/ogg_page.h"

#include <gtest/gtest.h>
#include <sndfile.h>

#include <cstring>
#include <vector>

#include "audio/fixtures.h"

namespace hitscope {
namespace {

using testing::Bytes;

Bytes a_stream() {
  return testing::encode_by_sndfile(testing::tones(48000, 1, 1.0), 48000, 1, SF_FORMAT_OGG | SF_FORMAT_OPUS);
}

TEST(OggPage, AWholeStreamIsPagesBackToBack) {
  const Bytes stream = a_stream();
  std::span<const std::byte> rest = stream;
  int pages = 0;
  int packets = 0;
  bool ended = false;
  while (!rest.empty()) {
    const auto page = parse_ogg_page(rest);
    ASSERT_TRUE(page);
    EXPECT_TRUE(is_intact(*page, rest));
    EXPECT_EQ(page->begins_stream, pages == 0);
    ended = page->ends_stream;
    packets += page->packets_ended;
    ++pages;
    rest = rest.subspan(page->size());
  }
  EXPECT_TRUE(ended);
  EXPECT_GE(pages, 3);     // header, comments, sound
  EXPECT_GE(packets, 52);  // two headers and 50 packets of 20 ms
}

TEST(OggPage, AnyFlippedBitBreaksTheChecksum) {
  Bytes stream = a_stream();
  const auto page = parse_ogg_page(stream);
  ASSERT_TRUE(page);
  for (std::size_t i = page->header_bytes; i < page->size(); ++i) {
    stream[i] ^= std::byte{4};
    EXPECT_FALSE(is_intact(*page, stream)) << i;
    stream[i] ^= std::byte{4};
  }
  EXPECT_TRUE(is_intact(*page, stream));
}

TEST(OggPage, LacingTellsSizesAndPacketEnds) {
  Bytes bytes = testing::bytes_of("OggS");
  bytes.resize(27);
  bytes[26] = std::byte{4};  // 255 + 10: a packet of 265; 255 + 255: one that goes on
  for (const int lacing : {255, 10, 255, 255}) bytes.push_back(static_cast<std::byte>(lacing));
  const auto page = parse_ogg_page(bytes);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->header_bytes, 31U);
  EXPECT_EQ(page->body_bytes, 775U);
  EXPECT_EQ(page->packets_ended, 1);
  EXPECT_FALSE(is_intact(*page, bytes));  // the body is missing
  bytes.pop_back();
  EXPECT_FALSE(parse_ogg_page(bytes));
}

}  // namespace
}  // namespace hitscope
