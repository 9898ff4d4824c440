#include "fetch/yt_dlp_command.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hitscope {
namespace {

YtDlpCommand command_for(std::string link) {
  YtDlpCommand command;
  command.program = "/opt/yt-dlp";
  command.link = std::move(link);
  return command;
}

bool has(const std::vector<std::string>& all, std::string_view word) {
  return std::ranges::find(all, word) != all.end();
}

TEST(YtDlpCommand, IsNarrow) {
  const auto all = arguments_of(command_for("http://example.org/a"));
  EXPECT_EQ(all.front(), "/opt/yt-dlp");
  for (const char* word : {"--ignore-config", "--no-plugin-dirs", "--no-remote-components",
                           "--no-js-runtimes", "--no-playlist", "--no-simulate", "--no-part"}) {
    EXPECT_TRUE(has(all, word)) << word;
  }
  for (const char* word :
       {"--exec", "--enable-file-urls", "--cookies", "--js-runtimes", "--netrc", "--proxy"}) {
    EXPECT_FALSE(has(all, word)) << word;
  }
}

TEST(YtDlpCommand, AnAddressIsNeverAnOption) {
  const auto all = arguments_of(command_for("--exec=touch /tmp/x"));
  ASSERT_GE(all.size(), 2U);
  EXPECT_EQ(all[all.size() - 2], "--");
  EXPECT_EQ(all.back(), "--exec=touch /tmp/x");
}

TEST(YtDlpCommand, NamesTheRuntimeAndLendsCookiesByFileAlone) {
  YtDlpCommand command = command_for("http://x");
  command.js_runtime = "/opt/bin/deno";
  command.has_cookies = true;
  command.list_only = true;
  const auto deno = arguments_of(command);
  EXPECT_TRUE(has(deno, "deno:/opt/bin/deno"));
  EXPECT_TRUE(has(deno, kCookieFile));
  EXPECT_TRUE(has(deno, "--simulate"));
  command.js_runtime = "/opt/node";
  EXPECT_TRUE(has(arguments_of(command), "node:/opt/node"));
}

template <typename T>
T as(const std::string& line) {
  const YtDlpLine parsed = parse_yt_dlp_line(line);
  EXPECT_TRUE(std::holds_alternative<T>(parsed)) << line.substr(0, 200);
  return std::holds_alternative<T>(parsed) ? std::get<T>(parsed) : T{};
}

TEST(YtDlpLine, TellsWhatWasFound) {
  const auto item = as<FoundItem>(
      R"(hitscope-found {"title": "Full Title", "track": "Night\nTransit", "artist": null, "uploader": "The Trams", )"
      R"("duration": 184.5, "is_live": false, "webpage_url": "https://example.org/n", )"
      R"("thumbnail": "javascript:alert", "extractor": "generic", "playlist_count": 3})");
  EXPECT_EQ(item.title, "Night Transit") << "line ends become blanks";
  EXPECT_EQ(item.artist, "The Trams");
  EXPECT_EQ(item.page, "https://example.org/n");
  EXPECT_EQ(item.thumbnail, "") << "no web address";
  EXPECT_EQ(item.duration_s, 184.5);
  EXPECT_FALSE(item.is_live);
  EXPECT_EQ(item.playlist_count, 3U);
  EXPECT_TRUE(as<FoundItem>(R"(hitscope-found {"is_live": true})").is_live);
  EXPECT_TRUE(as<FoundItem>(R"(hitscope-found {"live_status": "is_upcoming"})").is_live);
  EXPECT_LE(as<FoundItem>("hitscope-found {\"title\": \"" + std::string(100'000, 'x') + "\"}").title.size(),
            1000U);
}

TEST(YtDlpLine, TellsEntries) {
  const auto item = as<ListedItem>(
      R"(hitscope-listed {"url": "http://example.org/a?n=1#__youtubedl_smuggle=%7B%7D", "title": "A", "_type": "url_transparent"})");
  EXPECT_EQ(item.link, "http://example.org/a?n=1");
  EXPECT_TRUE(item.is_reference);
  EXPECT_FALSE(as<ListedItem>(R"(hitscope-listed {"url": "http://example.org/a.mp3"})").is_reference);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(
      parse_yt_dlp_line(R"(hitscope-listed {"url": "file:///etc/passwd", "title": "A"})")));
}

TEST(YtDlpLine, TellsProgress) {
  const auto known = as<FetchedBytes>("hitscope-bytes 1024 4093102 NA");
  EXPECT_EQ(known.bytes, 1024U);
  EXPECT_EQ(known.total, 4093102U);
  EXPECT_FALSE(known.is_estimate);
  const auto estimated = as<FetchedBytes>("hitscope-bytes 12468 NA 58908.5");
  EXPECT_EQ(estimated.total, 58908U);
  EXPECT_TRUE(estimated.is_estimate);
  EXPECT_EQ(as<FetchedBytes>("hitscope-bytes 5 NA NA").total, std::nullopt);
  EXPECT_EQ(as<FetchedBytes>("hitscope-bytes 50 7 NA").total, std::nullopt) << "less than there is already";
}

TEST(YtDlpLine, PassesOverWhatItDoesNotUnderstand) {
  for (const char* line :
       {"", "WARNING: [generic] Falling back", "[download] 100%", "hitscope-bytes", "hitscope-bytes x y z",
        "hitscope-bytes 1", "hitscope-bytes -5 1 1", "hitscope-bytes nan 1 1", "hitscope-found",
        "hitscope-found [1]", "hitscope-found {\"title\": ", "hitscope-listed {}", "hitscope-found null",
        "error: lower case"}) {
    EXPECT_TRUE(std::holds_alternative<std::monostate>(parse_yt_dlp_line(line))) << line;
  }
  EXPECT_EQ(as<SiteError>("ERROR: [youtube] x: Private video").text, "[youtube] x: Private video");
}

}  // namespace
}  // namespace hitscope
