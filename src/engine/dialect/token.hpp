#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir::dialect {

/// A position in the query, both from 1; columns count characters, not bytes.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

enum class TokenKind : std::uint8_t {
  word,      // identifier or keyword as written
  quoted,    // `identifier`, without its backticks
  string,    // 'text' or "text", escapes resolved
  integer,   // digits, with an optional suffix L, S or Y
  decimal,   // 1.5, .5, 1.5BD
  floating,  // 1e3, 1.5D, 2F
  symbol,    // operator or punctuation
  hint,      // the inside of /*+ ... */
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;   // resolved
  std::string upper;  // of a word: in capitals; else empty
  Position at;
};

/// Splits a query as Spark's lexer does; the last token is `end`.
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view sql);

/// "line 3, column 7: message" as Errc::bad_request.
[[nodiscard]] Failure fail_at(Position at, const std::string& message);

}  // namespace weir::dialect
