#include "ingest/protocol.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace hitscope {
namespace {

std::string complaint(std::string_view line) {
  const auto request = parse_request(line);
  return request ? "" : request.error().error.message;
}

TEST(Request, SaysWhatItSays) {
  const auto request =
      parse_request(R"({"id":"7","path":"/a/b.mp3","name":"B","explain":true,"frames":true,"true_peak":true,)"
                    R"("timeout_s":2.5,"max_seconds":60,"more":"is ignored"})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->id, "7");
  EXPECT_EQ(request->file, "/a/b.mp3");
  EXPECT_EQ(request->name, "B");
  EXPECT_TRUE(request->explain && request->frames && request->true_peak);
  EXPECT_EQ(request->timeout_s, 2.5);
  EXPECT_EQ(request->max_audio_s, 60);
}

TEST(Request, NeedsNoMoreThanAnIdAndAPath) {
  const auto request = parse_request(R"({"path":"b.mp3","id":"","timeout_s":null})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->name, "b.mp3");
  EXPECT_FALSE(request->explain || request->frames || request->true_peak);
  EXPECT_EQ(request->timeout_s, 0);
}

TEST(Request, PathsOfAnyBytesGoAsBase64) {
  const auto request = parse_request(R"({"id":"1","path_base64":"Yf9i"})");  // a, 0xFF, b
  ASSERT_TRUE(request);
  EXPECT_EQ(request->file.native(),
            "a\xFF"
            "b");
  EXPECT_EQ(request->name,
            "a\xEF\xBF\xBD"
            "b");
}

TEST(Request, WhatIsWrongIsSaidAndTheIdKept) {
  for (const char* line : {"", "{", "[]", "7", "null", "\"x\"", "{}{}", "{\"id\":\"\xFF\"}"}) {
    const auto request = parse_request(line);
    ASSERT_FALSE(request) << line;
    EXPECT_FALSE(request.error().id) << line;
  }
  const auto request = parse_request(R"({"id":"7","path":3})");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().id, "7");
  EXPECT_EQ(request.error().error.message, "\"path\" must be a text.");
  EXPECT_NE(complaint(R"({"id":"7"})"), "");
  EXPECT_NE(complaint(R"({"id":7,"path":"x"})"), "");
  EXPECT_NE(complaint(R"({"id":"7","path":""})"), "");
  EXPECT_NE(complaint(R"({"id":"7","path":"x\u0000y"})"), "");
  EXPECT_NE(complaint(R"({"id":"7","path_base64":"x"})"), "");
  EXPECT_NE(complaint(R"({"id":"7","path":"x","frames":1})"), "");
  EXPECT_NE(complaint(R"({"id":"7","path":"x","name":[]})"), "");
  EXPECT_NE(complaint(R"({"id":"7","path":"x","timeout_s":0})"), "");
  EXPECT_NE(complaint(R"({"id":"7","path":"x","timeout_s":"1"})"), "");
  EXPECT_NE(complaint(R"({"id":"7","path":"x","max_seconds":-1})"), "");
  EXPECT_NE(complaint(R"({"id":"7","path":"x","max_seconds":1e999})"), "");
  EXPECT_NE(complaint(fmt::format(R"({{"id":"7","path":"x","y":{}{}}})", std::string(60000, '['),
                                  std::string(60000, ']'))),
            "");
}

TEST(Request, WhatWeAskIsUnderstood) {
  for (const std::string path : {"/plain", "/ünïcode \"quoted\"\n",
                                 "/any\xFF\xFE"
                                 "bytes",
                                 "/\xF0\x9F\x8E\xB5"}) {
    const WorkRequest request{
        .id = "job \"1\"\n", .file = path, .name = "", .explain = false, .true_peak = true};
    const std::string line = request_line(request);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const auto understood = parse_request(line.substr(0, line.size() - 1));
    ASSERT_TRUE(understood) << line;
    EXPECT_EQ(understood->id, request.id);
    EXPECT_EQ(understood->file.native(), path);
    EXPECT_FALSE(understood->explain);
    EXPECT_TRUE(understood->frames && understood->true_peak);
  }
}

TEST(Errors, EveryKindIsKnownByItsName) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    const Error error{static_cast<ErrorKind>(i), "Title.", i % 2 == 0 ? "detail" : ""};
    const auto back = parse_error(error_json(error));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->kind, error.kind);
    EXPECT_EQ(back->message, error.message);
    EXPECT_EQ(back->detail, error.detail);
  }
  EXPECT_FALSE(kind_named("no-such-type"));
  EXPECT_FALSE(parse_error({{"type", "no-such-type"}, {"title", "T"}}));
  EXPECT_FALSE(parse_error({{"type", "corrupt"}, {"title", 7}}));
  EXPECT_FALSE(parse_error("corrupt"));
}

constexpr std::string_view kReport =
    R"({"path":"","source":{},"audio":{},"features":{},"estimates":{},"verdict":null,"engine":{}})";

std::string done(std::string_view report, std::string_view frames_bytes) {
  return fmt::format(R"({{"event":"done","frames_bytes":{},"report":{}}})", frames_bytes, report);
}

TEST(DecoderWords, AreUnderstood) {
  const auto measuring = parse_decoder_word(R"({"event":"measuring","done_s":1.5,"known_s":null})");
  ASSERT_TRUE(measuring);
  EXPECT_EQ(measuring->what, DecoderWord::What::measuring);
  EXPECT_EQ(measuring->done_s, 1.5);
  EXPECT_FALSE(measuring->known_s);
  EXPECT_EQ(parse_decoder_word(R"({"event":"sealed"})")->what, DecoderWord::What::sealed);
  EXPECT_TRUE(parse_decoder_word(R"({"event":"voting"})"));
  EXPECT_EQ(parse_decoder_word(done(kReport, "12"))->frames_bytes, 12U);
  const auto failed =
      parse_decoder_word(R"({"event":"failed","error":{"type":"corrupt","title":"T","detail":null}})");
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->error.kind, ErrorKind::corrupt);
}

TEST(DecoderWords, OfAnAttackerDoNoHarm) {
  const std::string deep(500000, '[');
  const std::string wide = fmt::format("[{:300000}]", "");
  for (const std::string& line :
       {std::string(),
        std::string("\0\0\0", 3),
        std::string("null"),
        std::string(R"({"event":7})"),
        std::string(R"({"event":"root shell"})"),
        std::string(R"({"event":"failed"})"),
        std::string(R"({"event":"failed","error":{"type":"made-up","title":"T"}})"),
        std::string(R"({"event":"failed","error":{"type":"corrupt"}})"),
        std::string("{\"event\":\"voting\",\"x\":\"\xC0\xAF\"}"),
        deep,
        wide,
        fmt::format(R"({{"event":"voting","x":{})", deep),
        done(R"({"path":""})", "0"),
        done("[]", "0"),
        done("null", "0"),
        done(kReport, "-1"),
        done(kReport, "1e30"),
        done(kReport, "\"4\""),
        done(kReport, "null"),
        done(R"({"path":"","source":{},"audio":{},"features":{},"estimates":{},"verdict":7,"engine":{}})",
             "0"),
        done(R"({"path":"","source":{},"audio":[],"features":{},"estimates":{},"verdict":{},"engine":{}})",
             "0"),
        done(fmt::format(R"({{"path":{{"a":{}{}}}}})", std::string(20, '['), std::string(20, ']')), "0")}) {
    const auto word = parse_decoder_word(line);
    ASSERT_FALSE(word) << line.substr(0, 100);
    EXPECT_EQ(word.error().kind, ErrorKind::internal);
  }
}

TEST(Lines, NoTextBreaksThem) {
  const std::string line = to_line({{"title", "a\nb\r\xE2\x80\xA8\xFF\0c"}});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_TRUE(nlohmann::json::accept(line));
}

}  // namespace
}  // namespace hitscope
