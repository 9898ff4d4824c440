// Pages of the history, and what a search finds.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "store/store_fixture.h"

namespace hitscope {
namespace {

using std::string_literals::operator""s;
using testing::ids_of;
using testing::sample_record;
using testing::sample_result;
using testing::why;

class StoreList : public testing::StoreTest {
 protected:
  // All pages, and how many there were.
  std::vector<std::string> all_pages(HistoryQuery query, int& pages) {
    std::vector<std::string> ids;
    pages = 0;
    do {
      const auto page = store_->list("ann", query);
      EXPECT_TRUE(page) << why(page);
      if (!page) break;
      EXPECT_LE(page->analyses.size(), query.limit);
      for (const auto& id : ids_of(page->analyses)) ids.push_back(id);
      query.cursor = page->next;
      ++pages;
    } while (!query.cursor.empty());
    return ids;
  }

  void add_named(std::string id, std::string name) {
    AnalysisRecord record = sample_record(std::move(id));
    record.name = std::move(name);
    ASSERT_TRUE(store_->add(record));
  }

  std::set<std::string> found(std::string search) {
    HistoryQuery query;
    query.search = std::move(search);
    const auto page = store_->list("ann", query);
    EXPECT_TRUE(page) << why(page);
    if (!page) return {};
    const auto ids = ids_of(page->analyses);
    return {ids.begin(), ids.end()};
  }
};
HITSCOPE_ON_BOTH_DATABASES(StoreList);

using Ids = std::set<std::string>;

TEST_P(StoreList, IsNewestFirst) {
  ASSERT_TRUE(store_->add(sample_record("old", "ann", -5)));
  ASSERT_TRUE(store_->add(sample_record("new", "ann", 1'900'000'000'000)));
  ASSERT_TRUE(store_->add(sample_record("mid", "ann", 0)));
  const auto page = store_->list("ann", {});
  ASSERT_TRUE(page);
  EXPECT_EQ(ids_of(page->analyses), (std::vector<std::string>{"new", "mid", "old"}));
  EXPECT_EQ(page->next, "");
}

TEST_P(StoreList, PagesEqualTimesWithoutLossOrRepetition) {
  std::vector<std::string> expected;
  for (int i = 29; i >= 0; --i) expected.push_back(std::to_string(100 + i).insert(0, 1, 'x'));
  // Small and capital letters: the order is that of the bytes, whatever the database's language.
  expected.insert(expected.begin() + 30, {"B", "A"});
  for (const std::string& id : expected) ASSERT_TRUE(store_->add(sample_record(id, "ann", 77)));
  ASSERT_TRUE(store_->add(sample_record("other", "ben", 77)));
  for (const std::size_t limit : {1U, 3U, 8U, 31U, 32U, 33U}) {
    HistoryQuery query;
    query.limit = limit;
    int pages = 0;
    EXPECT_EQ(all_pages(query, pages), expected) << limit;
    EXPECT_EQ(pages, static_cast<int>((expected.size() + limit - 1) / limit)) << limit;
  }
}

TEST_P(StoreList, PagesStayWhereTheyAre) {
  for (int i = 1; i <= 6; ++i) ASSERT_TRUE(store_->add(sample_record(std::to_string(i), "ann", i)));
  HistoryQuery query;
  query.limit = 2;
  const auto first = store_->list("ann", query);
  ASSERT_TRUE(first);
  EXPECT_EQ(ids_of(first->analyses), (std::vector<std::string>{"6", "5"}));
  // What comes and goes meanwhile, even the one the cursor stands on, moves nothing.
  ASSERT_TRUE(store_->add(sample_record("7", "ann", 7)));
  ASSERT_TRUE(*store_->remove("ann", "5"));
  ASSERT_TRUE(*store_->remove("ann", "3"));
  query.cursor = first->next;
  const auto second = store_->list("ann", query);
  ASSERT_TRUE(second);
  EXPECT_EQ(ids_of(second->analyses), (std::vector<std::string>{"4", "2"}));
}

TEST_P(StoreList, BoundsTheLimit) {
  for (int i = 0; i < 205; ++i) ASSERT_TRUE(store_->add(sample_record(std::to_string(1000 + i), "ann", i)));
  HistoryQuery query;
  query.limit = 0;
  EXPECT_EQ(store_->list("ann", query)->analyses.size(), 1U);
  query.limit = static_cast<std::size_t>(-1);
  EXPECT_EQ(store_->list("ann", query)->analyses.size(), 200U);
  EXPECT_EQ(store_->list("ann", {})->analyses.size(), 50U);
}

TEST_P(StoreList, RefusesACursorThatIsNone) {
  for (const std::string& cursor : {"x"s, "%%%"s, "\0"s, std::string(10'000, 'A')}) {
    HistoryQuery query;
    query.cursor = cursor;
    EXPECT_EQ(store_->list("ann", query).error().kind, ErrorKind::not_found);
  }
}

TEST_P(StoreList, FiltersByState) {
  ASSERT_TRUE(store_->add(sample_record("queued")));
  ASSERT_TRUE(store_->add(sample_record("failed")));
  EXPECT_EQ(store_->end("failed", AnalysisState::failed, "", 1), true);
  add_done(sample_record("done"), sample_result());
  for (const AnalysisState state : {AnalysisState::queued, AnalysisState::failed, AnalysisState::done}) {
    HistoryQuery query;
    query.state = state;
    query.search = "SONG";
    EXPECT_EQ(ids_of(store_->list("ann", query)->analyses),
              std::vector<std::string>{std::string(name_of(state))});
  }
  HistoryQuery query;
  query.state = AnalysisState::interrupted;
  EXPECT_TRUE(store_->list("ann", query)->analyses.empty());
}

TEST_P(StoreList, SearchesWhateverTheCase) {
  add_named("1", "Midnight CITY.mp3");
  add_named("2", "\xC3\x84rger im Studio");                            // Ärger
  add_named("3", "\xD0\x9C\xD0\xBE\xD1\x81\xD0\xBA\xD0\xB2\xD0\xB0");  // Москва
  add_named("4", "\xE6\x9B\xB2 \xF0\x9F\x8E\xB5");
  EXPECT_EQ(found("city"), Ids{"1"});
  EXPECT_EQ(found("GHT c"), Ids{"1"});
  EXPECT_EQ(found("\xC3\xA4RGER"), Ids{"2"});
  EXPECT_EQ(found("\xD0\x9E\xD0\xA1\xD0\x9A"), Ids{"3"});
  EXPECT_EQ(found("\xF0\x9F\x8E\xB5"), Ids{"4"});
  EXPECT_EQ(found("nowhere"), Ids{});
  EXPECT_EQ(found(""), (Ids{"1", "2", "3", "4"}));
  EXPECT_EQ(found(" "), (Ids{"1", "2", "4"}));
}

TEST_P(StoreList, TakesEveryCharacterForItself) {
  add_named("percent", "100% you");
  add_named("underscore", "my_song");
  add_named("backslash", "a\\b");
  add_named("quote", "don't \"stop\"");
  add_named("star", "a*[b]?");
  add_named("colon", ":name $1 ::x");
  add_named("hostile", "z\0\xFFz"s);
  EXPECT_EQ(found("%"), Ids{"percent"});
  EXPECT_EQ(found("0% y"), Ids{"percent"});
  EXPECT_EQ(found("_"), Ids{"underscore"});
  EXPECT_EQ(found("y_s"), Ids{"underscore"});
  EXPECT_EQ(found("\\"), Ids{"backslash"});
  EXPECT_EQ(found("\\b"), Ids{"backslash"});
  EXPECT_EQ(found("'"), Ids{"quote"});
  EXPECT_EQ(found("\"STOP\""), Ids{"quote"});
  EXPECT_EQ(found("*["), Ids{"star"});
  EXPECT_EQ(found(":NAME"), Ids{"colon"});
  EXPECT_EQ(found("$1"), Ids{"colon"});
  EXPECT_EQ(found("z\xFE\xFEz"), Ids{"hostile"}) << "mended alike";
  EXPECT_EQ(found("%a%"), Ids{});
  EXPECT_EQ(found(std::string(100'000, '%')), Ids{}) << "longer than a LIKE pattern may be";
}

TEST_P(StoreList, PagesWithinASearch) {
  for (int i = 0; i < 20; ++i) {
    AnalysisRecord record = sample_record(std::to_string(100 + i), "ann", 5);
    record.name = i % 2 == 0 ? "EVEN" : "odd";
    ASSERT_TRUE(store_->add(record));
  }
  HistoryQuery query;
  query.search = "even";
  query.state = AnalysisState::queued;
  query.limit = 3;
  int pages = 0;
  const auto ids = all_pages(query, pages);
  EXPECT_EQ(ids,
            (std::vector<std::string>{"118", "116", "114", "112", "110", "108", "106", "104", "102", "100"}));
  EXPECT_EQ(pages, 4);
}

}  // namespace
}  // namespace hitscope
