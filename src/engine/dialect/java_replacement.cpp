// Reads a replacement by Java's rules: a "$" takes as many digits as still name a group that is
// there, where RE2 takes one.

#include "engine/dialect/java_regex.hpp"
#include "engine/dialect/java_regex_refusal.hpp"

namespace weir::dialect {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Result<std::string> java_replacement(std::string_view replacement, int groups) {
  std::string out;
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    if (c != '\\' && c != '$') {
      out += c;
      continue;
    }
    if (++i == replacement.size()) return refuse(std::string("ends with \"") + c + "\"");
    if (c == '\\') {
      out += replacement[i] == '\\' ? "\\\\" : std::string(1, replacement[i]);
      continue;
    }
    if (!is_digit(replacement[i])) return refuse("has a \"$\" without the number of a group");
    int group = replacement[i] - '0';
    while (i + 1 < replacement.size() && is_digit(replacement[i + 1]) &&
           group * 10 + (replacement[i + 1] - '0') <= groups) {
      group = group * 10 + (replacement[++i] - '0');
    }
    if (group > groups)
      return refuse("names group " + std::to_string(group) + ", which is not there");
    if (group > 9) return refuse("names a group above 9");
    out += "\\" + std::to_string(group);
  }
  return out;
}

}  // namespace weir::dialect
