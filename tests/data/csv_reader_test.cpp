#include "data/csv_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace hitscope {
namespace {

using TextRows = std::vector<std::vector<std::string>>;

// All rows below the header, or the error.
Result<TextRows> read_all(CsvReader& reader) {
  TextRows rows;
  for (;;) {
    auto more = reader.next();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return rows;
    rows.emplace_back(reader.fields().begin(), reader.fields().end());
  }
}

Result<TextRows> read_all(std::string_view text, const CsvLimits& limits = {}) {
  auto reader = CsvReader::from_text(text, limits);
  if (!reader) return tl::unexpected(reader.error());
  return read_all(*reader);
}

// The error's place, "" if the text is read without one.
std::string refused_at(std::string_view text, const CsvLimits& limits = {}) {
  const auto rows = read_all(text, limits);
  if (rows) return "";
  EXPECT_EQ(rows.error().kind, ErrorKind::table_invalid);
  EXPECT_NE(rows.error().message.find(rows.error().detail), std::string::npos) << rows.error().message;
  return rows.error().detail;
}

TEST(CsvReader, ReadsPlainRows) {
  auto reader = CsvReader::from_text("a,b\n1,2\n3,\n");
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->header(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*read_all(*reader), (TextRows{{"1", "2"}, {"3", ""}}));
}

TEST(CsvReader, TakesLfAndCrlfAndAMissingLastLineEnd) {
  EXPECT_EQ(*read_all("a,b\r\n1,2\n3,4"), (TextRows{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(*read_all("a,b\n1,2\r\n"), (TextRows{{"1", "2"}}));
}

TEST(CsvReader, SkipsTheByteOrderMark) {
  auto reader = CsvReader::from_text("\xEF\xBB\xBFname\nx\n");
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->header().front(), "name");
}

TEST(CsvReader, QuotedFieldsHoldCommasBreaksAndQuotes) {
  EXPECT_EQ(*read_all("a,b\n\"1,5\",\"two\nlines\"\n\"say \"\"hi\"\"\",\"\"\n\"\"\"\",\"\"\"x\"\n"),
            (TextRows{{"1,5", "two\nlines"}, {"say \"hi\"", ""}, {"\"", "\"x"}}));
}

TEST(CsvReader, ALineBreakInQuotesKeepsItsCarriageReturn) {
  EXPECT_EQ(*read_all("a\n\"x\r\ny\"\r\n"), (TextRows{{"x\r\ny"}}));
}

TEST(CsvReader, BlankLinesAreAllowedAtTheEndAlone) {
  EXPECT_EQ(*read_all("a,b\n1,2\n\n\r\n"), (TextRows{{"1", "2"}}));
  EXPECT_EQ(refused_at("a,b\n1,2\n\n3,4\n"), "line 3, column 1");
  EXPECT_EQ(*read_all("a\n1\n\n"), (TextRows{{"1"}, {""}})) << "one column: a blank line is an empty field";
}

TEST(CsvReader, RefusesRaggedRows) {
  EXPECT_EQ(refused_at("a,b\n1,2\n3\n"), "line 3, column 1");
  EXPECT_EQ(refused_at("a,b\n1,2,3\n"), "line 2, column 1");
}

TEST(CsvReader, RefusesMisplacedQuotes) {
  EXPECT_EQ(refused_at("a,b\n1,x\"y\n2,3\"\n"), "line 2, column 4");
  EXPECT_EQ(refused_at("a,b\n\"1\"x,2\n"), "line 2, column 4");
  EXPECT_EQ(refused_at("a,b\n1,\"open\n2,3\n"), "line 2, column 3");
}

TEST(CsvReader, CountsPhysicalLinesThroughQuotedBreaks) {
  EXPECT_EQ(refused_at("a,b\n\"x\n\ny\",1\n2\n"), "line 5, column 1");
  EXPECT_EQ(refused_at("a,b\n\"\"\"x\"\"\ny\",1\"\n"), "line 3, column 5")
      << "doubled quotes count as they stand";
}

TEST(CsvReader, RefusesNulLoneReturnsAndBadUtf8) {
  EXPECT_EQ(refused_at(std::string_view("a,b\n1,\0\n", 8)), "line 2, column 3");
  EXPECT_EQ(refused_at("a,b\n1\r,2\n"), "line 2, column 2");
  EXPECT_EQ(refused_at("a,b\n\xC3\xA4,\xFF\n"), "line 2, column 4");
}

TEST(CsvReader, RefusesHeadersItCannotUse) {
  EXPECT_EQ(refused_at(""), "line 1, column 1");
  EXPECT_EQ(refused_at("\n1\n"), "line 1, column 1");
  EXPECT_EQ(refused_at("a,b,a\n"), "line 1, column 5");
  EXPECT_TRUE(read_all(",a\n0,1\n")) << "an index column is often without a name";
}

TEST(CsvReader, KeepsToItsLimits) {
  EXPECT_EQ(refused_at("a,b\n1,12345\n", {.max_field_bytes = 4}), "line 2, column 3");
  EXPECT_EQ(refused_at("a,b\n1,\"" + std::string(3000, 'x'), {.max_row_bytes = 1000}), "line 2, column 1");
  EXPECT_EQ(refused_at("a,b,c\n", {.max_columns = 2}), "line 1, column 5");
}

TEST(CsvReader, TellsWhereAFieldStands) {
  auto reader = CsvReader::from_text("a,b,c\n\"x\ny\",\xC3\xA4,z\n");
  ASSERT_TRUE(reader);
  ASSERT_TRUE(*reader->next());
  EXPECT_EQ(to_string(reader->position(0)), "line 2, column 1");
  EXPECT_EQ(to_string(reader->position(1)), "line 3, column 4");
  EXPECT_EQ(to_string(reader->position(2)), "line 3, column 7") << "bytes, not characters";
}

class CsvFile : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("hitscope_csv_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) +
             std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + ".csv");
  }
  void TearDown() override { std::filesystem::remove(path_); }
  void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }
  std::filesystem::path path_;
};

// TextRows that straddle the reader's window in every phase read as they would from one piece.
TEST_F(CsvFile, AWindowSlidingOverTheFileChangesNothing) {
  std::string text = "id,text\n";
  TextRows expected;
  for (int i = 0; i < 40'000; ++i) {
    const std::string filler(static_cast<std::size_t>(i % 37), 'x');
    text.append(std::to_string(i))
        .append(",\"")
        .append(filler)
        .append("\n\"\"")
        .append(filler)
        .append("\"\n");
    std::string field = filler;
    field.append("\n\"").append(filler);
    expected.push_back({std::to_string(i), field});
  }
  ASSERT_GT(text.size(), std::size_t{1} << 20U);
  write(text);
  auto reader = CsvReader::open(path_);
  ASSERT_TRUE(reader);
  EXPECT_EQ(*read_all(*reader), expected);
}

TEST_F(CsvFile, AFieldLongerThanTheWindowIsRead) {
  const std::string field(700'000, 'y');
  write("a,b\n1,\"" + field + "\"\n2,z\n");
  auto reader = CsvReader::open(path_);
  ASSERT_TRUE(reader);
  EXPECT_EQ(*read_all(*reader), (TextRows{{"1", field}, {"2", "z"}}));
}

TEST_F(CsvFile, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(CsvReader::open(path_).error().kind, ErrorKind::not_found);
  EXPECT_EQ(CsvReader::open(std::filesystem::temp_directory_path()).error().kind, ErrorKind::unreadable);
}

// Every way of cutting or changing one byte of a good table ends in rows or in an error with a place.
TEST(CsvReader, DamagedTablesAreReadOrRefusedWithAPlace) {
  const std::string good = "a,b,c\n1,\"x \"\"y\"\"\nz\",3\r\n4,\xC3\xA4,6\n7,8,\"nine\"\n";
  ASSERT_TRUE(read_all(good));
  int refused = 0;
  const auto judge = [&](const std::string& text) {
    const auto rows = read_all(text);
    if (rows) return;
    ++refused;
    EXPECT_EQ(rows.error().kind, ErrorKind::table_invalid);
    EXPECT_EQ(rows.error().detail.substr(0, 5), "line ");
  };
  for (std::size_t i = 0; i < good.size(); ++i) {
    judge(good.substr(0, i));
    for (const char damage : {'"', ',', '\n', '\r', '\0', '\xFF', '\x80', '\xC0'}) {
      std::string damaged = good;
      damaged[i] = damage;
      judge(damaged);
    }
  }
  EXPECT_GE(refused, 200);
}

}  // namespace
}  // namespace hitscope
