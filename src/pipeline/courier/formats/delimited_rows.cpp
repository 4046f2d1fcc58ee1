// Own code and no library: what is wanted is what Spark reads, down to a quote in the middle of a
// text, and the parser that Spark has is not available here. DuckDB's reader decides otherwise in
// most of these cases, and does not say which line was at fault. The tests hold Spark's answers to
// several hundred texts.
#include "pipeline/courier/formats/delimited_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

#include <boost/json.hpp>

#include "base/case_fold.hpp"
#include "pipeline/courier/formats/format_limits.hpp"
#include "pipeline/courier/formats/text_source.hpp"

namespace weir::courier {
namespace {

/// How lines end: as the first one does. In files with `multiline` a lone `\n` ends a line too.
enum class LineEnd { lf, crlf, cr };

/// Reads one row, by the rules of the parser that Spark has, character by character: what it does
/// with a quote where none is expected follows from its steps, and from nothing shorter.
class RowParser {
 public:
  RowParser(const DelimitedFormat& format, LineEnd line_end)
      : format_(format), line_end_(line_end) {}

  /// `whole`: nothing follows the text. Otherwise nullopt where the row may go on behind it.
  std::optional<DelimitedRow> parse(std::string_view text, bool whole) {
    text_ = text;
    at_ = 0;
    row_ = {};
    bool more = next();
    while (more && now_ != Sign::line_break) {
      std::string& cell = row_.cells.emplace_back();
      if (now_ == Sign::quote) {
        more = quoted(cell);
      } else {
        more = append_until(cell, Sign::separator, Sign::line_break);
      }
      if (!more || now_ != Sign::separator) continue;
      more = next();
      if (!more || now_ == Sign::line_break) row_.cells.emplace_back();
    }
    // A sign is looked at as a whole: a separator, or "\r\n".
    if (!whole && (!more || text_.size() - at_ < longest_sign)) return std::nullopt;
    row_.open = !more && in_quotes_;
    row_.taken = at_;
    return std::move(row_);
  }

 private:
  static constexpr std::size_t longest_sign = 8;
  enum class Sign { none, text, separator, quote, escape, line_break };

  bool starts(std::string_view token) const {
    return !token.empty() && text_.substr(at_).starts_with(token);
  }

  /// Of the line break here; 0: there is none.
  std::size_t break_bytes() const {
    if (line_end_ == LineEnd::crlf && text_.substr(at_).starts_with("\r\n")) return 2;
    if (line_end_ == LineEnd::cr && text_[at_] == '\r') return 1;
    return text_[at_] == '\n' ? 1 : 0;
  }

  /// Reads a sign; false at the end of the text, and `now_` stays.
  bool next() {
    if (at_ >= text_.size()) return false;
    std::size_t bytes = break_bytes();
    now_ = Sign::line_break;
    if (bytes == 0 && starts(format_.separator)) {
      now_ = Sign::separator;
      bytes = format_.separator.size();
    } else if (bytes == 0 && starts(format_.quote)) {
      now_ = Sign::quote;
      bytes = format_.quote.size();
    } else if (bytes == 0 && starts(format_.escape)) {
      now_ = Sign::escape;
      bytes = format_.escape.size();
    } else if (bytes == 0) {
      now_ = Sign::text;
      bytes = 1;
    }
    bytes_ = now_ == Sign::line_break ? "\n" : text_.substr(at_, bytes);
    at_ += bytes;
    return true;
  }

  /// Appends the sign and those behind it, up to one of these two. False at the end of the text.
  bool append_until(std::string& cell, Sign one, Sign other) {
    while (now_ != one && now_ != other) {
      cell += bytes_;
      if (!next()) return false;
    }
    return true;
  }

  bool is_space() const {
    return now_ == Sign::text && static_cast<unsigned char>(bytes_[0]) <= ' ';
  }
  bool is_cell_end() const { return now_ == Sign::separator || now_ == Sign::line_break; }

  /// A cell that begins with a quote. False at the end of the text.
  bool quoted(std::string& cell) {
    if (!next()) {
      cell = format_.quote;  // and nothing else: a text
      return false;
    }
    in_quotes_ = true;
    Sign before = Sign::none;
    while (before != Sign::quote || !(is_cell_end() || is_space())) {
      if (now_ == Sign::quote || now_ == Sign::escape) {
        before = within(cell, before);
      } else {
        if (before == Sign::quote) return stray_quote(cell);
        if (before == Sign::escape) cell += format_.escape;
        if (!append_until(cell, Sign::quote, Sign::escape)) return false;
        before = now_;
      }
      if (!next()) {
        in_quotes_ = before != Sign::quote;
        return false;
      }
    }
    in_quotes_ = false;
    return is_cell_end() || spaces_behind(cell);
  }

  /// A quote or an escape within quotes. Returns what the next sign comes after. Behind a quote
  /// that closed nothing, Spark loses what follows an escape; here it stays.
  Sign within(std::string& cell, Sign before) {
    if (before == Sign::escape) {
      cell += now_ == Sign::quote ? format_.quote : format_.escape;
      return Sign::none;
    }
    if (before != Sign::quote) return now_;
    cell += format_.quote;
    if (now_ == Sign::quote) return format_.escape == format_.quote ? Sign::none : now_;
    cell += format_.escape;
    return Sign::none;
  }

  /// The quote before was none: the cell is as it is written, up to the separator.
  bool stray_quote(std::string& cell) {
    in_quotes_ = false;
    cell = format_.quote + cell + format_.quote;
    return append_until(cell, Sign::separator, Sign::line_break);
  }

  /// White space behind the closing quote is left out; where more follows, it was no closing one.
  bool spaces_behind(std::string& cell) {
    std::string spaces;
    while (is_space()) {
      spaces += bytes_;
      if (!next()) return false;
    }
    if (is_cell_end()) return true;
    cell = format_.quote + cell + format_.quote + spaces;
    return append_until(cell, Sign::separator, Sign::line_break);
  }

  const DelimitedFormat& format_;
  LineEnd line_end_;
  std::string_view text_;
  std::size_t at_ = 0;
  Sign now_ = Sign::none;
  std::string_view bytes_;  // of the sign
  bool in_quotes_ = false;  // a cell that may have no end
  DelimitedRow row_;
};

/// The bytes of the character that begins here, or 0 where they are no UTF-8.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  std::size_t bytes = 1;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0)
    bytes = 2;
  else if (first >= 0xE0 && first < 0xF0)
    bytes = 3;
  else if (first >= 0xF0 && first < 0xF5)
    bytes = 4;
  else
    return 0;
  if (text.size() < bytes) return 0;
  for (std::size_t i = 1; i < bytes; ++i)
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool no_character =
      (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90);
  return overlong || no_character ? 0 : bytes;
}

/// The names of the columns, as Spark makes them safe.
std::vector<std::string> names_of(const std::vector<std::string>& cells, bool header) {
  std::map<std::string, int> times;
  for (const std::string& cell : cells)
    ++times[folded_name(cell)];
  std::vector<std::string> names;
  names.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!header || cells[i].empty())
      names.push_back("_c" + std::to_string(i));
    else
      names.push_back(times[folded_name(cells[i])] > 1 ? cells[i] + std::to_string(i) : cells[i]);
  }
  return names;
}

class DelimitedReader {
 public:
  DelimitedReader(const DelimitedFormat& format, ByteSource& text, RecordSink& sink)
      : format_(format), buffer_(text), sink_(sink) {}

  Result<void> read() {
    while (true) {
      WEIR_TRY(const bool more, format_.multiline ? many_lines() : one_line());
      if (!more) return {};
    }
  }

 private:
  /// A row is a line, whatever its quotes say. False at the end.
  Result<bool> one_line() {
    WEIR_TRY(const auto end, find_break());
    const std::string_view text = buffer_.text();
    if (!end && text.empty()) return false;
    if (!end && text.size() > limits::record_bytes_max) return pass_line();
    const std::string_view line = text.substr(0, end.value_or(text.size()));
    const bool crlf = end && text.substr(*end).starts_with("\r\n");
    if (line.find_first_not_of(" \t\r\n\f\v") != std::string_view::npos) {
      const auto row = RowParser(format_, LineEnd::lf).parse(line, true);
      WEIR_CHECK(take(*row));
    }
    ++line_;
    buffer_.take(line.size() + (end ? (crlf ? 2 : 1) : 0));
    return true;
  }

  /// Where the line ends; nullopt: with the text, or too far away.
  Result<std::optional<std::size_t>> find_break() {
    for (std::size_t seen = 0; true;) {
      const std::string_view text = buffer_.text();
      const std::size_t end = text.find_first_of("\r\n", seen);
      // What follows a \r tells whether it is one line break with it.
      const bool undecided = end != std::string_view::npos && end + 1 == text.size();
      if (end != std::string_view::npos && !undecided) return std::optional(end);
      if (text.size() > limits::record_bytes_max) return std::optional<std::size_t>();
      seen = end == std::string_view::npos ? text.size() : end;
      WEIR_TRY(const bool more, buffer_.more());
      if (more) continue;
      return undecided ? std::optional(end) : std::optional<std::size_t>();
    }
  }

  /// Over a line that is too long.
  Result<bool> pass_line() {
    WEIR_CHECK(sink_.unreadable("Line " + std::to_string(line_) + " is longer than " +
                                std::to_string(limits::record_bytes_max) + " bytes"));
    ++line_;
    while (true) {
      const std::size_t end = buffer_.text().find_first_of("\r\n");
      if (end != std::string_view::npos) {
        buffer_.take(end);  // the line break is an empty line
        --line_;
        return true;
      }
      buffer_.take(buffer_.text().size());
      WEIR_TRY(const bool more, buffer_.more());
      if (!more) return false;
    }
  }

  Result<bool> many_lines() {
    if (!line_end_) {
      WEIR_TRY(line_end_, find_line_end());
    }
    RowParser parser(format_, *line_end_);
    while (true) {
      const std::string_view text = buffer_.text();
      if (text.empty() && buffer_.at_end()) return false;
      const auto row = text.empty() ? std::nullopt : parser.parse(text, buffer_.at_end());
      const bool swallows =
          row && row->open && text.substr(0, row->taken).find('\n') != std::string_view::npos;
      if (!row && text.size() <= limits::record_bytes_max) {
        WEIR_CHECK(read_twice_as_much());
        continue;
      }
      if (!row || swallows) return give_up_line();
      if (!row->cells.empty()) WEIR_CHECK(take(*row));
      line_ += static_cast<std::uint64_t>(
          std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(row->taken), '\n'));
      buffer_.take(row->taken);
      return true;
    }
  }

  /// The row is parsed again from its beginning then: so this costs no more than twice the bytes.
  Result<void> read_twice_as_much() {
    const std::size_t before = buffer_.text().size();
    do {
      WEIR_CHECK(buffer_.more());
    } while (!buffer_.at_end() && buffer_.text().size() < 2 * before);
    return {};
  }

  /// A quote that does not end costs its line.
  Result<bool> give_up_line() {
    WEIR_CHECK(sink_.unreadable("Line " + std::to_string(line_) +
                                " opens a quote that is not closed within " +
                                std::to_string(limits::record_bytes_max) + " bytes"));
    const std::string_view text = buffer_.text();
    const std::size_t end = text.find(*line_end_ == LineEnd::cr ? '\r' : '\n');
    buffer_.take(end == std::string_view::npos ? text.size() : end + 1);
    ++line_;
    return true;
  }

  Result<LineEnd> find_line_end() {
    WEIR_TRY(const auto end, find_break());
    const std::string_view text = buffer_.text();
    if (!end || text[*end] == '\n') return LineEnd::lf;
    return text.substr(*end).starts_with("\r\n") ? LineEnd::crlf : LineEnd::cr;
  }

  Result<void> take(const DelimitedRow& row) {
    if (row.cells.size() > limits::columns_max)
      return sink_.unreadable("Line " + std::to_string(line_) + " has more than " +
                              std::to_string(limits::columns_max) + " columns");
    if (names_.empty()) {
      for (const std::string& name : names_of(row.cells, format_.header)) {
        std::string& written = names_.emplace_back();
        append_json_string(written, name);
      }
      if (format_.header) return {};
    }
    json_ = "{";
    for (std::size_t i = 0; i < std::min(row.cells.size(), names_.size()); ++i) {
      json_.append(i == 0 ? "" : ",").append(names_[i]).append(":");
      if (row.cells[i].empty())
        json_ += "null";
      else
        append_json_string(json_, row.cells[i]);
    }
    json_ += '}';
    return sink_.record(json_);
  }

  const DelimitedFormat& format_;
  TextBuffer buffer_;
  RecordSink& sink_;
  std::optional<LineEnd> line_end_;
  std::vector<std::string> names_;  // as JSON strings
  std::string json_;
  std::uint64_t line_ = 1;
};

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (bytes == 0) {
      out += "\xEF\xBF\xBD";
    } else if (text[0] == '"' || text[0] == '\\') {
      out.append("\\").append(text.substr(0, 1));
    } else if (byte < 0x20) {
      out.append("\\u00");
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  out += '"';
}

Result<void> read_delimited(const DelimitedFormat& format, ByteSource& text, RecordSink& sink) {
  return DelimitedReader(format, text, sink).read();
}

}  // namespace weir::courier
