#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::cli {

/// A table for people: aligned by what a terminal shows, not by bytes.
struct TextTable {
  struct Column {
    std::string header;
    bool right = false;  // numbers
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as columns
  std::string indent;                          // before every line
};

/// Headers and rows, two spaces between columns, nothing trailing, each line ended. Cells are each
/// one_line.
std::string render(const TextTable& table);

/// "name   value" lines, names padded to the longest; values of several lines follow below.
std::string render_pairs(const std::vector<std::pair<std::string, std::string>>& pairs,
                         std::string_view indent = "");

/// Columns a terminal needs for UTF-8 text: 2 for East Asian wide and emoji, 0 for combining marks;
/// a byte that is no UTF-8 counts 1.
std::size_t display_width(std::string_view text);

/// At most `width` columns, the last one an ellipsis where something was cut.
std::string shorten(std::string_view text, std::size_t width);

/// The text with what could hide or turn around what is read, or move the cursor, as escapes
/// (\u202e): control characters but tab and line feed, Unicode's directions and what has no shape;
/// the same as in the web UI. Whatever a server or a payload says goes through it to a terminal.
std::string visible(std::string_view text);

/// The same as one line: line breaks and tabs are spaces.
std::string one_line(std::string_view text);

/// 1234567 -> "1,234,567"
std::string grouped(std::uint64_t number);

}  // namespace weir::cli
