#include "data/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace hitscope {
namespace {

Result<Table> read(std::string_view text, std::vector<ColumnMapping> mappings = {}) {
  auto reader = CsvReader::from_text(text);
  if (!reader) return tl::unexpected(reader.error());
  return Table::read(*reader, mappings);
}

TEST(Table, ReadsColumnsByTheirOwnNames) {
  const auto table = read("tempo,comment,energy\n120.5,x,0.5\n-1e2,y,.25\n");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows(), 2U);
  EXPECT_EQ(table->numbers("tempo")[0], 120.5);
  EXPECT_EQ(table->numbers("tempo")[1], -100);
  EXPECT_EQ(table->numbers("energy")[1], 0.25);
  EXPECT_FALSE(table->has("comment"));
  EXPECT_TRUE(table->numbers("loudness").empty());
}

TEST(Table, MissingNumbersAreNan) {
  const auto table = read("tempo,energy\n,1\nNaN,1\nnull,1\nNone,1\nNA,1\n");
  ASSERT_TRUE(table);
  for (const double tempo : table->numbers("tempo")) EXPECT_TRUE(std::isnan(tempo));
}

TEST(Table, SpacesAroundANumberDoNotCount) {
  const auto table = read("tempo,energy\n 0.5 ,  \n");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->numbers("tempo")[0], 0.5);
  EXPECT_TRUE(std::isnan(table->numbers("energy")[0]));
}

TEST(Table, RefusesWhatIsNoFiniteNumber) {
  for (const std::string field : {"fast", "1,5", "12x", "inf", "1e999", "1 2", "0x10"}) {
    const auto table = read("energy,tempo\n1,\"" + field + "\"\n");
    ASSERT_FALSE(table) << field;
    EXPECT_EQ(table.error().kind, ErrorKind::table_invalid);
    EXPECT_EQ(table.error().detail, "line 2, column 3");
    EXPECT_NE(table.error().message.find("(tempo)"), std::string::npos) << table.error().message;
  }
}

TEST(Table, InternsTexts) {
  const auto table = read("artist,title,tempo\nA,x,1\nB,,2\nA,y,3\n");
  ASSERT_TRUE(table);
  const auto artists = table->texts("artist");
  EXPECT_EQ(artists[0], artists[2]);
  EXPECT_NE(artists[0], artists[1]);
  EXPECT_EQ(table->text(artists[1]), "B");
  EXPECT_EQ(table->texts("title")[1], kNoText);
}

TEST(Table, TakesADeclaredMapping) {
  const auto table = read("BPM,tempo,name\n120,9,x\n", {{"tempo", "BPM"}, {"title", "name"}});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->numbers("tempo")[0], 120);
  EXPECT_EQ(table->text(table->texts("title")[0]), "x");
}

TEST(Table, RefusesWrongMappings) {
  EXPECT_EQ(parse_mapping("tempo=BPM")->source, "BPM");
  for (const std::string text : {"tempo", "=BPM", "tempo=", "speed=BPM"}) {
    EXPECT_EQ(parse_mapping(text).error().kind, ErrorKind::table_invalid) << text;
  }
  EXPECT_FALSE(read("a\n1\n", {{"tempo", "BPM"}})) << "no such column in the file";
  EXPECT_FALSE(read("a,b\n1,2\n", {{"tempo", "a"}, {"tempo", "b"}})) << "one name twice";
}

TEST(Table, RecognisesKnownTablesByTheirHeaders) {
  const auto tidytuesday =
      read("track_id,track_name,track_artist,track_popularity,playlist_genre,tempo\ni,t,a,7,g,1\n");
  ASSERT_TRUE(tidytuesday);
  EXPECT_EQ(tidytuesday->name(), "tidytuesday");
  EXPECT_EQ(tidytuesday->numbers("popularity")[0], 7);
  EXPECT_EQ(tidytuesday->text(tidytuesday->texts("genre")[0]), "g");

  const auto hits = read("track,artist,uri,target\nt,a,spotify:track:abc,1\n");
  ASSERT_TRUE(hits);
  EXPECT_EQ(hits->name(), "hit_predictor");
  EXPECT_EQ(hits->text(hits->texts("track_id")[0]), "abc");

  EXPECT_EQ(read("tempo\n1\n")->name(), "table");
}

TEST(Table, FingerprintsTellCopiesAndLeaveOutTheIndex) {
  const auto table = read("index,artist,tempo\n0,ab,1\n1,ab,1\n2,a,1\n3,ab,1.0\n");
  ASSERT_TRUE(table);
  const auto prints = table->fingerprints();
  EXPECT_EQ(prints[0], prints[1]);
  EXPECT_NE(prints[0], prints[2]);
  EXPECT_NE(prints[0], prints[3]) << "the text counts, not the value";
}

TEST(Table, GivesAMatrixInTheAskedOrder) {
  const auto table = read("tempo,energy\n1,10\n2,20\n3,30\n");
  ASSERT_TRUE(table);
  const std::vector<std::string> columns = {"energy", "tempo"};
  const std::vector<std::uint32_t> rows = {2, 0};
  const auto matrix = table->matrix(columns, rows);
  ASSERT_TRUE(matrix);
  EXPECT_EQ((*matrix)(0, 0), 30);
  EXPECT_EQ((*matrix)(0, 1), 3);
  EXPECT_EQ((*matrix)(1, 0), 10);
  const std::vector<std::string> missing = {"valence"};
  EXPECT_EQ(table->matrix(missing, rows).error().kind, ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
