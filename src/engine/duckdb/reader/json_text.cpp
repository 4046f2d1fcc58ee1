// What simdjson leaves open is settled here once for inference and for rows: numbers beyond 64
// bits, and escapes that are half of a character.

#include "engine/duckdb/reader/json_text.hpp"

#include "base/bytes.hpp"
#include "engine/duckdb/reader/file_lines.hpp"

namespace weir::engine::duckdb {

namespace {

void skip_digits(std::string_view& text) {
  while (!text.empty() && text.front() >= '0' && text.front() <= '9')
    text.remove_prefix(1);
}

bool take_digits(std::string_view& text) {
  const std::size_t before = text.size();
  skip_digits(text);
  return text.size() < before;
}

enum class Unit { none, other, first_half, second_half };

/// The kind of escape that begins here.
Unit unit_at(std::string_view text) {
  constexpr std::size_t escape_bytes = 6;  // \uD83D
  if (text.size() < escape_bytes || text[0] != '\\' || text[1] != 'u') return Unit::none;
  int value = 0;
  for (const char c : text.substr(2, 4))
    value = value << 4 | (hex_digit(c) & 0xF);
  if (value < 0xD800 || value > 0xDFFF) return Unit::other;
  return value < 0xDC00 ? Unit::first_half : Unit::second_half;
}

}  // namespace

std::string_view without_half_pairs(std::string_view line, std::string& scratch) {
  constexpr std::string_view question_mark = "\\u003f";  // as long, so every place stays
  bool is_copied = false;
  std::size_t at = 0;
  while ((at = line.find('\\', at)) != std::string_view::npos) {
    const Unit unit = unit_at(line.substr(at));
    if (unit == Unit::none || unit == Unit::other) {
      at += 2;  // what is escaped may be a backslash
      continue;
    }
    const std::size_t behind = at + question_mark.size();
    if (unit == Unit::first_half && unit_at(line.substr(behind)) == Unit::second_half) {
      at = behind + question_mark.size();
      continue;
    }
    if (!is_copied) {
      scratch.assign(line).append(line_padding_bytes, ' ');
      is_copied = true;
    }
    scratch.replace(at, question_mark.size(), question_mark);
    at = behind;
  }
  return is_copied ? std::string_view(scratch).substr(0, line.size()) : line;
}

NumberForm number_form(std::string_view token) {
  NumberForm form = NumberForm::whole;
  if (token.starts_with('-')) token.remove_prefix(1);
  if (token.starts_with('0')) {
    token.remove_prefix(1);
  } else if (!take_digits(token)) {
    return NumberForm::none;
  }
  if (token.starts_with('.')) {
    form = NumberForm::fraction;
    token.remove_prefix(1);
    if (!take_digits(token)) return NumberForm::none;
  }
  if (token.starts_with('e') || token.starts_with('E')) {
    form = NumberForm::fraction;
    token.remove_prefix(1);
    if (token.starts_with('+') || token.starts_with('-')) token.remove_prefix(1);
    if (!take_digits(token)) return NumberForm::none;
  }
  return token.empty() ? form : NumberForm::none;
}

}  // namespace weir::engine::duckdb
