#include "data/song_key.h"

#include <gtest/gtest.h>

namespace hitscope {
namespace {

TEST(SongKey, TakesTheFirstArtist) {
  EXPECT_EQ(primary_artist("Ann;Ben"), "Ann");
  EXPECT_EQ(primary_artist("{'1a': 'Ann', '2b': 'Ben'}"), "Ann");
  EXPECT_EQ(primary_artist("{'1a': \"Ann's Band\"}"), "Ann's Band");
  EXPECT_EQ(primary_artist("Earth, Wind & Fire"), "Earth, Wind & Fire");
  EXPECT_EQ(primary_artist(""), "");
  EXPECT_EQ(primary_artist("{'1a': "), "{'1a': ");
}

TEST(SongKey, CaseSpacesAndPunctuationDoNotCount) {
  EXPECT_EQ(artist_key("The  Ann-Band!"), artist_key("the annband"));
  EXPECT_EQ(song_key("Ann", "Don't Go"), song_key("ANN", "Dont  go"));
}

TEST(SongKey, AdditionsToATitleDoNotCount) {
  const auto plain = song_key("Ann", "Blue Sky");
  EXPECT_EQ(song_key("Ann;Ben", "Blue Sky (feat. Ben)"), plain);
  EXPECT_EQ(song_key("Ann", "Blue Sky - 2011 Remaster"), plain);
  EXPECT_EQ(song_key("Ann", "Blue Sky [Live]"), plain);
  EXPECT_NE(song_key("Ann", "Blue Skies"), plain);
  EXPECT_NE(song_key("Ben", "Blue Sky"), plain);
}

TEST(SongKey, ALeadingBracketIsPartOfTheTitle) {
  EXPECT_NE(song_key("Ann", "(One) Day"), song_key("Ann", "(Two) Day"));
}

TEST(SongKey, NamesOutsideAsciiStand) {
  EXPECT_NE(song_key("\xE5\xAE\x89", "\xE6\xAD\x8C"), song_key("\xE5\xAE\x89", "\xE6\xB5\xB7"));
  EXPECT_EQ(song_key("Ann", "???"), "") << "nothing left to compare by";
  EXPECT_EQ(song_key("", "Song"), "");
}

}  // namespace
}  // namespace hitscope
