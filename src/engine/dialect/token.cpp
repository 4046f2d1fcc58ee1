// A lexer of our own that splits the text as Spark's does. DuckDB's tokenizer reads quotes,
// comments and numbers by other rules.

#include "engine/dialect/token.hpp"

#include <array>
#include <cctype>

#include "base/result.hpp"

namespace weir::dialect {

namespace {

constexpr std::size_t query_bytes_max = std::size_t{1} << 20;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// Longest first, so that the first that fits is the one meant.
constexpr std::array<std::string_view, 34> symbols = {"<=>", "<=", ">=", "<>", "!=", "==", "||",
                                                      "!<",  "!>", "->", "=>", "::", "=",  "<",
                                                      ">",   "+",  "-",  "*",  "/",  "%",  "(",
                                                      ")",   "[",  "]",  ",",  ".",  "&",  "|",
                                                      "^",   "~",  "!",  ":",  "?",  ";"};

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  Result<std::vector<Token>> run() {
    for (;;) {
      WEIR_CHECK(skip_blanks());
      start_ = here_;
      if (at_ >= sql_.size()) break;
      WEIR_CHECK(next());
    }
    add(TokenKind::end, "");
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool sees(std::string_view text) const {
    return sql_.substr(at_).starts_with(text);
  }

  void advance(std::size_t bytes = 1) {
    for (; bytes > 0 && at_ < sql_.size(); --bytes, ++at_) {
      const auto c = static_cast<unsigned char>(sql_[at_]);
      if (c == '\n') {
        ++here_.line;
        here_.column = 1;
      } else if ((c & 0xC0) != 0x80) {
        ++here_.column;
      }
    }
  }

  void add(TokenKind kind, std::string text) {
    Token token{kind, std::move(text), {}, start_};
    if (kind == TokenKind::word) {
      for (char c : token.text) {
        token.upper += upper(c);
      }
    }
    tokens_.push_back(std::move(token));
  }

  Result<void> skip_blanks() {
    for (;;) {
      const char c = peek();
      if (at_ < sql_.size() && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
        advance();
      } else if (sees("--")) {
        skip_line();
      } else if (sees("/*") && !sees("/*+")) {
        WEIR_CHECK(skip_block());
      } else {
        return {};
      }
    }
  }

  // A backslash before the end of the line continues the comment, as in Spark.
  void skip_line() {
    while (at_ < sql_.size() && peek() != '\n') {
      advance(sees("\\\n") ? 2 : 1);
    }
  }

  Result<void> skip_block() {
    start_ = here_;
    advance(2);
    int depth = 1;
    while (at_ < sql_.size()) {
      if (sees("*/")) {
        advance(2);
        if (--depth == 0) return {};
      } else if (sees("/*")) {
        advance(2);
        ++depth;
      } else {
        advance();
      }
    }
    return fail_at(start_, "the comment that begins with /* is not closed; add */");
  }

  Result<void> next() {
    const char c = peek();
    if (c == '\'' || c == '"') return text_literal(false);
    if ((c == 'r' || c == 'R') && (peek(1) == '\'' || peek(1) == '"')) {
      advance();
      return text_literal(true);
    }
    if (c == '`') return backtick();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)) && !after_operand())) return number();
    if (is_word(c)) {
      word();
      return {};
    }
    if (sees("/*+")) return hint();
    for (std::string_view symbol : symbols) {
      if (sees(symbol)) {
        advance(symbol.size());
        add(TokenKind::symbol, std::string(symbol));
        return {};
      }
    }
    return fail_at(start_, "the character '" + character() +
                               "' is not part of Spark SQL; names with such characters are "
                               "written in backticks");
  }

  // `t.1` is a field of t in Spark's lexer only when written t.`1`; `a .5` would be two operands.
  [[nodiscard]] bool after_operand() const {
    if (tokens_.empty()) return false;
    const Token& last = tokens_.back();
    return last.kind == TokenKind::quoted || last.text == ")" || last.text == "]";
  }

  [[nodiscard]] std::string character() const {
    std::size_t bytes = 1;
    while ((static_cast<unsigned char>(peek(bytes)) & 0xC0) == 0x80)
      ++bytes;
    return std::string(sql_.substr(at_, bytes));
  }

  Result<void> hint() {
    const std::size_t end = sql_.find("*/", at_);
    if (end == std::string_view::npos) {
      return fail_at(start_, "the hint that begins with /*+ is not closed; add */");
    }
    std::string text(sql_.substr(at_ + 3, end - at_ - 3));
    advance(end + 2 - at_);
    add(TokenKind::hint, std::move(text));
    return {};
  }

  Result<void> backtick() {
    advance();
    std::string name;
    while (at_ < sql_.size()) {
      if (sees("``")) {
        name += '`';
        advance(2);
      } else if (peek() == '`') {
        advance();
        if (name.empty()) return fail_at(start_, "a name in backticks is empty; write its name");
        add(TokenKind::quoted, std::move(name));
        return {};
      } else {
        name += peek();
        advance();
      }
    }
    return fail_at(start_, "the name that begins with ` is not closed; add `");
  }

  void word() {
    const std::size_t begin = at_;
    while (is_word(peek())) {
      advance();
    }
    add(TokenKind::word, std::string(sql_.substr(begin, at_ - begin)));
  }

  Result<void> number();
  Result<void> text_literal(bool raw);
  void escape(std::string& text);

  std::string_view sql_;
  std::size_t at_ = 0;
  Position here_;
  Position start_;
  std::vector<Token> tokens_;
};

Result<void> Lexer::number() {
  const std::size_t begin = at_;
  TokenKind kind = TokenKind::integer;
  while (is_digit(peek())) {
    advance();
  }
  // 1.5 and 1. are decimals, but 1.e is a name after a number, which Spark reads as neither.
  if (peek() == '.' && (is_digit(peek(1)) || !is_word(peek(1)) || upper(peek(1)) == 'E')) {
    kind = TokenKind::decimal;
    advance();
    while (is_digit(peek())) {
      advance();
    }
  }
  if (upper(peek()) == 'E') {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
    if (is_digit(peek(sign))) {
      kind = TokenKind::floating;
      advance(sign);
      while (is_digit(peek())) {
        advance();
      }
    }
  }
  const std::size_t digits_end = at_;
  while (is_word(peek())) {
    advance();
  }
  std::string suffix;
  for (char c : sql_.substr(digits_end, at_ - digits_end)) {
    suffix += upper(c);
  }
  std::string text(sql_.substr(begin, digits_end - begin));
  const bool whole = kind == TokenKind::integer;
  if (suffix.empty()) {
    add(kind, std::move(text));
  } else if (whole && (suffix == "L" || suffix == "S" || suffix == "Y")) {
    add(kind, text + suffix);
  } else if (suffix == "D" || suffix == "F") {
    add(TokenKind::floating, text + suffix);
  } else if (suffix == "BD") {
    add(TokenKind::decimal, text + suffix);
  } else if (whole) {
    add(TokenKind::word, text + std::string(sql_.substr(digits_end, at_ - digits_end)));
  } else {
    return fail_at(start_, "the number " + text + " is followed by \"" + suffix +
                               "\", which is no suffix of Spark; put a blank between them");
  }
  return {};
}

// Spark 3.5: '' inside a text ends it and begins another, and neighbours are joined by the parser.
Result<void> Lexer::text_literal(bool raw) {
  const char quote = peek();
  advance();
  std::string text;
  while (at_ < sql_.size()) {
    if (peek() == quote) {
      advance();
      add(TokenKind::string, std::move(text));
      return {};
    }
    if (peek() == '\\' && !raw && at_ + 1 < sql_.size()) {
      escape(text);
    } else {
      text += peek();
      advance();
    }
  }
  return fail_at(start_, std::string("the text that begins with ") + quote +
                             " is not closed; add the closing quote, or write \\" + quote +
                             " for a quote inside it");
}

void Lexer::escape(std::string& text) {
  advance();
  const char c = peek();
  const auto code = [this](std::size_t from, std::size_t digits, int base, std::uint32_t& value) {
    value = 0;
    for (std::size_t i = from; i < from + digits; ++i) {
      const char digit = upper(peek(i));
      const bool hex = base == 16 && digit >= 'A' && digit <= 'F';
      if (!hex && (digit < '0' || digit > (base == 8 ? '7' : '9'))) return false;
      value = value * static_cast<std::uint32_t>(base) +
              static_cast<std::uint32_t>(hex ? digit - 'A' + 10 : digit - '0');
    }
    return true;
  };
  std::uint32_t value = 0;
  if (c == 'u' && code(1, 4, 16, value)) {
    std::uint32_t low = 0;
    if (value >= 0xD800 && value < 0xDC00 && peek(5) == '\\' && peek(6) == 'u' &&
        code(7, 4, 16, low) && low >= 0xDC00 && low < 0xE000) {
      append_utf8(text, 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00));
      advance(11);
      return;
    }
    append_utf8(text, value >= 0xD800 && value < 0xE000 ? '?' : value);
    advance(5);
    return;
  }
  if (c == 'U' && code(1, 8, 16, value) && value <= 0x10FFFF) {
    append_utf8(text, value);
    advance(9);
    return;
  }
  if (c >= '0' && c <= '1' && code(0, 3, 8, value)) {
    append_utf8(text, value);
    advance(3);
    return;
  }
  switch (c) {
    case '0':
      text += '\0';
      break;
    case 'b':
      text += '\b';
      break;
    case 'n':
      text += '\n';
      break;
    case 'r':
      text += '\r';
      break;
    case 't':
      text += '\t';
      break;
    case 'Z':
      text += '\x1A';
      break;
    case '%':
    case '_':
      text += '\\';
      text += c;
      break;
    default:  // a quote, a backslash, or a character that needed none
      advance(0);
      text += c;
      break;
  }
  advance();
}

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view sql) {
  if (sql.size() > query_bytes_max) {
    return fail(Errc::bad_request, "line 1, column 1: the query is longer than 1 MiB; shorten it");
  }
  return Lexer(sql).run();
}

Failure fail_at(Position at, const std::string& message) {
  return fail(Errc::bad_request, "line " + std::to_string(at.line) + ", column " +
                                     std::to_string(at.column) + ": " + message);
}

}  // namespace weir::dialect
