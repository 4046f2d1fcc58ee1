// Names of Java's that RE2 knows by another, and categories of Unicode that it knows by the same. A
// name that is in neither list is refused rather than passed on: RE2 may mean other characters by
// it.

#include "engine/dialect/java_regex_class.hpp"

namespace weir::dialect {
namespace {

struct Property {
  std::string_view java;
  std::string_view re2;  // inside brackets
  std::string_view not_re2;
};
constexpr Property properties[] = {
    {"Lower", "[:lower:]", "[:^lower:]"},    {"Upper", "[:upper:]", "[:^upper:]"},
    {"ASCII", "[:ascii:]", "[:^ascii:]"},    {"Alpha", "[:alpha:]", "[:^alpha:]"},
    {"Digit", "[:digit:]", "[:^digit:]"},    {"Alnum", "[:alnum:]", "[:^alnum:]"},
    {"Punct", "[:punct:]", "[:^punct:]"},    {"Graph", "[:graph:]", "[:^graph:]"},
    {"Blank", "[:blank:]", "[:^blank:]"},    {"Cntrl", "[:cntrl:]", "[:^cntrl:]"},
    {"XDigit", "[:xdigit:]", "[:^xdigit:]"}, {"Space", "[:space:]", "[:^space:]"}};

// Of Unicode, by their short names in both.
constexpr std::string_view categories =
    " L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi "
    "Pf Po S Sm Sc Sk So Z Zs Zl Zp ";

}  // namespace

std::optional<std::string> posix_class(std::string_view name, bool negated) {
  for (const Property& entry : properties)
    if (entry.java == name) return std::string(negated ? entry.not_re2 : entry.re2);
  return std::nullopt;
}

std::optional<std::string> unicode_class(std::string_view name, bool negated) {
  const auto written = [negated](std::string_view known) {
    return (negated ? "\\P{" : "\\p{") + std::string(known) + "}";
  };
  if (name == "IsAlphabetic") return written("Alphabetic");
  if (name.starts_with("Is") && name.size() <= 4) name.remove_prefix(2);
  if (!name.empty() && categories.find(" " + std::string(name) + " ") != std::string_view::npos)
    return written(name);
  return std::nullopt;
}

}  // namespace weir::dialect
