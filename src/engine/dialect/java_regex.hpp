#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::dialect {

/// Where a `$` stands in an expression. Java's also matches before a last line break, RE2's not.
enum class Dollar {
  none,
  after_blanks,  // behind a greedy \s+ or \s*, which takes the line break itself
  elsewhere,
};

/// A Java regular expression as RE2, which DuckDB uses, reads it.
struct Regex {
  std::string re2;
  int groups = 0;
  bool may_be_empty = false;  // it can match nothing at all
  Dollar dollar = Dollar::none;
  bool plain = false;  // no operator in it: it matches `text` only
  std::string text;
};

/// `find`: only whether it matches is asked, so that `$` can be written out in full. Else `$` means
/// the very end and the caller deals with text that ends in a line break (see Regex::dollar).
enum class RegexUse { find, pieces };

/// Fails with the construct's name where RE2 has none or another meaning: look-around, references,
/// possessive quantifiers, some classes. The message is a part of a sentence.
[[nodiscard]] Result<Regex> java_regex(std::string_view pattern, RegexUse use);

/// Java's replacement ($1, \$) as RE2's (\1).
[[nodiscard]] Result<std::string> java_replacement(std::string_view replacement, int groups);

}  // namespace weir::dialect
