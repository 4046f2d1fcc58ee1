#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::dialect {

/// A Java regular expression, translated so that RE2 (DuckDB's) and PCRE match it as Java does.
struct Regex {
  std::string pattern;
  int groups = 0;
  /// RE2 does not match it as Java does, so spark_regexp_*() matches it with PCRE: it depends on
  /// the text around a position ($ before a last line break, \b beside letters of any script, a
  /// look-around), refers back to a group, or can match the empty text.
  bool pcre = false;
  bool plain = false;  // no operator in it: it matches `text` only
  std::string text;
};

/// `find`: only whether it matches counts, so that `$` may include a last line break in the match.
enum class RegexUse { find, pieces };

/// Fails with the name of a construct that has no equivalent here: a look-behind of several
/// lengths, some classes. The message is part of a sentence.
[[nodiscard]] Result<Regex> java_regex(std::string_view pattern, RegexUse use);

/// Java's replacement ($1, \$) as RE2's (\1).
[[nodiscard]] Result<std::string> java_replacement(std::string_view replacement, int groups);

}  // namespace weir::dialect
