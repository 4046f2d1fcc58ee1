// Texts of ASCII, which most are, are changed byte by byte; of the others ICU knows the rules that
// Java follows (Unicode's SpecialCasing), which a mapping of single characters cannot follow.

#include "engine/spark/letters.hpp"

#include <algorithm>
#include <limits>

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace weir::spark {

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

icu::UnicodeString wide(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::int64_t characters_in(std::string_view text) {
  return std::count_if(text.begin(), text.end(), begins_character);
}

/// Where the character of that number (from 0) begins; the end where there are fewer.
std::size_t byte_of(std::string_view text, std::int64_t number) {
  if (number >= static_cast<std::int64_t>(text.size())) return text.size();
  std::size_t at = 0;
  for (; number > 0 && at < text.size(); --number) {
    ++at;
    while (at < text.size() && !begins_character(text[at]))
      ++at;
  }
  return at;
}

/// The characters from one number up to another.
std::string_view between(std::string_view text, std::int64_t begin, std::int64_t end) {
  if (end <= std::max<std::int64_t>(begin, 0)) return text.substr(0, 0);
  text.remove_prefix(byte_of(text, begin));
  return text.substr(0, byte_of(text, end - std::max<std::int64_t>(begin, 0)));
}

}  // namespace

std::string upper_letters(std::string_view text) {
  if (!is_ascii(text)) return utf8(wide(text).toUpper(icu::Locale::getRoot()));
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_upper);
  return out;
}

std::string lower_letters(std::string_view text) {
  if (!is_ascii(text)) return utf8(wide(text).toLower(icu::Locale::getRoot()));
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
  return out;
}

std::string title_letters(std::string_view text) {
  if (is_ascii(text)) {
    std::string out = lower_letters(text);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (i == 0 || out[i - 1] == ' ') out[i] = ascii_upper(out[i]);
    }
    return out;
  }
  // A UTF-16 unit at a time, as Spark does: what lies beyond 16 bits stays as it is.
  icu::UnicodeString out = wide(text).toLower(icu::Locale::getRoot());
  for (std::int32_t i = 0; i < out.length(); ++i) {
    if (i == 0 || out[i - 1] == u' ')
      out.setCharAt(i, static_cast<char16_t>(u_totitle(static_cast<UChar32>(out[i]))));
  }
  return utf8(out);
}

std::string_view sub_text(std::string_view text, std::int32_t position, std::int32_t count) {
  std::int64_t begin = 0;
  if (position > 0) begin = std::int64_t{position} - 1;
  if (position < 0) begin = characters_in(text) + position;
  return between(text, begin, begin + count);
}

std::string_view first_letters(std::string_view text, std::int32_t count) {
  return between(text, 0, count);
}

std::string_view last_letters(std::string_view text, std::int32_t count) {
  if (count <= 0) return text.substr(0, 0);
  const std::int64_t all = characters_in(text);
  return between(text, std::max<std::int64_t>(all - count, 0), all);
}

std::int32_t place_of(std::string_view part, std::string_view text, std::int32_t from) {
  if (from < 1) return 0;
  if (part.empty()) return 1;
  const std::size_t begin = byte_of(text, std::int64_t{from} - 1);
  const std::size_t at = text.find(part, begin);
  if (at == std::string_view::npos) return 0;
  return static_cast<std::int32_t>(from + characters_in(text.substr(begin, at - begin)));
}

}  // namespace weir::spark
