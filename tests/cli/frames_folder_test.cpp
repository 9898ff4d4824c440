#include "cli/frames_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "cli/temporary_folder.h"

namespace hitscope::cli {
namespace {

SpectralDna dna_of(std::uint32_t frames) {
  SpectralDna dna;
  dna.frames = frames;
  dna.values.assign(frames * kDnaSeries, 7);
  return dna;
}

std::uint32_t frames_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return decode_dna(std::as_bytes(std::span(text))).value().frames;
}

TEST(FramesFolder, NamesFilesAfterTracksAndKeepsThemApart) {
  const testing::TemporaryFolder folder;
  FramesFolder frames(folder.path() / "new" / "dna");
  ASSERT_TRUE(frames.write("a/song.mp3", dna_of(1)));
  ASSERT_TRUE(frames.write("b/song.flac", dna_of(2)));
  ASSERT_TRUE(frames.write("-", dna_of(3)));
  EXPECT_EQ(frames_in(folder / "new/dna/song.hdna"), 1U);
  EXPECT_EQ(frames_in(folder / "new/dna/song-2.hdna"), 2U);
  EXPECT_EQ(frames_in(folder / "new/dna/stdin.hdna"), 3U);
}

TEST(FramesFolder, AnotherRunOverwrites) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(FramesFolder(folder.path()).write("song.mp3", dna_of(5)));
  ASSERT_TRUE(FramesFolder(folder.path()).write("song.mp3", dna_of(2)));
  EXPECT_EQ(frames_in(folder / "song.hdna"), 2U);
}

TEST(FramesFolder, SaysWhenItCannotWrite) {
  const testing::TemporaryFolder folder;
  folder.write("file", "");
  const Result<void> written = FramesFolder(folder.path() / "file" / "dna").write("song.mp3", dna_of(1));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::unreadable);
}

}  // namespace
}  // namespace hitscope::cli
