#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "engine/dialect/java_regex.hpp"
#include "engine/spark/binary_text.hpp"
#include "engine/spark/regex.hpp"

/// The first line is a Java regular expression and what replaces its matches, parted by a TAB; the
/// rest is a text. An expression that is translated compiles, and matching ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A query is UTF-8, and so are its patterns.
  const std::string utf8 =
      weir::spark::utf8_from_bytes({reinterpret_cast<const char*>(data), size});
  const std::string_view input = utf8;
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view first = input.substr(0, line);
  const std::size_t tab = std::min(first.find('\t'), first.size());
  const std::string_view text = line < input.size() ? input.substr(line + 1) : std::string_view();
  for (const auto use : {weir::dialect::RegexUse::find, weir::dialect::RegexUse::pieces}) {
    const auto regex = weir::dialect::java_regex(first.substr(0, tab), use);
    if (!regex) continue;
    const auto compiled = weir::spark::Regex::compile(regex->pattern);
    WEIR_ASSERT(compiled);
    const auto found = compiled->found_in(text);
    const auto all = compiled->extracted_all(text, 0);
    if (found && all) WEIR_ASSERT(*found == !all->empty());
    const auto pieces = compiled->split(text, -1);
    if (pieces) WEIR_ASSERT(!pieces->empty());
    if (tab == first.size()) continue;
    const auto replacement = weir::dialect::java_replacement(first.substr(tab + 1), regex->groups);
    if (replacement) static_cast<void>(compiled->replaced(text, *replacement));
  }
  return 0;
}
