#include "cli/print/table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace weir::cli {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

/// The code point `text` begins with; a byte that begins none stands for itself.
CodePoint first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t bytes = lead < 0x80    ? 1
                            : lead >= 0xF0 ? 4
                            : lead >= 0xE0 ? 3
                            : lead >= 0xC0 ? 2
                                           : 1;
  if (bytes == 1 || bytes > text.size()) return {lead, 1};
  char32_t value = lead & (0xFF >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {lead, 1};
    value = (value << 6) | (byte(i) & 0x3F);
  }
  return {value, bytes};
}

struct Range {
  char32_t first, last;
};

// The blocks that matter in practice, after Unicode's East Asian Width and general categories.
constexpr std::array<Range, 7> combining{{{0x0300, 0x036F},
                                          {0x0483, 0x0489},
                                          {0x1AB0, 0x1AFF},
                                          {0x1DC0, 0x1DFF},
                                          {0x200B, 0x200F},
                                          {0x20D0, 0x20FF},
                                          {0xFE00, 0xFE0F}}};
constexpr std::array<Range, 9> wide{{{0x1100, 0x115F},
                                     {0x2E80, 0x303E},
                                     {0x3041, 0xA4CF},
                                     {0xAC00, 0xD7A3},
                                     {0xF900, 0xFAFF},
                                     {0xFE30, 0xFE4F},
                                     {0xFF00, 0xFF60},
                                     {0x1F300, 0x1FAFF},
                                     {0x20000, 0x3FFFD}}};

// As in ui/src/drawn/visible.ts: controls but tab and line feed, directions, what has no shape.
constexpr std::array<Range, 14> unseen{{{0x00, 0x08},
                                        {0x0B, 0x1F},
                                        {0x7F, 0x9F},
                                        {0xAD, 0xAD},
                                        {0x061C, 0x061C},
                                        {0x115F, 0x1160},
                                        {0x180E, 0x180E},
                                        {0x200B, 0x200F},
                                        {0x2028, 0x202E},
                                        {0x2060, 0x206F},
                                        {0x3164, 0x3164},
                                        {0xFEFF, 0xFEFF},
                                        {0xFFA0, 0xFFA0},
                                        {0xE0000, 0xE007F}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t value) {
  return std::any_of(ranges.begin(), ranges.end(), [value](const Range& range) {
    return value >= range.first && value <= range.last;
  });
}

std::size_t width_of(char32_t value) {
  if (within(combining, value)) return 0;
  return within(wide, value) ? 2 : 1;
}

void append_line(std::string& out, const TextTable& table, const std::vector<std::size_t>& widths,
                 const std::vector<std::string>& cells) {
  std::string line = table.indent;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths[i] - display_width(cells[i]), ' ');
    if (i > 0) line += "  ";
    line += table.columns[i].right ? padding + cells[i] : cells[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

/// Every line of `text` behind `indent`.
std::string indented(std::string_view text, const std::string& indent) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += indent + one_line(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint point = first_of(text);
    if (within(unseen, point.value) && (point.bytes > 1 || point.value < 0x80)) {
      char escape[12];
      std::snprintf(escape, sizeof escape, point.value > 0xFFFF ? "\\u{%x}" : "\\u%04x",
                    static_cast<unsigned>(point.value));
      out += escape;
    } else {
      out.append(text.substr(0, point.bytes));
    }
    text.remove_prefix(point.bytes);
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string line = visible(text);
  for (char& c : line)
    if (c == '\n' || c == '\t') c = ' ';
  return line;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = first_of(text);
    width += width_of(point.value);
    text.remove_prefix(point.bytes);
  }
  return width;
}

std::string shorten(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const CodePoint point = first_of(text);
    if (used + width_of(point.value) + 1 > width) break;
    used += width_of(point.value);
    out.append(text.substr(0, point.bytes));
    text.remove_prefix(point.bytes);
  }
  return out + "…";
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string render(const TextTable& table) {
  std::vector<std::vector<std::string>> lines(1);
  for (const auto& column : table.columns)
    lines[0].push_back(one_line(column.header));
  for (const auto& row : table.rows) {
    lines.emplace_back();
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      lines.back().push_back(i < row.size() ? one_line(row[i]) : "");
  }
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], display_width(line[i]));
  std::string out;
  for (const auto& line : lines)
    append_line(out, table, widths, line);
  return out;
}

std::string render_pairs(const std::vector<std::pair<std::string, std::string>>& pairs,
                         std::string_view indent) {
  TextTable table{{{"", false}, {"", false}}, {}, std::string(indent)};
  std::string blocks;
  for (const auto& [name, value] : pairs) {
    if (value.find('\n') == std::string::npos) {
      table.rows.push_back({name, value});
    } else {
      blocks += std::string(indent) + name + ":\n" + indented(value, std::string(indent) + "  ");
    }
  }
  const std::string out = render(table);
  return out.substr(out.find('\n') + 1) + blocks;  // without the line of headers
}

}  // namespace weir::cli
