// Spark finds a column, and refuses two of one name, by String.toLowerCase(Locale.ROOT): the full
// mapping, in which a sigma at the end of a word is another letter than one within. ICU has that
// very mapping; folding letter by letter would tell ΟΔΟΣ from οδος, and Unicode's own case folding
// would make one name of ones that Spark keeps apart. Almost all names are ASCII and never get to
// ICU.
//
// DuckDB compares ASCII letters only. Where the question is what DuckDB takes a name for, this is
// the wrong function.

#include "base/case_fold.hpp"

#include <algorithm>

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include "base/assert.hpp"

namespace weir {

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string unicode_lower(std::string_view name) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8ToLower("", 0, {name.data(), static_cast<std::int32_t>(name.size())}, sink,
                            nullptr, error);
  WEIR_ASSERT(U_SUCCESS(error));  // what is left to go wrong is memory
  return out;
}

}  // namespace

std::string folded_name(std::string_view name) {
  if (!is_ascii(name)) return unicode_lower(name);
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool same_name(std::string_view a, std::string_view b) {
  if (is_ascii(a) && is_ascii(b))
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
  return folded_name(a) == folded_name(b);
}

}  // namespace weir
