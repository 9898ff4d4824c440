#include "data/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "data/utf8.h"

namespace hitscope {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

tl::unexpected<Error> invalid(CsvPosition at, std::string_view what) {
  return fail(ErrorKind::table_invalid, fmt::format("The table is malformed at {}: {}.", to_string(at), what),
              to_string(at));
}

}  // namespace

std::string to_string(CsvPosition position) {
  return fmt::format("line {}, column {}", position.line, position.column);
}

// A window of the file slides over buffer_. Each step first finds where the row ends (scan, which reads on as
// needed), then cuts it into fields (split): views into the window, but for fields with doubled quotes, which
// are rewritten into unescaped_.
class CsvReader::Impl {
 public:
  Impl(File file, std::string text, const CsvLimits& limits)
      : file_(std::move(file)), limits_(limits), buffer_(std::move(text)), at_end_(file_ == nullptr) {}

  Result<void> read_header() {
    if (auto filled = fill(kByteOrderMark.size()); !filled) return tl::unexpected(filled.error());
    if (std::string_view(buffer_).starts_with(kByteOrderMark)) begin_ = kByteOrderMark.size();
    auto row = step();
    if (!row) return tl::unexpected(row.error());
    if (!*row || (fields_.size() == 1 && fields_[0].empty())) {
      return invalid({}, "there is no header row");
    }
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (!seen.insert(fields_[i]).second) {
        return invalid(position(i), fmt::format("two columns are named \"{}\"", fields_[i]));
      }
    }
    header_.assign(fields_.begin(), fields_.end());
    return {};
  }

  Result<bool> next() {
    CsvPosition blank{0, 0};
    for (;;) {
      auto row = step();
      if (!row || !*row) return row;
      if (fields_.size() == 1 && fields_[0].empty() && header_.size() > 1) {
        if (blank.line == 0) blank = row_start_;
        continue;
      }
      if (blank.line != 0) return invalid(blank, "a blank line stands between rows");
      if (fields_.size() != header_.size()) {
        return invalid(row_start_, fmt::format("the row has {} fields where the header has {}",
                                               fields_.size(), header_.size()));
      }
      return true;
    }
  }

  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] std::span<const std::string_view> fields() const { return fields_; }

  // Positions are asked for only when something is wrong, so they are counted then, not kept per field.
  [[nodiscard]] CsvPosition position(std::size_t field) const { return position_of_byte(starts_[field]); }

 private:
  // Makes at least `wanted` unread bytes available unless the file ends first.
  Result<void> fill(std::size_t wanted) {
    while (!at_end_ && buffer_.size() - begin_ < wanted) {
      if (begin_ > 0) {
        buffer_.erase(0, begin_);
        begin_ = 0;
      }
      const std::size_t kept = buffer_.size();
      const std::size_t room = std::max(kChunkBytes, kept);
      buffer_.resize(kept + room);
      const std::size_t got = std::fread(buffer_.data() + kept, 1, room, file_.get());
      buffer_.resize(kept + got);
      if (got < room) {
        if (std::ferror(file_.get()) != 0) {
          return fail(ErrorKind::unreadable, "Reading the table failed.",
                      std::error_code(errno, std::generic_category()).message());
        }
        at_end_ = true;
      }
    }
    return {};
  }

  // Finds the end of the row that starts at begin_: the offset of its line feed, or the end of the file.
  // A quote opens and closes a quoted stretch wherever it stands; split() judges whether it may stand there.
  Result<std::size_t> scan() {
    std::size_t i = begin_;
    bool quoted = false;
    for (;;) {
      const char* data = buffer_.data();
      for (const std::size_t size = buffer_.size(); i < size; ++i) {
        if (data[i] == '"') {
          quoted = !quoted;
        } else if (data[i] == '\n' && !quoted) {
          return i;
        }
      }
      const std::size_t length = i - begin_;
      if (length > limits_.max_row_bytes) {
        return invalid(row_start_, quoted ? "a quoted field does not end within the longest row allowed"
                                          : "the row is longer than allowed");
      }
      if (at_end_) return i;
      if (auto filled = fill(length + 1); !filled) return tl::unexpected(filled.error());
      i = begin_ + length;
    }
  }

  // Reads the next row into fields_; false at the end of the file.
  Result<bool> step() {
    row_start_.line += lines_in_row_;
    lines_in_row_ = 0;
    if (auto filled = fill(1); !filled) return tl::unexpected(filled.error());
    if (begin_ == buffer_.size()) return false;
    auto end = scan();
    if (!end) return tl::unexpected(end.error());
    row_begin_ = begin_;
    std::size_t row_end = *end;
    begin_ = std::min(*end + 1, buffer_.size());
    if (row_end > row_begin_ && *end < buffer_.size() && buffer_[row_end - 1] == '\r') --row_end;
    if (row_end - row_begin_ > limits_.max_row_bytes) {
      return invalid(row_start_, "the row is longer than allowed");
    }
    if (auto checked = check_text(row_end); !checked) return tl::unexpected(checked.error());
    if (auto cut = split(row_end); !cut) return tl::unexpected(cut.error());
    lines_in_row_ += 1;
    return true;
  }

  Result<void> check_text(std::size_t row_end) {
    const std::string_view row(buffer_.data() + row_begin_, row_end - row_begin_);
    if (const std::size_t nul = row.find('\0'); nul != std::string_view::npos) {
      return invalid(position_of_byte(row_begin_ + nul), "there is a NUL byte");
    }
    if (const std::size_t bad = first_invalid_utf8(row); bad != row.size()) {
      return invalid(position_of_byte(row_begin_ + bad), "the text is not UTF-8");
    }
    lines_in_row_ = static_cast<std::uint64_t>(std::count(row.begin(), row.end(), '\n'));
    return {};
  }

  Result<void> split(std::size_t row_end) {
    fields_.clear();
    starts_.clear();
    unescaped_.clear();
    unescaped_.reserve(row_end - row_begin_);  // views into it must stay valid
    std::size_t i = row_begin_;
    for (;;) {
      if (fields_.size() == limits_.max_columns) {
        return invalid(position_of_byte(i),
                       fmt::format("there are more than {} columns", limits_.max_columns));
      }
      starts_.push_back(i);
      auto after = i < row_end && buffer_[i] == '"' ? quoted_field(i, row_end) : plain_field(i, row_end);
      if (!after) return tl::unexpected(after.error());
      if (fields_.back().size() > limits_.max_field_bytes) {
        return invalid(position_of_byte(i), "the field is longer than allowed");
      }
      if (*after == row_end) return {};
      i = *after + 1;
    }
  }

  // Both return the offset of the comma after the field, or row_end.
  Result<std::size_t> plain_field(std::size_t begin, std::size_t row_end) {
    std::size_t i = begin;
    for (; i < row_end && buffer_[i] != ','; ++i) {
      if (buffer_[i] == '"') return invalid(position_of_byte(i), "a quote stands inside an unquoted field");
      if (buffer_[i] == '\r') return invalid(position_of_byte(i), "a carriage return stands alone");
    }
    fields_.emplace_back(buffer_.data() + begin, i - begin);
    return i;
  }

  Result<std::size_t> quoted_field(std::size_t open, std::size_t row_end) {
    const char* data = buffer_.data();
    const std::size_t unescaped_begin = unescaped_.size();
    std::size_t stretch = open + 1;  // what is not copied to unescaped_ yet
    std::size_t i = open + 1;
    for (; i < row_end; ++i) {
      if (data[i] != '"') continue;
      if (i + 1 >= row_end || data[i + 1] != '"') break;
      unescaped_.append(data + stretch, i + 1 - stretch);  // with one quote of the pair
      stretch = ++i + 1;
    }
    if (i >= row_end) return invalid(position_of_byte(open), "a quoted field never ends");
    if (i + 1 < row_end && data[i + 1] != ',') {
      return invalid(position_of_byte(i + 1), "text follows a closing quote");
    }
    if (unescaped_.size() == unescaped_begin) {
      fields_.emplace_back(data + open + 1, i - open - 1);
    } else {
      unescaped_.append(data + stretch, i - stretch);
      fields_.emplace_back(unescaped_.data() + unescaped_begin, unescaped_.size() - unescaped_begin);
    }
    return i + 1;
  }

  [[nodiscard]] CsvPosition position_of_byte(std::size_t offset) const {
    CsvPosition at = row_start_;
    for (std::size_t i = row_begin_; i < offset; ++i) {
      if (buffer_[i] == '\n') {
        at.line += 1;
        at.column = 1;
      } else {
        at.column += 1;
      }
    }
    return at;
  }

  File file_;
  CsvLimits limits_;
  std::string buffer_;
  bool at_end_ = false;
  std::size_t begin_ = 0;      // first unread byte
  std::size_t row_begin_ = 0;  // first byte of the current row
  CsvPosition row_start_;
  std::uint64_t lines_in_row_ = 0;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
  std::vector<std::size_t> starts_;
  std::string unescaped_;  // quoted fields that held doubled quotes
};

CsvReader::CsvReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

Result<CsvReader> CsvReader::open(const std::filesystem::path& path, const CsvLimits& limits) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return fail(ErrorKind::unreadable, "This is a folder, not a table.");
  }
  File file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    const std::error_code reason(errno, std::generic_category());
    if (reason == std::errc::no_such_file_or_directory) {
      return fail(ErrorKind::not_found, "There is no such table.");
    }
    return fail(ErrorKind::unreadable, "The table cannot be opened.", reason.message());
  }
  auto impl = std::make_unique<Impl>(std::move(file), std::string(), limits);
  if (auto read = impl->read_header(); !read) return tl::unexpected(read.error());
  return CsvReader(std::move(impl));
}

Result<CsvReader> CsvReader::from_text(std::string_view text, const CsvLimits& limits) {
  auto impl = std::make_unique<Impl>(nullptr, std::string(text), limits);
  if (auto read = impl->read_header(); !read) return tl::unexpected(read.error());
  return CsvReader(std::move(impl));
}

const std::vector<std::string>& CsvReader::header() const {
  return impl_->header();
}
Result<bool> CsvReader::next() {
  return impl_->next();
}
std::span<const std::string_view> CsvReader::fields() const {
  return impl_->fields();
}
CsvPosition CsvReader::position(std::size_t index) const {
  return impl_->position(index);
}

}  // namespace hitscope
