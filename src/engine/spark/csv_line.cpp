// What Spark's library for CSV does, whose rules are its code: a quote counts at the beginning of a
// text only, and where something else follows the closing one, the text is taken as it stands.

#include "engine/spark/csv_line.hpp"

#include <algorithm>

namespace weir::spark {

namespace {

bool is_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

/// A text in quotes from `at` on, and the place behind it; nullopt where it does not end so.
std::optional<std::string> quoted(std::string_view line, std::size_t& at, const CsvStyle& style) {
  std::string text;
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    const char next = i + 1 < line.size() ? line[i + 1] : 0;
    if (line[i] == style.escape && i + 1 < line.size() &&
        (next == style.quote || (next == style.escape && style.escape != style.quote))) {
      text += next;
      ++i;
    } else if (line[i] == style.quote) {
      std::size_t end = i + 1;
      while (end < line.size() && is_blank(line[end]) &&
             !line.substr(end).starts_with(style.separator))
        ++end;
      if (end < line.size() && !line.substr(end).starts_with(style.separator)) return std::nullopt;
      at = end;
      return text;
    } else {
      text += line[i];
    }
  }
  at = line.size();
  return text;
}

bool needs_quotes(std::string_view text, bool first, const CsvStyle& style) {
  return style.quotes_all || text.find(style.separator) != std::string_view::npos ||
         text.find_first_of("\r\n") != std::string_view::npos ||
         text.find(style.quote) != std::string_view::npos || (first && text.starts_with('#'));
}

}  // namespace

std::vector<std::optional<std::string>> csv_fields(std::string_view line, const CsvStyle& style) {
  std::vector<std::optional<std::string>> fields;
  std::size_t at = 0;
  for (;;) {
    std::optional<std::string> text;
    if (style.quote != 0 && at < line.size() && line[at] == style.quote)
      text = quoted(line, at, style);
    if (!text) {
      const std::size_t end = std::min(line.find(style.separator, at), line.size());
      text = std::string(line.substr(at, end - at));
      at = end;
    }
    if (text->empty() || *text == style.null) text.reset();
    fields.push_back(std::move(text));
    if (at >= line.size()) return fields;
    at += style.separator.size();
  }
}

std::string csv_line(const std::vector<std::optional<std::string_view>>& fields,
                     const CsvStyle& style) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += style.separator;
    if (!fields[i]) {
      line += style.null;
      continue;
    }
    std::string_view text = *fields[i];
    while (style.trims_begin && !text.empty() && is_blank(text.front()))
      text.remove_prefix(1);
    while (style.trims_end && !text.empty() && is_blank(text.back()))
      text.remove_suffix(1);
    if (text.empty()) {
      line += "\"\"";
      continue;
    }
    if (style.quote == 0 || !needs_quotes(text, i == 0, style)) {
      line += text;
      continue;
    }
    line += style.quote;
    for (const char c : text) {
      if (c == style.quote || c == style.escape) line += style.escape;
      line += c;
    }
    line += style.quote;
  }
  return line;
}

}  // namespace weir::spark
