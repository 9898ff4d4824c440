#include "audio/byte_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "audio/byte_slice.h"
#include "audio/fixtures.h"

namespace hitscope {
namespace {

using testing::Bytes;

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hitscope-audio-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void write_file(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

Bytes read_all(ByteSource& source, std::size_t piece) {
  Bytes all;
  Bytes buffer(piece);
  for (;;) {
    const auto got = source.read(buffer);
    if (!got || *got == 0) return all;
    all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*got));
  }
}

TEST(ByteSource, FileGivesTheSameBytesWhateverThePieces) {
  const Folder folder;
  const Bytes bytes = testing::noise(300'001, 1);  // more than two internal blocks
  write_file(folder / "a", bytes);
  for (const std::size_t piece :
       {std::size_t{4}, std::size_t{1000}, std::size_t{131'072}, std::size_t{1'000'000}}) {
    auto source = open_file(folder / "a");
    ASSERT_TRUE(source);
    EXPECT_EQ((*source)->size(), bytes.size());
    EXPECT_EQ(read_all(**source, piece), bytes) << piece;
    EXPECT_EQ((*source)->position(), bytes.size());
  }
}

TEST(ByteSource, SeeksWithinAndClampsBeyond) {
  const Folder folder;
  const Bytes bytes = testing::noise(200'000, 2);
  write_file(folder / "a", bytes);
  auto file = open_file(folder / "a");
  ASSERT_TRUE(file);
  const auto view = open_view(bytes);
  const auto memory = open_memory(bytes);
  for (ByteSource* source : {file->get(), view.get(), memory.get()}) {
    std::array<std::byte, 3> three{};
    for (const std::uint64_t position : {std::uint64_t{199'990}, std::uint64_t{5}, std::uint64_t{131'071}}) {
      source->seek(position);
      ASSERT_EQ(source->read(three).value(), 3U);
      EXPECT_EQ(three[0], bytes[position]);
      EXPECT_EQ(three[2], bytes[position + 2]);
    }
    source->seek(1'000'000);
    EXPECT_EQ(source->position(), bytes.size());
    EXPECT_EQ(source->read(three).value(), 0U);
    source->seek(bytes.size() - 1);
    EXPECT_EQ(source->read(three).value(), 1U);
  }
}

TEST(ByteSource, MissingFileIsNotFound) {
  const Folder folder;
  EXPECT_EQ(open_file(folder / "none").error().kind, ErrorKind::not_found);
  write_file(folder / "file", {});
  EXPECT_EQ(open_file(folder / "file" / "inside").error().kind, ErrorKind::not_found);
}

TEST(ByteSource, WhatIsNoRegularFileIsUnreadableAndDoesNotHang) {
  const Folder folder;
  EXPECT_EQ(open_file(folder.path()).error().kind, ErrorKind::unreadable);
  EXPECT_EQ(open_file("/dev/zero").error().kind, ErrorKind::unreadable);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(open_file(folder / "pipe").error().kind, ErrorKind::unreadable);
}

TEST(ByteSource, LargerThanAllowedIsRefused) {
  const Folder folder;
  write_file(folder / "a", Bytes(100));
  EXPECT_TRUE(open_file(folder / "a", 100));
  EXPECT_EQ(open_file(folder / "a", 99).error().kind, ErrorKind::too_large);
}

TEST(ByteSource, FileCutShortWhileReadJustEnds) {
  const Folder folder;
  write_file(folder / "a", Bytes(1000));
  auto source = open_file(folder / "a");
  ASSERT_TRUE(source);
  std::filesystem::resize_file(folder / "a", 400);
  EXPECT_EQ(read_all(**source, 64).size(), 400U);
}

class Pipe {
 public:
  explicit Pipe(Bytes bytes) {
    if (::pipe(ends_.data()) != 0) ends_ = {-1, -1};
    writer_ = std::thread([this, content = std::move(bytes)] {
      std::size_t done = 0;
      while (done < content.size()) {
        const ssize_t count = ::write(ends_[1], content.data() + done, content.size() - done);
        if (count <= 0) break;
        done += static_cast<std::size_t>(count);
      }
      ::close(ends_[1]);
    });
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    writer_.join();
    ::close(ends_[0]);
  }
  [[nodiscard]] int reading_end() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
  std::thread writer_;
};

TEST(ByteSource, DescriptorReadsAPipeToItsEnd) {
  const Bytes bytes = testing::noise(200'000, 3);
  const Pipe pipe(bytes);
  auto source = open_descriptor(pipe.reading_end(), 0);
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->size(), bytes.size());
  EXPECT_EQ(read_all(**source, 777), bytes);
}

TEST(ByteSource, DescriptorStopsOneByteBeyondTheLimit) {
  {
    const Pipe exact(Bytes(1000));
    EXPECT_TRUE(open_descriptor(exact.reading_end(), 1000));
  }
  const Pipe pipe(Bytes(1001));
  EXPECT_EQ(open_descriptor(pipe.reading_end(), 1000).error().kind, ErrorKind::too_large);
}

TEST(ByteSource, ClosedDescriptorIsUnreadable) {
  EXPECT_EQ(open_descriptor(-1, 0).error().kind, ErrorKind::unreadable);
}

TEST(ByteSlice, ShowsItsPartAlone) {
  const Bytes bytes = testing::noise(1000, 4);
  const auto whole = open_view(bytes);
  ByteSlice slice(*whole, 100, 150);
  EXPECT_EQ(slice.size(), 50U);
  EXPECT_EQ(slice.position(), 0U);
  EXPECT_EQ(read_all(slice, 7), Bytes(bytes.begin() + 100, bytes.begin() + 150));
  slice.seek(49);
  std::array<std::byte, 2> two{};
  EXPECT_EQ(slice.read(two).value(), 1U);
  EXPECT_EQ(two[0], bytes[149]);
  slice.seek(1000);
  EXPECT_EQ(slice.position(), 50U);
}

TEST(ByteSlice, IsClampedToTheSource) {
  const Bytes bytes(10);
  const auto whole = open_view(bytes);
  EXPECT_EQ(ByteSlice(*whole, 4, 100).size(), 6U);
  EXPECT_EQ(ByteSlice(*whole, 20, 100).size(), 0U);
  EXPECT_EQ(ByteSlice(*whole, 8, 2).size(), 0U);
}

}  // namespace
}  // namespace hitscope
