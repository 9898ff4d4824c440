#include "server/multipart.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace hitscope::server {
namespace {

// Every member has an initialiser, so that {.file = "..."} may leave out the others.
// NOLINTBEGIN(readability-redundant-member-init)
struct Outcome {
  std::string problem = {};  // empty: well-formed
  bool has_file = false;
  std::string file = {};
  std::string file_name = {};
  std::map<std::string, std::string> fields = {};
  bool operator==(const Outcome&) const = default;
};
// NOLINTEND(readability-redundant-member-init)

// NOLINTNEXTLINE(readability-identifier-naming): the name that gtest looks for
void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << "problem: " << outcome.problem << ", file of " << outcome.file.size() << " bytes called "
       << outcome.file_name << ", " << outcome.fields.size() << " fields";
}

// Reads the form cut into pieces of these sizes, again and again.
Outcome read(std::string_view form, const std::vector<std::size_t>& pieces,
             const MultipartLimits& limits = {}, std::string_view boundary = "FORM") {
  Outcome outcome;
  MultipartReader reader(
      boundary,
      [&](std::span<const char> bytes) -> Result<void> {
        outcome.file.append(bytes.data(), bytes.size());
        return {};
      },
      limits);
  for (std::size_t i = 0; !form.empty() && outcome.problem.empty(); ++i) {
    const std::string_view piece = form.substr(0, pieces[i % pieces.size()]);
    form.remove_prefix(piece.size());
    if (const auto ok = reader.read(piece); !ok) outcome.problem = ok.error().detail;
  }
  if (const auto ok = reader.end(); !ok && outcome.problem.empty()) outcome.problem = ok.error().detail;
  if (!outcome.problem.empty()) return {.problem = outcome.problem};  // what came before does not count
  outcome.has_file = reader.has_file();
  outcome.file_name = reader.file_name();
  outcome.fields = reader.fields();
  return outcome;
}

Outcome read_whole(std::string_view form, const MultipartLimits& limits = {}) {
  return read(form, {std::max<std::size_t>(form.size(), 1)}, limits);
}

std::string file_part(std::string_view bytes, std::string_view head = R"(; filename="a.mp3")") {
  return "--FORM\r\nContent-Disposition: form-data; name=\"file\"" + std::string(head) + "\r\n\r\n" +
         std::string(bytes) + "\r\n";
}

std::string field_part(std::string_view name, std::string_view value) {
  return "--FORM\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
         std::string(value) + "\r\n";
}

constexpr std::string_view kEnd = "--FORM--\r\n";

std::string with_end(std::string text) {
  return std::move(text) + std::string(kEnd);
}

// Well-formed and not, all of them small.
std::vector<std::string> forms() {
  std::vector<std::string> all;
  all.push_back(with_end(file_part("some bytes")));
  all.push_back(with_end(field_part("name", "A track") + file_part("bytes") + field_part("other", "")));
  all.push_back(with_end(file_part("")));
  all.emplace_back(kEnd);
  all.emplace_back("");
  all.push_back("A preamble\r\n--FORX\r\n" + with_end(file_part("bytes")) + "an epilogue\r\n--FORM\r\n");
  all.push_back("\r\n" + with_end(file_part("bytes")));
  all.push_back(with_end(file_part("\r\n--FOR\r\n-FORM\r--FORM\n--FORM\r\n--FORN\r\r\n\n")));
  all.push_back(with_end(file_part("\r\n\r\n\r\n")));
  all.push_back(with_end(file_part("\r\n--\r\n--F\r\n--FO\r\n--FOR")));
  all.push_back(with_end(file_part("one")) + with_end(file_part("two")));
  all.push_back(with_end(file_part("one") + file_part("two")));
  all.push_back(with_end(field_part("name", "one") + field_part("name", "two")));
  all.push_back(with_end(field_part("", "no name")));
  all.push_back(file_part("no end"));
  all.push_back(file_part("no end") + "--FORM");
  all.push_back(file_part("no end") + "--FORM-");
  all.push_back(file_part("an end without a line") + "--FORM--");
  all.push_back(with_end(file_part("x\r\n--FORM and more")));
  all.push_back(with_end("--FORM \t \r\n" + file_part("padded").substr(8)));
  all.push_back(with_end("--FORM" + std::string(255, ' ') + "\r\n" + file_part("padded").substr(8)));
  all.push_back(with_end("--FORM" + std::string(256, ' ') + "\r\n" + file_part("padded").substr(8)));
  all.push_back(with_end("--FORM" + std::string(257, ' ') + "\r\n" + file_part("padded").substr(8)));
  all.push_back(with_end("--FORM" + std::string(600, ' ') + "\r\n" + file_part("padded").substr(8)));
  all.push_back("--FORM" + std::string(600, 'x'));
  all.push_back(with_end("--FORM\r\n\r\nno head\r\n"));
  all.push_back(with_end("--FORM\r\nContent-Type: text/plain\r\n\r\nno disposition\r\n"));
  all.emplace_back("--FORM\nContent-Disposition: form-data; name=\"file\"\n\nbare line feeds\n--FORM--\n");
  all.emplace_back("--FORM\r\nContent-Disposition: form-data; name=\"file\"\n\nmixed\r\n--FORM--\r\n");
  return all;
}

TEST(Multipart, WhereverAFormIsCutItIsTheSame) {
  for (const std::string& form : forms()) {
    const Outcome whole = read_whole(form);
    for (std::size_t cut = 1; cut < form.size(); ++cut) {
      ASSERT_EQ(read(form, {cut, form.size()}), whole) << "cut at " << cut << ":\n" << form;
    }
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 8U, 9U}) {
      ASSERT_EQ(read(form, {piece}), whole) << "pieces of " << piece << ":\n" << form;
    }
  }
}

TEST(Multipart, LimitsDoNotDependOnWhereAFormIsCut) {
  const MultipartLimits limits{.head_bytes = 60, .field_bytes = 10, .parts = 3};
  for (std::size_t length = 1; length < 40; ++length) {
    for (const std::string& form :
         {with_end(file_part("x", "; filename=\"" + std::string(length, 'a') + "\"")),
          with_end(field_part("n", std::string(length, 'v'))),
          with_end(field_part(std::string(length, 'n'), "v") + file_part("x"))}) {
      const Outcome whole = read_whole(form, limits);
      for (std::size_t cut = 1; cut < form.size(); ++cut) {
        ASSERT_EQ(read(form, {cut, form.size()}, limits), whole) << "cut at " << cut << ":\n" << form;
      }
      ASSERT_EQ(read(form, {1}, limits), whole) << form;
    }
  }
}

TEST(Multipart, TakesFileAndFields) {
  const Outcome outcome =
      read_whole(with_end(field_part("name", "A track") + file_part("bytes") + field_part("x", "")));
  EXPECT_EQ(outcome, (Outcome{.has_file = true,
                              .file = "bytes",
                              .file_name = "a.mp3",
                              .fields = {{"name", "A track"}, {"x", ""}}}));
}

TEST(Multipart, AnEmptyFileIsAFile) {
  const Outcome outcome = read_whole(with_end(file_part("")));
  EXPECT_EQ(outcome.problem, "");
  EXPECT_TRUE(outcome.has_file);
  EXPECT_EQ(outcome.file, "");
}

TEST(Multipart, AFormWithoutPartsIsWellFormed) {
  EXPECT_EQ(read_whole(kEnd), Outcome());
}

TEST(Multipart, PreambleAndEpilogueMeanNothing) {
  const Outcome outcome =
      read_whole("A preamble\r\n--FORX\r\n" + with_end(file_part("bytes")) + "--FORM\r\nan epilogue");
  EXPECT_EQ(outcome.problem, "");
  EXPECT_EQ(outcome.file, "bytes");
}

TEST(Multipart, WhatLooksLikeABoundaryStaysContent) {
  for (const std::string_view content :
       {"--FORM", "x--FORM\r\n", "\n--FORM\r\n", "\r--FORM\r\n", "\r\n-FORM", "\r\n --FORM", "\r\n--form\r\n",
        "\r\n--FOR\r\n", "\r\n\r\n", "\r\n--", "\r", "\r\n", "\r\r\n\r\r\n"}) {
    const Outcome outcome = read_whole(with_end(file_part(content)));
    EXPECT_EQ(outcome.problem, "") << content;
    EXPECT_EQ(outcome.file, content);
  }
}

TEST(Multipart, ALineThatBeginsWithTheBoundaryEndsThePart) {
  EXPECT_EQ(read_whole(with_end(file_part("x\r\n--FORMULA\r\n"))).problem, "text after a boundary");
}

TEST(Multipart, EveryByteMayBeInAFile) {
  std::string bytes;
  for (int i = 0; i < 65536; ++i) bytes += static_cast<char>(i / 256 ^ i);
  EXPECT_EQ(read_whole(with_end(file_part(bytes))).file, bytes);
  EXPECT_EQ(read(with_end(file_part(bytes)), {1}).file, bytes);
}

TEST(Multipart, AFormWithoutItsEndIsRefused) {
  const std::string form = with_end(field_part("name", "A track") + file_part("bytes"));
  // The line end after the last boundary is not needed.
  for (std::size_t length = 0; length + 2 < form.size(); ++length) {
    EXPECT_NE(read_whole(form.substr(0, length)).problem, "") << length;
  }
  EXPECT_EQ(read_whole(form.substr(0, form.size() - 2)).problem, "");
}

TEST(Multipart, TwoFilesOrTwoFieldsOfANameAreRefused) {
  EXPECT_NE(read_whole(with_end(file_part("one") + file_part("two"))).problem.find("more than one file"),
            std::string::npos);
  EXPECT_NE(read_whole(with_end(field_part("name", "one") + field_part("name", "two"))).problem.find("twice"),
            std::string::npos);
}

TEST(Multipart, APartNeedsAName) {
  for (const std::string_view head :
       {"", "Content-Type: text/plain", "Content-Disposition: form-data",
        "Content-Disposition: form-data; name=\"\"", "Content-Disposition: form-data; filename=\"name=x\"",
        "Content-Disposition: form-data; name=\"never closed",
        "X-Content-Disposition: form-data; name=\"x\""}) {
    EXPECT_EQ(read_whole(with_end("--FORM\r\n" + std::string(head) + "\r\n\r\nbytes\r\n")).problem,
              "a part has no name")
        << head;
  }
}

TEST(Multipart, LimitsAreKept) {
  EXPECT_EQ(read_whole(with_end("--FORM\r\nX: " + std::string(9000, 'x') + "\r\n\r\nbytes\r\n")).problem,
            "the head of a part is too long");
  EXPECT_EQ(read_whole("--FORM\r\nX: " + std::string(1 << 20, 'x')).problem,
            "the head of a part is too long");
  EXPECT_NE(read_whole(with_end(field_part("name", std::string(8193, 'x')))).problem.find("too long"),
            std::string::npos);
  EXPECT_EQ(read_whole(with_end(field_part("name", std::string(8192, 'x')))).problem, "");
  std::string many;
  for (int i = 0; i < 16; ++i) many += field_part(fmt::format("f{}", i), "");
  EXPECT_EQ(read_whole(with_end(many)).problem, "");
  EXPECT_EQ(read_whole(with_end(many + field_part("more", ""))).problem, "too many parts");
}

TEST(Multipart, ReadsHeadsAsTheyAreWrittenInTheWild) {
  const auto name_in = [](std::string_view head) {
    return read_whole(with_end("--FORM\r\n" + std::string(head) + "\r\n\r\nbytes\r\n"));
  };
  const Outcome usual{.has_file = true, .file = "bytes", .file_name = "a b.mp3", .fields = {}};
  for (const std::string_view head :
       {R"(Content-Disposition: form-data; name="file"; filename="a b.mp3")",
        R"(content-disposition:form-data;name="file";filename="a b.mp3")",
        R"(CONTENT-DISPOSITION: FORM-DATA; NAME="file"; FILENAME="a b.mp3")",
        R"(Content-Disposition: form-data; filename="a b.mp3"; name="file")",
        R"(Content-Disposition: form-data; name=file; filename=a b.mp3)",
        "X: y\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.mp3\"\r\nY: z",
        R"(Content-Disposition: form-data; name="file"; filename="a b.mp3"; filename*=UTF-8''other)"}) {
    EXPECT_EQ(name_in(head), usual) << head;
  }
}

TEST(Multipart, FileNamesMayBeAnything) {
  const auto name_of = [](std::string_view written) {
    return read_whole(with_end(file_part("x", "; filename=" + std::string(written)))).file_name;
  };
  EXPECT_EQ(name_of(R"("a \"quoted\" name.mp3")"), "a \"quoted\" name.mp3");
  EXPECT_EQ(name_of(R"("back\\slash.mp3")"), R"(back\slash.mp3)");
  EXPECT_EQ(name_of(R"("C:\music\a.mp3")"), R"(C:\music\a.mp3)") << "an old browser's path is no escape";
  EXPECT_EQ(name_of(R"("semi;colon; name=x.mp3")"), "semi;colon; name=x.mp3");
  EXPECT_EQ(name_of(R"("a%22b.mp3")"), "a%22b.mp3");
  EXPECT_EQ(name_of("\"caf\xC3\xA9 \xF0\x9F\x8E\xB5.mp3\""), "caf\xC3\xA9 \xF0\x9F\x8E\xB5.mp3");
  EXPECT_EQ(name_of("\"\xff\xfe\""), "\xff\xfe");
  EXPECT_EQ(name_of(R"("../../etc/passwd")"), "../../etc/passwd");
  EXPECT_EQ(name_of(R"("")"), "");
  const Outcome without = read_whole(with_end(file_part("x", "")));
  EXPECT_TRUE(without.has_file);
  EXPECT_EQ(without.file_name, "");
}

TEST(Multipart, TheSinksErrorIsHandedOn) {
  MultipartReader reader("FORM", [](std::span<const char>) -> Result<void> {
    return fail(ErrorKind::too_large, "Too much.", "because");
  });
  const std::string form = with_end(file_part("bytes"));
  const auto read = reader.read(form);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::too_large);
  EXPECT_EQ(read.error().detail, "because");
}

TEST(Multipart, AFormThatIsWrongIsATableThatIsWrong) {
  MultipartReader reader("FORM", [](std::span<const char>) -> Result<void> { return {}; });
  EXPECT_EQ(reader.end().error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(reader.read(std::string_view("--FORM nonsense\r\n")).error().kind, ErrorKind::table_invalid);
}

TEST(Multipart, ALargeFileComesThroughInPiecesOfAnySize) {
  std::mt19937 random(7);
  std::string bytes(5 << 20, '\0');
  for (char& byte : bytes) byte = "\r\n-FORMx"[random() % 8];
  for (std::size_t at = 0; (at = bytes.find("\r\n--FORM", at)) != std::string::npos;) bytes[at + 4] = 'x';
  const std::string form = with_end(field_part("name", "large") + file_part(bytes));
  std::vector<std::size_t> pieces;
  for (int i = 0; i < 997; ++i) pieces.push_back(1 + random() % (i % 3 == 0 ? 8 : 65536));
  const Outcome outcome = read(form, pieces);
  EXPECT_EQ(outcome.problem, "");
  EXPECT_TRUE(outcome.file == bytes);
  EXPECT_EQ(outcome.fields.at("name"), "large");
}

TEST(MultipartBoundary, IsTakenFromTheContentType) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data;BOUNDARY=\"a b:c\""), "a b:c");
  EXPECT_EQ(multipart_boundary("multipart/form-data; charset=utf-8; boundary=abc; x=y"), "abc");
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'b')),
            std::string(70, 'b'));
  for (const std::string& type :
       {std::string(), std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"\""), std::string("multipart/form-data; boundary=\"abc"),
        std::string("multipart/mixed; boundary=abc"), std::string("multipart/form-datax; boundary=abc"),
        std::string("application/json"), "multipart/form-data; boundary=" + std::string(71, 'b')}) {
    EXPECT_EQ(multipart_boundary(type), std::nullopt) << type;
  }
}

}  // namespace
}  // namespace hitscope::server
