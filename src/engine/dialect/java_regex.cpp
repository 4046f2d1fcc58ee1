// Reads the pattern once, by Java's grammar, and writes what RE2 and PCRE read alike. A rewriting
// rather than an engine of our own: both engines are kept by others, and what neither can do is
// refused by name.

#include "engine/dialect/java_regex.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "engine/dialect/java_regex_class.hpp"
#include "engine/dialect/java_regex_refusal.hpp"
#include "engine/spark/regex.hpp"

namespace weir::dialect {

namespace {

constexpr int nesting_max = 50;
constexpr int repeat_max = 1000;  // RE2's own
constexpr std::string_view line_break_end = R"((?:\r\n|[\n\r\x{85}\x{2028}\x{2029}])?\z)";
// Before a last line break or at the very end, but not within \r\n.
constexpr std::string_view before_line_break =
    R"((?=(?:\r\n|(?<!\r)\n|[\r\x{85}\x{2028}\x{2029}])?\z))";
// (?m): behind a line break but not at the very end, and before one.
constexpr std::string_view line_begin =
    R"((?!\z)(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n)))";
constexpr std::string_view line_end = R"((?:\z|(?=[\r\x{85}\x{2028}\x{2029}])|(?<!\r)(?=\n)))";
// Java's \b knows the letters and digits of all scripts, while its \w does not.
constexpr std::string_view word_edge = R"((?:(?<=[\p{L}\p{Nd}\p{Mn}_])(?![\p{L}\p{Nd}\p{Mn}_])|)"
                                       R"((?<![\p{L}\p{Nd}\p{Mn}_])(?=[\p{L}\p{Nd}\p{Mn}_])))";
constexpr std::string_view no_word_edge = R"((?:(?<=[\p{L}\p{Nd}\p{Mn}_])(?=[\p{L}\p{Nd}\p{Mn}_])|)"
                                          R"((?<![\p{L}\p{Nd}\p{Mn}_])(?![\p{L}\p{Nd}\p{Mn}_])))";
constexpr std::string_view not_line_break = R"([^\n\r\x{85}\x{2028}\x{2029}])";
constexpr std::string_view horizontal =
    R"( \t\x{A0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000})";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char other_case(char letter) {
  return static_cast<char>(letter ^ ('a' ^ 'A'));
}

// As RE2 and PCRE write it.
std::string written(unsigned code) {
  std::array<char, 12> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), code, 16).ptr;
  return "\\x{" + std::string(text.data(), end) + "}";
}

struct Flags {
  bool ignore_case = false;
  bool dot_all = false;
  bool lines = false;  // (?m)
};

class Reader {
 public:
  Reader(std::string_view pattern, RegexUse use) : pattern_(pattern), use_(use) {}

  Result<Regex> run() {
    regex_.plain = true;
    WEIR_TRY(const bool may_be_empty, alternatives(Flags{}, 0));
    if (may_be_empty && use_ == RegexUse::pieces) regex_.pcre = true;
    if (at_ < pattern_.size()) return refuse("has a \")\" without its \"(\"");
    return std::move(regex_);
  }

 private:
  struct Atom {
    bool empty = false;
    bool repeatable = true;
  };

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool sees(std::string_view text) const {
    return pattern_.substr(at_).starts_with(text);
  }
  bool take(std::string_view text) {
    if (!sees(text)) return false;
    at_ += text.size();
    return true;
  }
  void emit(std::string_view text) { regex_.pattern += text; }

  /// One character, as itself. Java's (?i) is about ASCII letters only, where that of RE2 and PCRE
  /// takes the Kelvin sign for a k, so both cases are written out.
  void literal(Flags flags) {
    const char c = peek();
    const bool either = flags.ignore_case && is_letter(c);
    if (either) {
      regex_.plain = false;
      regex_.pattern += {'[', c, other_case(c), ']'};
    } else {
      literal_byte(c);
    }
    regex_.text += c;
    ++at_;
    while ((static_cast<unsigned char>(peek()) & 0xC0) == 0x80) {
      regex_.pattern += peek();
      regex_.text += peek();
      ++at_;
    }
  }
  void literal_byte(char c) {
    if (std::string_view("\\.+*?()|[]{}^$-").find(c) != std::string_view::npos) emit("\\");
    regex_.pattern += c;
  }

  Result<bool> alternatives(Flags flags, int depth);
  Result<bool> sequence(Flags& flags, int depth);
  Result<Atom> atom(Flags& flags, int depth);
  Result<Atom> group(Flags& flags, int depth);
  Result<std::optional<Flags>> group_flags(Flags flags);
  Result<Atom> escape(Flags flags);
  Result<Atom> back_reference(Flags flags);
  Result<bool> quantifier(const Atom& atom);
  Result<void> bounds(bool& zero);
  Result<void> bracket(Flags flags);
  struct Classes {
    bool blank = false;
    bool not_blank = false;
  };
  Result<std::optional<unsigned>> bracket_member(Classes& classes, Flags flags);
  Result<std::optional<unsigned>> bracket_escape(Classes& classes, Flags flags);
  Result<unsigned> code_point();
  Result<std::string> property(bool negated, bool bracketed, Flags flags);
  void dollar(Flags flags);

  std::string_view pattern_;
  RegexUse use_;
  std::size_t at_ = 0;
  std::vector<std::pair<std::string_view, int>> names_;  // of groups
  Regex regex_;
};

Result<bool> Reader::alternatives(Flags flags, int depth) {
  if (depth > nesting_max) return refuse("nests more than 50 groups");
  bool empty = false;
  do {
    WEIR_TRY(const bool branch, sequence(flags, depth));
    empty = empty || branch;
    if (!sees("|")) return empty;
    regex_.plain = false;
    emit("|");
    ++at_;
  } while (true);
}

Result<bool> Reader::sequence(Flags& flags, int depth) {
  bool empty = true;
  while (at_ < pattern_.size() && peek() != '|' && peek() != ')') {
    WEIR_TRY(const Atom found, atom(flags, depth));
    WEIR_TRY(const bool optional, quantifier(found));
    empty = empty && (found.empty || optional);
  }
  return empty;
}

void Reader::dollar(Flags flags) {
  if (flags.lines) {
    regex_.pcre = true;
    emit(line_end);
    return;
  }
  if (use_ == RegexUse::pieces) regex_.pcre = true;
  emit(use_ == RegexUse::pieces ? before_line_break : line_break_end);
}

Result<Reader::Atom> Reader::atom(Flags& flags, int depth) {
  const char c = peek();
  if (c == '\\') return escape(flags);
  if (c == '(') {
    regex_.plain = false;
    return group(flags, depth);
  }
  if (std::string_view("*+?{").find(c) != std::string_view::npos) {
    return refuse(std::string("has a \"") + c + "\" with nothing to repeat before it");
  }
  if (c == '.' || c == '^' || c == '$' || c == '[') regex_.plain = false;
  if (c == '.') {
    ++at_;
    emit(flags.dot_all ? "(?s:.)" : not_line_break);
    return Atom{};
  }
  if (c == '^') {
    ++at_;
    if (flags.lines) regex_.pcre = true;
    emit(flags.lines ? line_begin : "\\A");
    return Atom{true, false};
  }
  if (c == '$') {
    ++at_;
    dollar(flags);
    return Atom{true, false};
  }
  if (c == '[') {
    WEIR_CHECK(bracket(flags));
    return Atom{};
  }
  literal(flags);
  return Atom{};
}

Result<bool> Reader::quantifier(const Atom& atom) {
  const char c = peek();
  if (c != '*' && c != '+' && c != '?' && c != '{') return false;
  if (!atom.repeatable) return refuse("repeats a position such as ^ or $");
  regex_.plain = false;
  bool zero = c != '+';
  if (c == '{') {
    WEIR_CHECK(bounds(zero));
  } else {
    regex_.pattern += c;
    ++at_;
  }
  if (take("?")) {
    emit("?");
  } else if (take("+")) {  // possessive: gives nothing back
    regex_.pcre = true;
    emit("+");
  } else if (peek() == '*' || peek() == '{') {
    return refuse("has two quantifiers in a row");
  }
  return zero;
}

Result<void> Reader::bounds(bool& zero) {
  const std::size_t end = pattern_.find('}', at_);
  const std::string_view inside =
      end == std::string_view::npos ? "" : pattern_.substr(at_ + 1, end - at_ - 1);
  int low = -1;
  int high = -1;
  const char* last = inside.data() + inside.size();
  auto read = std::from_chars(inside.data(), last, low);
  bool good = read.ec == std::errc{} && low >= 0;
  if (good && read.ptr != last) {
    good = *read.ptr == ',';
    if (good && read.ptr + 1 != last) {
      read = std::from_chars(read.ptr + 1, last, high);
      good = read.ec == std::errc{} && read.ptr == last && high >= low;
    }
  }
  if (!good) return refuse("has a \"{\" that begins no count; write \\\\{ for the character");
  if (low > repeat_max || high > repeat_max) return refuse("repeats more than 1000 times");
  zero = low == 0;
  emit(pattern_.substr(at_, end + 1 - at_));
  at_ = end + 1;
  return {};
}

Result<std::optional<Flags>> Reader::group_flags(Flags flags) {
  std::size_t end = at_;
  bool on = true;
  for (;; ++end) {
    const char c = end < pattern_.size() ? pattern_[end] : '\0';
    if (c == '-') {
      on = false;
    } else if (c == 'i') {
      flags.ignore_case = on;
    } else if (c == 's') {
      flags.dot_all = on;
    } else if (c == 'm') {
      flags.lines = on;
    } else if (c == ')' || c == ':') {
      break;
    } else {
      return refuse("has the group (?" + std::string(1, c));
    }
  }
  at_ = end;
  return std::optional<Flags>(flags);
}

Result<Reader::Atom> Reader::group(Flags& flags, int depth) {
  ++at_;
  Flags inner = flags;
  bool around = false;  // it looks around, and takes nothing
  if (!take("?")) {
    ++regex_.groups;
    emit("(");
  } else if (sees("=") || sees("!") || sees(">") || sees("<=") || sees("<!")) {
    around = !sees(">");
    regex_.pcre = true;
    emit("(?");
    const std::size_t size = sees("<") ? 2 : 1;
    emit(pattern_.substr(at_, size));
    at_ += size;
  } else if (take("<")) {
    const std::size_t end = pattern_.find('>', at_);
    if (end == std::string_view::npos) return refuse("has a group whose name does not end");
    ++regex_.groups;
    names_.emplace_back(pattern_.substr(at_, end - at_), regex_.groups);
    at_ = end + 1;
    emit("(");
  } else {
    WEIR_TRY(const std::optional<Flags> read, group_flags(flags));
    inner = *read;
    const bool rest = peek() == ')';
    ++at_;
    if (rest) {  // (?i): for what follows in this group
      flags = inner;
      return Atom{true, false};
    }
    emit("(?:");
  }
  WEIR_TRY(const bool empty, alternatives(inner, depth + 1));
  if (!take(")")) return refuse("has a \"(\" without its \")\"");
  emit(")");
  return Atom{empty || around, !around};
}

// \1, or \k<name>; the place is behind the backslash. Java takes as many digits as make a group.
Result<Reader::Atom> Reader::back_reference(Flags flags) {
  int group = 0;
  if (take("k<")) {
    const std::size_t end = std::min(pattern_.find('>', at_), pattern_.size());
    const std::string_view name = pattern_.substr(at_, end - at_);
    for (const auto& [known, number] : names_) {
      if (known == name) group = number;
    }
    if (group == 0 || end == pattern_.size())
      return refuse("refers to the group " + std::string(name) + ", which is not before it");
    at_ = end + 1;
  } else {
    do {
      group = group * 10 + (peek() - '0');
      ++at_;
    } while (is_digit(peek()) && group * 10 + (peek() - '0') <= regex_.groups);
    if (group > regex_.groups)
      return refuse("refers to group " + std::to_string(group) + ", which is not before it");
  }
  if (flags.ignore_case) return refuse("ignores case in a reference back to a group");
  regex_.pcre = true;
  emit("\\g{" + std::to_string(group) + "}");
  return Atom{true, true};
}

// \x41, \x{1F600}, \u00e9 and \0101; the place is behind the backslash.
Result<unsigned> Reader::code_point() {
  std::string_view digits;
  int base = 16;
  if (take("x{")) {
    const std::size_t end = pattern_.find('}', at_);
    if (end == std::string_view::npos) return refuse("has an \\x{ that does not end");
    digits = pattern_.substr(at_, end - at_);
    at_ = end + 1;
  } else if (take("x")) {
    digits = pattern_.substr(at_, 2);
    at_ += digits.size();
  } else if (take("u")) {
    digits = pattern_.substr(at_, 4);
    at_ += digits.size();
  } else {
    ++at_;  // the 0 of an octal number
    base = 8;
    std::size_t length = 0;
    while (length < 3 && peek(length) >= '0' && peek(length) <= '7')
      ++length;
    digits = pattern_.substr(at_, length);
    at_ += length;
  }
  unsigned value = 0;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value, base);
  const bool surrogate = value >= 0xD800 && value < 0xE000;
  if (digits.empty() || read.ec != std::errc{} || read.ptr != end || value > 0x10FFFF ||
      surrogate) {
    return refuse("has a character code that is none");
  }
  return value;
}

Result<std::string> Reader::property(bool negated, bool bracketed, Flags flags) {
  std::string_view name = pattern_.substr(at_, 1);
  ++at_;
  if (name == "{") {
    const std::size_t end = pattern_.find('}', at_);
    if (end == std::string_view::npos) return refuse("has a \\p{ that does not end");
    name = pattern_.substr(at_, end - at_);
    at_ = end + 1;
  }
  // Ignoring case, a small letter is any letter.
  if (flags.ignore_case && (name == "Lu" || name == "Ll" || name == "Lt"))
    return refuse("ignores case with \\p{" + std::string(name) + "}");
  if (flags.ignore_case && (name == "Lower" || name == "Upper")) name = "Alpha";
  if (auto written = posix_class(name, negated))
    return bracketed ? *std::move(written) : "[" + *std::move(written) + "]";
  if (name == "IsAlphabetic") regex_.pcre = true;
  if (auto written = unicode_class(name, negated)) return *std::move(written);
  return refuse("has the class \\p{" + std::string(name.substr(0, 30)) + "}");
}

Result<Reader::Atom> Reader::escape(Flags flags) {
  ++at_;
  const char c = peek();
  if (at_ >= pattern_.size()) return refuse("ends with a backslash");
  if (!is_letter(c) && !is_digit(c)) {
    literal(flags);
    return Atom{};
  }
  if (c == 'Q') {
    const std::size_t end = std::min(pattern_.find("\\E", at_), pattern_.size());
    ++at_;
    const bool nothing = at_ >= end;
    while (at_ < end)
      literal(flags);
    take("\\E");
    return Atom{nothing, false};
  }
  regex_.plain = false;
  if (c == 'x' || c == 'u' || c == '0') {
    WEIR_TRY(const unsigned code, code_point());
    const bool either = flags.ignore_case && code < 0x80 && is_letter(static_cast<char>(code));
    if (either) emit("[");
    emit(written(code));
    if (either) {
      regex_.pattern += other_case(static_cast<char>(code));
      emit("]");
    }
    return Atom{};
  }
  if (is_digit(c) || sees("k<")) return back_reference(flags);
  ++at_;
  if (std::string_view("dDwWtnrfa").find(c) != std::string_view::npos) {
    emit("\\");
    regex_.pattern += c;
    return Atom{};
  }
  switch (c) {
    case 's':
      emit(R"([\t\n\x0B\f\r ])");
      return Atom{};
    case 'S':
      emit(R"([^\t\n\x0B\f\r ])");
      return Atom{};
    case 'h':
      emit("[");
      emit(horizontal);
      emit("]");
      return Atom{};
    case 'R':
      emit(R"((?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}]))");
      return Atom{};
    case 'e':
      emit("\\x1B");
      return Atom{};
    case 'b':
    case 'B':
      regex_.pcre = true;
      emit(c == 'b' ? word_edge : no_word_edge);
      return Atom{true, false};
    case 'A':
    case 'z':
      emit("\\");
      regex_.pattern += c;
      return Atom{true, false};
    case 'p':
    case 'P': {
      WEIR_TRY(const std::string text, property(c == 'P', false, flags));
      emit(text);
      return Atom{};
    }
    default:
      break;
  }
  return refuse("has \\" + std::string(1, c));
}

// The letters of a range in the other case: X to c is x to z and A to C as well.
std::string other_cases(unsigned first, unsigned last) {
  std::string out;
  const auto overlap = [&](unsigned low, unsigned high) {
    const unsigned from = std::max(first, low);
    const unsigned to = std::min(last, high);
    if (from > to) return;
    out += {other_case(static_cast<char>(from)), '-', other_case(static_cast<char>(to))};
  };
  overlap('a', 'z');
  overlap('A', 'Z');
  return out;
}

Result<void> Reader::bracket(Flags flags) {
  ++at_;
  emit("[");
  if (take("^")) emit("^");
  if (peek() == ']') return refuse("has an empty []");
  Classes classes;
  while (at_ < pattern_.size() && peek() != ']') {
    if (sees("&&")) return refuse("has && inside []");
    WEIR_TRY(const std::optional<unsigned> first, bracket_member(classes, flags));
    std::optional<unsigned> last = first;
    if (first && peek() == '-' && peek(1) != ']' && at_ + 1 < pattern_.size()) {
      emit("-");
      ++at_;
      WEIR_TRY(last, bracket_member(classes, flags));
      if (!last) return refuse("has a range inside [] that ends in a class");
      if (*last < *first) return refuse("has a range inside [] that ends before it begins");
    }
    if (first && flags.ignore_case) emit(other_cases(*first, *last));
  }
  if (!take("]")) return refuse("has a \"[\" without its \"]\"");
  if (classes.not_blank && !classes.blank) return refuse("has \\S inside []");
  emit("]");
  return {};
}

/// One character, whose code it gives, or one class.
Result<std::optional<unsigned>> Reader::bracket_member(Classes& classes, Flags flags) {
  const char c = peek();
  if (c == '\\') return bracket_escape(classes, flags);
  if (c == '[') return refuse("has a \"[\" inside []; write \\\\[ for the character");
  const bool ascii = static_cast<unsigned char>(c) < 0x80;
  literal(Flags{});
  // Ignoring case asks whether it lies beyond ASCII letters, and no more.
  return std::optional(ascii ? static_cast<unsigned>(c) : 0x10FFFFU);
}

Result<std::optional<unsigned>> Reader::bracket_escape(Classes& classes, Flags flags) {
  ++at_;
  const char c = peek();
  if (at_ >= pattern_.size()) return refuse("ends with a backslash");
  if (!is_letter(c) && !is_digit(c)) {
    literal(Flags{});
    return std::optional(static_cast<unsigned char>(c) < 0x80 ? static_cast<unsigned>(c)
                                                              : 0x10FFFFU);
  }
  if (c == 'x' || c == 'u' || c == '0') {
    WEIR_TRY(const unsigned code, code_point());
    emit(written(code));
    return std::optional(code);
  }
  ++at_;
  if (c == 'p' || c == 'P') {
    WEIR_TRY(const std::string text, property(c == 'P', true, flags));
    emit(text);
    return std::optional<unsigned>();
  }
  if (c == 's') {
    emit(R"(\t\n\x0B\f\r )");
    classes.blank = true;
    return std::optional<unsigned>();
  }
  if (c == 'h') {
    emit(horizontal);
    return std::optional<unsigned>();
  }
  if (std::string_view("dDwWStnrfa").find(c) == std::string_view::npos) {
    return refuse("has \\" + std::string(1, c) + " inside []");
  }
  classes.not_blank = classes.not_blank || c == 'S';
  emit("\\");
  regex_.pattern += c;
  return std::optional<unsigned>();
}

}  // namespace

Result<Regex> java_regex(std::string_view pattern, RegexUse use) {
  WEIR_TRY(Regex regex, Reader(pattern, use).run());
  if (regex.pcre && !spark::Regex::compile(regex.pattern))
    return refuse("looks behind for texts of several lengths");
  return regex;
}

}  // namespace weir::dialect
