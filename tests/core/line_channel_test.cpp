#include "core/line_channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "core/descriptor.h"

namespace hitscope {
namespace {

struct Pair {
  Pair() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    near.reset(ends[0]);
    far.reset(ends[1]);
  }
  Descriptor near;
  Descriptor far;
};

TEST(LineReader, LinesComeWholeHoweverTheyArrive) {
  const Pair pair;
  LineReader reader(pair.near.number(), 100);
  EXPECT_FALSE(reader.take_line());
  for (const char c : std::string("one\n\ntwo")) {
    ASSERT_TRUE(write_all(pair.far.number(), std::string(1, c)));
    ASSERT_TRUE(reader.fill());
  }
  EXPECT_EQ(reader.take_line()->text, "one");
  EXPECT_EQ(reader.take_line()->text, "");
  EXPECT_FALSE(reader.take_line());
  ASSERT_TRUE(write_all(pair.far.number(), "!\n"));
  ASSERT_TRUE(reader.fill());
  EXPECT_EQ(reader.take_line()->text, "two!");
}

TEST(LineReader, AnUnfinishedLineCountsAtTheEnd) {
  Pair pair;
  LineReader reader(pair.near.number(), 100);
  ASSERT_TRUE(write_all(pair.far.number(), "a\nlast"));
  pair.far.reset();
  while (reader.fill()) {
  }
  EXPECT_EQ(reader.take_line()->text, "a");
  EXPECT_EQ(reader.take_line()->text, "last");
  EXPECT_FALSE(reader.take_line());
  EXPECT_TRUE(reader.ended());
}

TEST(LineReader, ALineTooLongIsSwallowedAndTheNextIsRead) {
  Pair pair;
  LineReader reader(pair.near.number(), 10);
  const auto feed = [&](std::string_view bytes) {
    EXPECT_TRUE(write_all(pair.far.number(), bytes));
    EXPECT_TRUE(reader.fill());
  };
  feed("0123456789\n");
  EXPECT_EQ(reader.take_line()->text, "0123456789");
  feed("0123456789A\nnext\n");
  EXPECT_TRUE(reader.take_line()->too_long);
  EXPECT_EQ(reader.take_line()->text, "next");
  for (int i = 0; i < 100; ++i) {
    feed("0123456789");
    EXPECT_FALSE(reader.take_line());
  }
  feed("\nnext\nand more");
  EXPECT_TRUE(reader.take_line()->too_long);
  EXPECT_EQ(reader.take_line()->text, "next");
  EXPECT_FALSE(reader.take_line());
  feed(" than fits");
  EXPECT_FALSE(reader.take_line());
  pair.far.reset();
  EXPECT_FALSE(reader.fill());
  EXPECT_TRUE(reader.take_line()->too_long);
  EXPECT_FALSE(reader.take_line());
}

TEST(LineReader, BytesMayFollowALine) {
  const Pair pair;
  LineReader reader(pair.near.number(), 100);
  ASSERT_TRUE(write_all(pair.far.number(), "4\na\nb\nnext\n"));
  ASSERT_TRUE(reader.fill());
  EXPECT_EQ(reader.take_line()->text, "4");
  EXPECT_EQ(reader.take_bytes(4), "a\nb\n");
  EXPECT_FALSE(reader.take_bytes(6));
  EXPECT_EQ(reader.take_line()->text, "next");
  EXPECT_EQ(reader.take_bytes(0), "");
}

TEST(WriteAll, AReaderThatIsGoneIsNoSignal) {
  Pair pair;
  pair.far.reset();
  EXPECT_FALSE(write_all(pair.near.number(), "anyone?"));
}

TEST(WaitReadable, TellsTheEndFromSilence) {
  Pair pair;
  EXPECT_FALSE(wait_readable(pair.near.number(), std::chrono::milliseconds(1)));
  pair.far.reset();
  EXPECT_TRUE(wait_readable(pair.near.number(), std::chrono::milliseconds(-1)));
}

}  // namespace
}  // namespace hitscope
