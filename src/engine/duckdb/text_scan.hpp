#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::engine::duckdb {

/// Parses pieces off the front of a text; a piece that does not fit leaves the text unchanged.
class TextScan {
 public:
  explicit TextScan(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  std::string_view rest() const { return rest_; }

  bool take(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view text);
  /// Reads up to `most` digits as a number; nullopt for fewer than `least`. A number too large for
  /// int becomes the largest int.
  std::optional<int> digits(std::size_t least, std::size_t most);
  /// Digits of a fraction, as microseconds; those behind the sixth are dropped.
  std::optional<int> fraction(std::size_t most);
  /// Reads letters up to the first other character.
  std::string_view word();

 private:
  std::string_view rest_;
};

std::string_view trim(std::string_view text);
/// ASCII letters in lower case: how DuckDB compares names. Names of data are compared by
/// base/case_fold.hpp.
std::string folded(std::string_view name);
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Minutes east of UTC: Z, +hh, +hhmm, +hh:mm.
std::optional<int> take_offset(TextScan& scan);
/// The same, or a name: UTC, GMT, and those of North America as Java reads them (EST, PDT, ...).
std::optional<int> take_zone(TextScan& scan);

}  // namespace weir::engine::duckdb
