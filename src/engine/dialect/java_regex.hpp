#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::dialect {

/// A Java regular expression as RE2, which DuckDB uses, and PCRE read it alike.
struct Regex {
  std::string pattern;
  int groups = 0;
  /// RE2 does not match it as Java does: it depends on what is around a place ($ before a last line
  /// break, \b beside letters of any script), or can match nothing at all. For spark_regexp_*(),
  /// which PCRE does.
  bool pcre = false;
  bool plain = false;  // no operator in it: it matches `text` only
  std::string text;
};

/// `find`: only whether it matches is asked, so that `$` can take a last line break into the match.
enum class RegexUse { find, pieces };

/// Fails with the construct's name that has no like here: look-around, references,
/// possessive quantifiers, some classes. The message is a part of a sentence.
[[nodiscard]] Result<Regex> java_regex(std::string_view pattern, RegexUse use);

/// Java's replacement ($1, \$) as RE2's (\1).
[[nodiscard]] Result<std::string> java_replacement(std::string_view replacement, int groups);

}  // namespace weir::dialect
