// What the broker opens and what the decoder makes of the descriptor it is handed.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "audio/byte_source.h"
#include "audio/fixtures.h"
#include "audio/regular_file.h"
#include "ingest/assignment.h"
#include "ingest/workshop.h"

namespace hitscope {
namespace {

using testing::Workshop;

TEST(RegularFile, OnlyFilesAreOpened) {
  const Workshop shop;
  const auto file = open_regular_file(shop.write("a file", "12345"), 5);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size, 5U);

  const auto kind_of = [](const std::filesystem::path& path, std::uint64_t max_bytes = 0) {
    const auto opened = open_regular_file(path, max_bytes);
    return opened ? std::string("opened") : std::string(type_name(opened.error().kind));
  };
  EXPECT_EQ(kind_of(shop / "a file", 4), "too-large");
  EXPECT_EQ(kind_of(shop / "a file", 0), "opened");
  EXPECT_EQ(kind_of(shop / "missing"), "not-found");
  EXPECT_EQ(kind_of(shop / "a file/below"), "not-found");
  EXPECT_EQ(kind_of(""), "not-found");
  EXPECT_EQ(kind_of(shop / "."), "unreadable");
  EXPECT_EQ(kind_of("/dev/zero"), "unreadable");
  EXPECT_EQ(kind_of(std::string(5000, 'x')), "unreadable");
  const std::filesystem::path pipe = shop / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(kind_of(pipe), "unreadable") << "and does not wait for a writer";
  std::filesystem::create_symlink(shop / "round", shop / "round");
  EXPECT_EQ(kind_of(shop / "round"), "unreadable");
  if (::geteuid() != 0) {
    const auto secret = shop.write("secret", "x");
    ::chmod(secret.c_str(), 0);
    EXPECT_EQ(kind_of(secret), "unreadable");
  }
}

TEST(AdoptedFile, ReadsWhatTheFileHolds) {
  const Workshop shop;
  const testing::Bytes content = testing::noise(300000, 3);
  const auto path = shop.write("noise", {reinterpret_cast<const char*>(content.data()), content.size()});
  auto file = open_regular_file(path, 0);
  const auto source = adopt_file(std::move(file->descriptor), file->size);
  EXPECT_EQ(source->size(), content.size());
  for (const std::size_t block : {std::size_t{1} << 18U, std::size_t{4096}, std::size_t{777}}) {
    source->seek(0);
    testing::Bytes all;
    testing::Bytes part(block);
    while (const std::size_t count = source->read(part).value()) {
      all.insert(all.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count));
    }
    EXPECT_EQ(all, content);
  }
  source->seek(299999);
  std::array<std::byte, 4> few{};
  EXPECT_EQ(source->read(few).value(), 1U);
  EXPECT_EQ(few[0], content.back());
  source->seek(1U << 30U);
  EXPECT_EQ(source->position(), content.size());
  EXPECT_EQ(source->read(few).value(), 0U);
}

TEST(AdoptedFile, AFileCutShortMeanwhileEndsEarly) {
  const Workshop shop;
  const auto path = shop.write("file", std::string(1000, 'x'));
  auto file = open_regular_file(path, 0);
  std::filesystem::resize_file(path, 10);
  const auto source = adopt_file(std::move(file->descriptor), file->size);
  std::vector<std::byte> bytes(1000);
  EXPECT_EQ(source->read(bytes).value(), 10U);
}

TEST(Assignment, TravelsWithItsFile) {
  const Workshop shop;
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  Descriptor near(ends[0]);
  const Descriptor far(ends[1]);
  {
    const auto file = open_regular_file(shop.write("file", "content"), 0);
    ASSERT_TRUE(send_assignment(near.number(), {.size = 7, .max_audio_s = 2.5, .frames = true},
                                file->descriptor.number()));
  }
  auto received = receive_assignment(far.number());
  ASSERT_TRUE(received);
  EXPECT_EQ(received->assignment.max_audio_s, 2.5);
  EXPECT_TRUE(received->assignment.frames);
  EXPECT_FALSE(received->assignment.explain);
  std::vector<std::byte> bytes(7);
  EXPECT_EQ(adopt_file(std::move(received->file), 7)->read(bytes).value(), 7U);
  EXPECT_EQ(bytes, testing::bytes_of("content"));

  ASSERT_EQ(::write(near.number(), "no file comes with this, but bytes do", 37), 37);
  EXPECT_FALSE(receive_assignment(far.number()));
  near.reset();
  EXPECT_FALSE(receive_assignment(far.number()));
  EXPECT_FALSE(send_assignment(far.number(), {}, 0));
}

}  // namespace
}  // namespace hitscope
