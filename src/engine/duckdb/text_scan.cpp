// A cursor over a text, for the readers of dates and numbers. Each step either takes what it wants
// or leaves the text as it was, so that readers can try one form after the other.

#include "engine/duckdb/text_scan.hpp"

#include <array>
#include <limits>
#include <utility>

namespace weir::engine::duckdb {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

constexpr int offset_hours_max = 18;
constexpr std::array<std::pair<std::string_view, int>, 11> zones{{{"UTC", 0},
                                                                  {"GMT", 0},
                                                                  {"Z", 0},
                                                                  {"EST", -5 * 60},
                                                                  {"EDT", -4 * 60},
                                                                  {"CST", -6 * 60},
                                                                  {"CDT", -5 * 60},
                                                                  {"MST", -7 * 60},
                                                                  {"MDT", -6 * 60},
                                                                  {"PST", -8 * 60},
                                                                  {"PDT", -7 * 60}}};

}  // namespace

bool TextScan::take(std::string_view text) {
  if (!rest_.starts_with(text)) return false;
  rest_.remove_prefix(text.size());
  return true;
}

std::optional<int> TextScan::digits(std::size_t least, std::size_t most) {
  constexpr int full = std::numeric_limits<int>::max() / 10;
  std::size_t count = 0;
  int value = 0;
  for (; count < most && count < rest_.size() && is_digit(rest_[count]); ++count)
    value = value < full ? value * 10 + (rest_[count] - '0') : std::numeric_limits<int>::max();
  if (count < least) return std::nullopt;
  rest_.remove_prefix(count);
  return value;
}

std::optional<int> TextScan::fraction(std::size_t most) {
  constexpr std::size_t kept = 6;
  std::size_t count = 0;
  int value = 0;
  for (; count < most && count < rest_.size() && is_digit(rest_[count]); ++count) {
    if (count < kept) value = value * 10 + (rest_[count] - '0');
  }
  if (count == 0) return std::nullopt;
  rest_.remove_prefix(count);
  for (std::size_t i = count; i < kept; ++i)
    value *= 10;
  return value;
}

std::string_view TextScan::word() {
  std::size_t count = 0;
  while (count < rest_.size() && is_letter(rest_[count]))
    ++count;
  const std::string_view found = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return found;
}

std::string_view trim(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && space(text.back()))
    text.remove_suffix(1);
  return text;
}

std::string folded(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    c = lower(c);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::optional<int> take_offset(TextScan& scan) {
  if (scan.take('Z') || scan.take('z')) return 0;
  TextScan ahead = scan;
  const bool west = ahead.peek() == '-';
  if (!ahead.take('+') && !ahead.take('-')) return std::nullopt;
  const auto hours = ahead.digits(2, 2);
  if (!hours || *hours > offset_hours_max) return std::nullopt;
  const bool colon = ahead.take(':');
  const auto minutes = ahead.digits(2, 2);
  if ((colon && !minutes) || minutes.value_or(0) > 59) return std::nullopt;
  scan = ahead;
  const int offset = *hours * 60 + minutes.value_or(0);
  return west ? -offset : offset;
}

std::optional<int> take_zone(TextScan& scan) {
  if (const auto offset = take_offset(scan)) return offset;
  TextScan ahead = scan;
  const std::string_view name = ahead.word();
  for (const auto& [known, minutes] : zones) {
    if (!equal_ignoring_case(name, known)) continue;
    scan = ahead;
    return minutes;
  }
  return std::nullopt;
}

}  // namespace weir::engine::duckdb
