// The parser's access to its tokens: peeking, consuming, and reporting what was expected. The
// parser is not generated, because its errors name the construct and the remedy in our own
// words.

#include "engine/dialect/grammar.hpp"

#include <algorithm>

#include "engine/dialect/parser.hpp"

namespace weir::dialect {

Result<QueryPtr> parse(std::string_view sql) {
  WEIR_TRY(std::vector<Token> tokens, tokenize(sql));
  return Grammar(std::move(tokens)).statement();
}

Result<ExprPtr> parse_interval(std::string_view text) {
  const bool worded = lower_case(text.substr(0, 9)) == "interval ";
  WEIR_TRY(std::vector<Token> tokens, tokenize((worded ? "" : "INTERVAL ") + std::string(text)));
  return Grammar(std::move(tokens)).whole_interval();
}

Result<ExprPtr> Grammar::whole_interval() {
  WEIR_TRY(ExprPtr parsed, interval_literal());
  if (peek().kind != TokenKind::end) return unexpected("the end of the interval");
  return parsed;
}

const Token& Grammar::peek(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

bool Grammar::sees_word(std::string_view upper, std::size_t ahead) const {
  return peek(ahead).kind == TokenKind::word && peek(ahead).upper == upper;
}

bool Grammar::sees_words(std::initializer_list<std::string_view> words) const {
  std::size_t ahead = 0;
  return std::all_of(words.begin(), words.end(),
                     [&](std::string_view word) { return sees_word(word, ahead++); });
}

bool Grammar::sees_symbol(std::string_view symbol, std::size_t ahead) const {
  return peek(ahead).kind == TokenKind::symbol && peek(ahead).text == symbol;
}

bool Grammar::take_word(std::string_view upper) {
  return take_words({upper});
}

bool Grammar::take_words(std::initializer_list<std::string_view> words) {
  if (!sees_words(words)) return false;
  at_ += words.size();
  return true;
}

bool Grammar::take_symbol(std::string_view symbol) {
  if (!sees_symbol(symbol)) return false;
  ++at_;
  return true;
}

std::string Grammar::seen() const {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::end:
      return "the query ends";
    case TokenKind::string:
      return "the text '" + token.text.substr(0, 40) + "' stands";
    case TokenKind::quoted:
      return "`" + token.text.substr(0, 40) + "` stands";
    default:
      return "\"" + token.text.substr(0, 40) + "\" stands";
  }
}

Failure Grammar::unexpected(std::string_view wanted) const {
  return fail_at(peek().at, seen() + " where " + std::string(wanted) + " should");
}

Failure Grammar::refuse(Position at, std::string_view construct, std::string_view remedy) const {
  return fail_at(at, std::string(construct) + " is not supported by the embedded engine; " +
                         std::string(remedy));
}

Result<void> Grammar::expect_word(std::string_view upper, std::string_view where) {
  if (take_word(upper)) return {};
  return unexpected(std::string(upper) + " " + std::string(where));
}

Result<void> Grammar::expect_symbol(std::string_view symbol, std::string_view where) {
  if (take_symbol(symbol)) return {};
  return unexpected("\"" + std::string(symbol) + "\" " + std::string(where));
}

bool Grammar::sees_identifier() const {
  return peek().kind == TokenKind::word || peek().kind == TokenKind::quoted;
}

Result<std::string> Grammar::identifier(std::string_view what) {
  if (!sees_identifier()) return unexpected(what);
  return tokens_[at_++].text;
}

Result<std::vector<std::string>> Grammar::identifiers_in_parentheses(std::string_view what) {
  std::vector<std::string> names;
  WEIR_CHECK(expect_symbol("(", "before the names"));
  do {
    WEIR_TRY(std::string name, identifier(what));
    names.push_back(std::move(name));
  } while (take_symbol(","));
  WEIR_CHECK(expect_symbol(")", "after the names"));
  return names;
}

ExprPtr Grammar::node(ExprKind kind, Position at, std::string text) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->at = at;
  expr->text = std::move(text);
  return expr;
}

Result<ExprPtr> Grammar::finished(ExprPtr expr) const {
  for (const ExprPtr& child : expr->children) {
    expr->depth = std::max(expr->depth, child->depth + 1);
  }
  if (expr->filter) expr->depth = std::max(expr->depth, expr->filter->depth + 1);
  if (expr->depth > depth_max) {
    return fail_at(expr->at, "the expression has more than 150 levels; split it with WITH");
  }
  return expr;
}

}  // namespace weir::dialect
