#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

/// File patterns of file couriers: which files of a folder, or of a prefix of the store, belong to
/// a day (spec/couriers.md 5)? Paths are relative, their parts separated by `/`, and compared byte
/// by byte. All of it is pure, and any thread may use it.
namespace weir::courier {

/// What a path has to look like: bytes, `*` for any number of bytes but `/`, and places for a
/// digit.
class PathMatcher {
 public:
  /// The name of an archive's member: everything but `*` stands for itself. The errors are those of
  /// FilePattern::parse that apply.
  static Result<PathMatcher> of_member(std::string_view name);

  /// Takes time in proportion to the product of both lengths at most.
  bool matches(std::string_view path) const;

  /// The folder that holds every path that matches, or a folder above: what stands before the last
  /// `/` that no `*` and no digit precedes. Without a trailing `/`; empty for the root.
  std::string folder() const;
  /// The matchers of the path's parts, from the root down: a path matches if it has as many parts
  /// and each matches its own.
  std::vector<PathMatcher> parts() const;
  /// The only path that matches, where there is but one.
  std::optional<std::string> only_path() const;

 private:
  friend class FilePattern;
  /// A byte as 0 to 255, or one of these two.
  using Glyph = std::int16_t;
  static constexpr Glyph star = -1;
  static constexpr Glyph digit = -2;

  void add(std::string_view text);
  static bool fits(Glyph glyph, char byte);

  std::vector<Glyph> glyphs_;
};

class FilePattern {
 public:
  /// bad_request, with the place in the pattern, when a letter outside quotes is not of `yyyy`,
  /// `YYYY`, `MM` or `dd`, or a quote has no end; and when no path can match or a match could lie
  /// outside the folder: an empty pattern, one that begins or ends with `/`, a part that is empty,
  /// `.` or `..`, a NUL, or more bytes than limits::pattern_bytes_max.
  static Result<FilePattern> parse(std::string_view text);

  /// As it was written.
  const std::string& text() const { return text_; }

  /// The paths of one day.
  PathMatcher on(Day day) const;
  /// The paths of all days, and some that belong to none, such as month 13.
  PathMatcher on_any_day() const;

  /// Whether the pattern says year, month and day, so that a path tells its days.
  bool tells_days() const;
  /// The days on which `path` matches, in order; usually one. Several where stars leave it open
  /// which digits are meant. Only years 0001 to 9999 are found. Empty unless tells_days().
  std::vector<Day> days_of(std::string_view path) const;

 private:
  enum class Part : std::uint8_t { text, year, month, day };
  struct Token {
    Part part = Part::text;
    std::string text;  // of Part::text; holds `*`
  };
  struct Fields {
    std::optional<unsigned> year, month, day;  // nullopt: any digits
  };

  PathMatcher with(const Fields& fields) const;
  bool has(Part part) const;

  std::string text_;
  std::vector<Token> tokens_;
};

}  // namespace weir::courier
