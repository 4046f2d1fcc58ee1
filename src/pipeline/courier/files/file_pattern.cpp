// A pattern is cut into texts and date fields once. For a day the fields become digits, and what is
// left is a glob whose only wildcard is `*`; fnmatch is not used, since `?`, `[` and a backslash
// are ordinary characters here.
//
// Matching remembers the last star only. That is enough although no star crosses a `/`: if the text
// between two stars holds a `/`, it fits in one place at most, and if it holds none, the first
// place where it fits leaves the later star the most room.
//
// The days of a path are found by trying the numbers that stand in it, so that a path's days are
// by construction those on which it matches; another parser could differ.
#include "pipeline/courier/files/file_pattern.hpp"

#include <algorithm>
#include <array>

#include "pipeline/courier/files/file_limits.hpp"

namespace weir::courier {
namespace {

constexpr std::array<std::string_view, 4> field_words = {"yyyy", "YYYY", "MM", "dd"};
constexpr std::size_t year_digits = 4;
constexpr std::size_t month_digits = 2;

constexpr bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

constexpr bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

std::string padded(std::int64_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

Failure wrong(std::string_view text, const std::string& what) {
  return fail(Errc::bad_request, "File pattern \"" + std::string(text) + "\": " + what);
}

std::string place(std::size_t offset) {
  return "at character " + std::to_string(offset + 1);
}

/// `written` is what people typed, for the message; `path` is the same with dates as letters.
Result<void> check_path(std::string_view written, std::string_view path) {
  if (path.empty()) return wrong(written, "is empty; give the path of a file.");
  if (written.size() > limits::pattern_bytes_max)
    return wrong(
        written.substr(0, 40),
        "has more than " + std::to_string(limits::pattern_bytes_max) + " bytes; shorten it.");
  if (path.find('\0') != std::string_view::npos)
    return wrong(written, "holds a NUL, which no file's name can hold.");
  if (path.front() == '/')
    return wrong(written, "begins with \"/\"; give a path below the courier's folder.");
  if (path.back() == '/') return wrong(written, "ends with \"/\"; give the path of a file.");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty()) return wrong(written, "holds \"//\"; write one \"/\".");
    if (part == "." || part == "..")
      return wrong(written, "holds \"" + std::string(part) +
                                "\" as a folder; give a path below the courier's folder.");
    begin = end + 1;
  }
  return {};
}

/// The different numbers of `width` digits that stand somewhere in `path`, within [low, high].
std::vector<unsigned> numbers_in(std::string_view path, std::size_t width, unsigned low,
                                 unsigned high) {
  std::vector<unsigned> found;
  for (std::size_t begin = 0; begin + width <= path.size(); ++begin) {
    const std::string_view digits = path.substr(begin, width);
    if (!std::all_of(digits.begin(), digits.end(), is_digit)) continue;
    unsigned number = 0;
    for (const char one : digits)
      number = number * 10 + static_cast<unsigned>(one - '0');
    if (number >= low && number <= high) found.push_back(number);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace

Result<PathMatcher> PathMatcher::of_member(std::string_view name) {
  WEIR_CHECK(check_path(name, name));
  PathMatcher matcher;
  matcher.add(name);
  return matcher;
}

void PathMatcher::add(std::string_view text) {
  for (const char byte : text) {
    if (byte != '*')
      glyphs_.push_back(static_cast<unsigned char>(byte));
    else if (glyphs_.empty() || glyphs_.back() != star)
      glyphs_.push_back(star);
  }
}

bool PathMatcher::fits(Glyph glyph, char byte) {
  return glyph == digit ? is_digit(byte) : glyph == static_cast<unsigned char>(byte);
}

bool PathMatcher::matches(std::string_view path) const {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t at = 0;             // in path
  std::size_t next = 0;           // in glyphs_
  std::size_t after_star = none;  // the glyph behind the last star
  std::size_t star_end = 0;       // where in path that star ends
  while (at < path.size() || next < glyphs_.size()) {
    if (next < glyphs_.size() && glyphs_[next] == star) {
      after_star = ++next;
      star_end = at;
      continue;
    }
    if (next < glyphs_.size() && at < path.size() && fits(glyphs_[next], path[at])) {
      ++next;
      ++at;
      continue;
    }
    if (after_star == none || star_end >= path.size() || path[star_end] == '/') return false;
    at = ++star_end;
    next = after_star;
  }
  return true;
}

std::string PathMatcher::folder() const {
  std::string folder;
  std::size_t length = 0;
  for (const Glyph glyph : glyphs_) {
    if (glyph < 0) break;
    if (glyph == '/') length = folder.size();
    folder += static_cast<char>(glyph);
  }
  folder.resize(length);
  return folder;
}

std::vector<PathMatcher> PathMatcher::parts() const {
  std::vector<PathMatcher> parts(1);
  for (const Glyph glyph : glyphs_) {
    if (glyph == '/')
      parts.emplace_back();
    else
      parts.back().glyphs_.push_back(glyph);
  }
  return parts;
}

std::optional<std::string> PathMatcher::only_path() const {
  std::string path;
  for (const Glyph glyph : glyphs_) {
    if (glyph < 0) return std::nullopt;
    path += static_cast<char>(glyph);
  }
  return path;
}

Result<FilePattern> FilePattern::parse(std::string_view text) {
  FilePattern pattern;
  pattern.text_ = text;
  std::string path;  // the pattern with its quotes taken away
  const auto add_text = [&](char byte) {
    if (pattern.tokens_.empty() || pattern.tokens_.back().part != Part::text)
      pattern.tokens_.push_back({});
    pattern.tokens_.back().text += byte;
    path += byte;
  };
  std::optional<std::size_t> quoted_since;
  for (std::size_t at = 0; at < text.size();) {
    const char byte = text[at];
    if (byte == '\'') {
      if (at + 1 < text.size() && text[at + 1] == '\'') {
        add_text('\'');
        at += 2;
        continue;
      }
      quoted_since = quoted_since ? std::nullopt : std::optional(at);
      ++at;
      continue;
    }
    if (quoted_since || !is_letter(byte)) {
      add_text(byte);
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of(byte, at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (std::find(field_words.begin(), field_words.end(), word) == field_words.end())
      return wrong(text, "\"" + std::string(word) + "\" " + place(at) +
                             " is no part of a date: write yyyy, MM or dd, and put text in single "
                             "quotes.");
    pattern.tokens_.push_back({byte == 'M'   ? Part::month
                               : byte == 'd' ? Part::day
                                             : Part::year,
                               {}});
    path += word;
    at = end;
  }
  if (quoted_since)
    return wrong(text, "the quote " + place(*quoted_since) +
                           " has no end; a quote that is meant is written twice.");
  WEIR_CHECK(check_path(text, path));
  return pattern;
}

PathMatcher FilePattern::with(const Fields& fields) const {
  PathMatcher matcher;
  const auto add_number = [&](std::optional<unsigned> number, std::size_t width) {
    if (number)
      matcher.add(padded(*number, width));
    else
      matcher.glyphs_.insert(matcher.glyphs_.end(), width, PathMatcher::digit);
  };
  for (const Token& token : tokens_) {
    switch (token.part) {
      case Part::text:
        matcher.add(token.text);
        break;
      case Part::year:
        add_number(fields.year, year_digits);
        break;
      case Part::month:
        add_number(fields.month, month_digits);
        break;
      case Part::day:
        add_number(fields.day, 2);
        break;
    }
  }
  return matcher;
}

PathMatcher FilePattern::on(Day day) const {
  const CalendarDay date = calendar_day(day);
  // A year before 1 names no files of people's; it becomes 0000 rather than a sign in the name.
  return with({static_cast<unsigned>(std::max<std::int64_t>(date.year, 0)), date.month, date.day});
}

PathMatcher FilePattern::on_any_day() const {
  return with({});
}

bool FilePattern::has(Part part) const {
  return std::any_of(tokens_.begin(), tokens_.end(),
                     [&](const Token& token) { return token.part == part; });
}

bool FilePattern::tells_days() const {
  return has(Part::year) && has(Part::month) && has(Part::day);
}

std::vector<Day> FilePattern::days_of(std::string_view path) const {
  std::vector<Day> days;
  if (!tells_days() || !on_any_day().matches(path)) return days;
  const auto months = numbers_in(path, month_digits, 1, 12);
  const auto dates = numbers_in(path, 2, 1, 31);
  for (const unsigned year : numbers_in(path, year_digits, 1, 9999)) {
    if (!with({year, {}, {}}).matches(path)) continue;
    for (const unsigned month : months) {
      if (!with({year, month, {}}).matches(path)) continue;
      for (const unsigned date : dates)
        if (const auto day = day_of(CalendarDay{year, month, date}); day && on(*day).matches(path))
          days.push_back(*day);
    }
  }
  return days;
}

}  // namespace weir::courier
