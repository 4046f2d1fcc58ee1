// Expressions by levels of precedence, from one table of operators. Words of Spark that are not
// reserved can be names, so whether a word begins an operand is decided by what stands behind it.

#include <algorithm>
#include <array>

#include "engine/dialect/grammar.hpp"

namespace weir::dialect {

namespace {

// Words that begin or end another part of the query; a column of such a name needs backticks.
constexpr std::array<std::string_view, 21> no_operand = {
    "AND", "AS",   "ASC",  "BETWEEN", "DESC", "ELSE", "END",   "FROM", "GROUP", "HAVING", "IN",
    "IS",  "JOIN", "LIKE", "ON",      "OR",   "THEN", "UNION", "WHEN", "WHERE", "RLIKE"};

// Operators by level, loosest first, as in Spark's grammar.
struct Operator {
  std::string_view written;
  std::string_view meant;
  std::size_t level;
};
constexpr std::size_t levels = 6;
constexpr Operator operators[] = {
    {"=", "=", 0},    {"==", "=", 0},  {"<=>", "<=>", 0}, {"<>", "<>", 0}, {"!=", "<>", 0},
    {"<", "<", 0},    {"<=", "<=", 0}, {">", ">", 0},     {">=", ">=", 0}, {"!<", ">=", 0},
    {"!>", "<=", 0},  {"|", "|", 1},   {"^", "^", 2},     {"&", "&", 3},   {"+", "+", 4},
    {"-", "-", 4},    {"||", "||", 4}, {"*", "*", 5},     {"/", "/", 5},   {"%", "%", 5},
    {"DIV", "DIV", 5}};

const Operator* operator_of(const Token& token, std::size_t level) {
  const std::string& text = token.kind == TokenKind::symbol ? token.text : token.upper;
  if (text.empty()) return nullptr;
  for (const Operator& entry : operators) {
    if (entry.level == level && entry.written == text) return &entry;
  }
  return nullptr;
}

struct Unit {
  std::string_view written;
  std::string_view meant;
};
constexpr Unit units[] = {{"YEAR", "YEAR"},
                          {"YEARS", "YEAR"},
                          {"MONTH", "MONTH"},
                          {"MONTHS", "MONTH"},
                          {"WEEK", "WEEK"},
                          {"WEEKS", "WEEK"},
                          {"DAY", "DAY"},
                          {"DAYS", "DAY"},
                          {"HOUR", "HOUR"},
                          {"HOURS", "HOUR"},
                          {"MINUTE", "MINUTE"},
                          {"MINUTES", "MINUTE"},
                          {"SECOND", "SECOND"},
                          {"SECONDS", "SECOND"},
                          {"MILLISECOND", "MILLISECOND"},
                          {"MILLISECONDS", "MILLISECOND"},
                          {"MICROSECOND", "MICROSECOND"},
                          {"MICROSECONDS", "MICROSECOND"}};

std::string_view unit_of(std::string_view upper) {
  for (const Unit& unit : units) {
    if (unit.written == upper) return unit.meant;
  }
  return {};
}

}  // namespace

Result<ExprPtr> Grammar::expression() {
  const Nesting level(nesting_);
  if (nesting_ > nesting_max) {
    return fail_at(peek().at, "expressions are nested too deeply; split them with WITH");
  }
  WEIR_TRY(ExprPtr left, conjunction());
  if (!sees_word("OR")) return left;
  ExprPtr all = node(ExprKind::logical, left->at, "OR");
  all->children.push_back(std::move(left));
  while (take_word("OR")) {
    WEIR_TRY(ExprPtr right, conjunction());
    all->children.push_back(std::move(right));
  }
  return finished(std::move(all));
}

Result<ExprPtr> Grammar::conjunction() {
  WEIR_TRY(ExprPtr left, negation());
  if (!sees_word("AND")) return left;
  ExprPtr all = node(ExprKind::logical, left->at, "AND");
  all->children.push_back(std::move(left));
  while (take_word("AND")) {
    WEIR_TRY(ExprPtr right, negation());
    all->children.push_back(std::move(right));
  }
  return finished(std::move(all));
}

Result<ExprPtr> Grammar::negation() {
  std::vector<Position> signs;
  while (sees_word("NOT") || sees_symbol("!")) {
    signs.push_back(peek().at);
    ++at_;
  }
  WEIR_TRY(ExprPtr value, predicate());
  while (!signs.empty()) {
    ExprPtr negated = node(ExprKind::not_, signs.back());
    signs.pop_back();
    negated->children.push_back(std::move(value));
    WEIR_TRY(value, finished(std::move(negated)));
  }
  return value;
}

Result<ExprPtr> Grammar::predicate() {
  if (sees_word("EXISTS") && sees_symbol("(", 1) &&
      (sees_word("SELECT", 2) || sees_word("WITH", 2) || sees_symbol("(", 2))) {
    ExprPtr exists = node(ExprKind::exists, peek().at);
    at_ += 2;
    WEIR_TRY(exists->query, query());
    WEIR_CHECK(expect_symbol(")", "after the query of EXISTS"));
    return exists;
  }
  WEIR_TRY(ExprPtr value, binary(0));
  for (;;) {
    const Position at = peek().at;
    if (sees_word("IS")) {
      WEIR_TRY(value, is_predicate(std::move(value)));
      continue;
    }
    const bool negated = sees_word("NOT") || sees_symbol("!");
    const std::size_t next = negated ? 1 : 0;
    if (sees_word("BETWEEN", next)) {
      at_ += next + 1;
      ExprPtr between = node(ExprKind::between, at);
      between->negated = negated;
      between->children.push_back(std::move(value));
      WEIR_TRY(ExprPtr low, binary(0));
      between->children.push_back(std::move(low));
      WEIR_CHECK(expect_word("AND", "between the bounds of BETWEEN"));
      WEIR_TRY(ExprPtr high, binary(0));
      between->children.push_back(std::move(high));
      WEIR_TRY(value, finished(std::move(between)));
    } else if (sees_word("IN", next)) {
      at_ += next + 1;
      WEIR_TRY(value, in_predicate(std::move(value), negated));
    } else if (sees_word("LIKE", next) || sees_word("ILIKE", next) || sees_word("RLIKE", next) ||
               sees_word("REGEXP", next)) {
      at_ += next;
      WEIR_TRY(value, like_predicate(std::move(value), negated));
    } else {
      return value;
    }
  }
}

Result<ExprPtr> Grammar::like_predicate(ExprPtr value, bool negated) {
  std::string word = peek().upper == "REGEXP" ? "RLIKE" : peek().upper;
  ExprPtr like = node(ExprKind::like, peek().at, word);
  ++at_;
  like->negated = negated;
  like->children.push_back(std::move(value));
  if (word != "RLIKE" && (sees_word("ANY") || sees_word("SOME") || sees_word("ALL")) &&
      sees_symbol("(", 1)) {
    like->kind = ExprKind::like_any;
    like->distinct = sees_word("ALL");
    at_ += 2;
    do {
      WEIR_TRY(ExprPtr pattern, expression());
      like->children.push_back(std::move(pattern));
    } while (take_symbol(","));
    WEIR_CHECK(expect_symbol(")", "after the patterns"));
    return finished(std::move(like));
  }
  WEIR_TRY(ExprPtr pattern, binary(0));
  like->children.push_back(std::move(pattern));
  if (word != "RLIKE" && take_word("ESCAPE")) {
    if (peek().kind != TokenKind::string) return unexpected("one character in quotes");
    WEIR_TRY(ExprPtr escape, text_literal());
    like->children.push_back(std::move(escape));
  }
  return finished(std::move(like));
}

Result<ExprPtr> Grammar::in_predicate(ExprPtr value, bool negated) {
  ExprPtr in = node(ExprKind::in_list, value->at);
  in->negated = negated;
  in->children.push_back(std::move(value));
  WEIR_CHECK(expect_symbol("(", "after IN"));
  if (sees_word("SELECT") || sees_word("WITH")) {
    in->kind = ExprKind::in_query;
    WEIR_TRY(in->query, query());
  } else {
    do {
      WEIR_TRY(ExprPtr item, expression());
      in->children.push_back(std::move(item));
    } while (take_symbol(","));
  }
  WEIR_CHECK(expect_symbol(")", "at the end of IN"));
  return finished(std::move(in));
}

Result<ExprPtr> Grammar::is_predicate(ExprPtr value) {
  const Position at = peek().at;
  take_word("IS");
  const bool negated = take_word("NOT");
  ExprPtr is = node(ExprKind::is_null, at);
  is->negated = negated;
  is->children.push_back(std::move(value));
  if (take_word("NULL")) return finished(std::move(is));
  if (sees_word("TRUE") || sees_word("FALSE") || sees_word("UNKNOWN")) {
    is->kind = ExprKind::is_truth;
    is->text = peek().upper;
    ++at_;
    return finished(std::move(is));
  }
  if (take_words({"DISTINCT", "FROM"})) {
    is->kind = ExprKind::is_distinct;
    WEIR_TRY(ExprPtr other, binary(0));
    is->children.push_back(std::move(other));
    return finished(std::move(is));
  }
  return unexpected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM after IS");
}

Result<ExprPtr> Grammar::binary(std::size_t level) {
  if (level == levels) return unary();
  WEIR_TRY(ExprPtr left, binary(level + 1));
  for (;;) {
    const Operator* found = operator_of(peek(), level);
    if (found == nullptr) return left;
    ExprPtr both = node(ExprKind::binary_op, peek().at, std::string(found->meant));
    ++at_;
    both->children.push_back(std::move(left));
    WEIR_TRY(ExprPtr right, binary(level + 1));
    both->children.push_back(std::move(right));
    WEIR_TRY(left, finished(std::move(both)));
  }
}

Result<ExprPtr> Grammar::unary() {
  const bool sign = sees_symbol("-") || sees_symbol("+") || sees_symbol("~");
  if (!sign) return postfix();
  const Nesting level(nesting_);
  if (nesting_ > nesting_max) return fail_at(peek().at, "too many signs in a row; remove some");
  ExprPtr expr = node(ExprKind::unary, peek().at, peek().text);
  ++at_;
  const TokenKind next = peek().kind;
  const bool number =
      next == TokenKind::integer || next == TokenKind::decimal || next == TokenKind::floating;
  WEIR_TRY(ExprPtr operand, unary());
  if (expr->text == "-" && number && operand->kind == ExprKind::number) {
    operand->text.insert(0, "-");  // so that the smallest bigint can be written
    operand->at = expr->at;
    return operand;
  }
  expr->children.push_back(std::move(operand));
  return finished(std::move(expr));
}

Result<ExprPtr> Grammar::postfix() {
  WEIR_TRY(ExprPtr value, primary());
  for (;;) {
    const Position at = peek().at;
    if (take_symbol("[")) {
      ExprPtr index = node(ExprKind::index, at);
      index->children.push_back(std::move(value));
      WEIR_TRY(ExprPtr key, binary(0));
      index->children.push_back(std::move(key));
      WEIR_CHECK(expect_symbol("]", "after the index"));
      WEIR_TRY(value, finished(std::move(index)));
    } else if (sees_symbol(".") && value->kind != ExprKind::star) {
      ++at_;
      WEIR_TRY(std::string name, identifier("the name of a field"));
      if (value->kind == ExprKind::name) {  // (a).b is a.b
        value->parts.push_back(std::move(name));
        continue;
      }
      ExprPtr field = node(ExprKind::field, at, std::move(name));
      field->children.push_back(std::move(value));
      WEIR_TRY(value, finished(std::move(field)));
    } else if (sees_symbol("::")) {
      ++at_;
      ExprPtr cast = node(ExprKind::cast, at, "CAST");
      cast->children.push_back(std::move(value));
      WEIR_TRY(cast->type, type_name());
      WEIR_TRY(value, finished(std::move(cast)));
    } else {
      return value;
    }
  }
}

Result<ExprPtr> Grammar::text_literal() {
  ExprPtr text = node(ExprKind::string, peek().at);
  while (peek().kind == TokenKind::string) {
    text->text += peek().text;
    ++at_;
  }
  return text;
}

Result<ExprPtr> Grammar::primary() {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::string:
      return text_literal();
    case TokenKind::integer:
    case TokenKind::decimal:
    case TokenKind::floating: {
      ExprPtr number = node(ExprKind::number, token.at, token.text);
      number->number = token.kind;
      ++at_;
      return number;
    }
    case TokenKind::word:
      return word_primary();
    case TokenKind::quoted:
      return name_or_call();
    case TokenKind::hint:
      return fail_at(token.at, "a hint stands only behind SELECT; move or remove it");
    case TokenKind::end:
      return unexpected("an expression");
    case TokenKind::symbol:
      break;
  }
  if (token.text == "*") {
    ExprPtr star = node(ExprKind::star, token.at);
    ++at_;
    return star;
  }
  if (token.text == "(") return parenthesized();
  if (token.text == "?" || token.text == ":") {
    return refuse(token.at, "a parameter marker", "write the value");
  }
  return unexpected("an expression");
}

Result<ExprPtr> Grammar::parenthesized() {
  const Position at = peek().at;
  take_symbol("(");
  if (sees_word("SELECT") || sees_word("WITH")) {
    ExprPtr subquery = node(ExprKind::subquery, at);
    WEIR_TRY(subquery->query, query());
    WEIR_CHECK(expect_symbol(")", "after the subquery"));
    return subquery;
  }
  WEIR_TRY(ExprPtr first, expression());
  if (take_symbol(")")) return first;
  ExprPtr row = node(ExprKind::row, at);
  row->children.push_back(std::move(first));
  while (take_symbol(",")) {
    WEIR_TRY(ExprPtr next, expression());
    row->children.push_back(std::move(next));
  }
  WEIR_CHECK(expect_symbol(")", "after the expression"));
  if (sees_symbol("->")) {
    return fail_at(at, "a lambda function stands only among the arguments of a function");
  }
  return finished(std::move(row));
}

Result<ExprPtr> Grammar::word_primary() {
  const Token& token = peek();
  const Position at = token.at;
  const bool call_follows = sees_symbol("(", 1);
  const bool text_follows = peek(1).kind == TokenKind::string;
  const std::string& upper = token.upper;
  if (upper == "CASE" && !sees_symbol(".", 1)) return case_expression();
  if ((upper == "CAST" || upper == "TRY_CAST") && call_follows) return cast_expression();
  if (upper == "NULL") {
    ++at_;
    return node(ExprKind::null_, at);
  }
  if (upper == "TRUE" || upper == "FALSE") {
    ExprPtr truth = node(ExprKind::boolean, at, upper);
    ++at_;
    return truth;
  }
  if (text_follows && upper == "X") {
    at_ += 2;
    return node(ExprKind::binary, at, tokens_[at_ - 1].text);
  }
  if (text_follows && (upper == "DATE" || upper == "TIMESTAMP" || upper == "TIMESTAMP_LTZ" ||
                       upper == "TIMESTAMP_NTZ")) {
    ++at_;
    const Kind kind = upper == "DATE"            ? Kind::date
                      : upper == "TIMESTAMP_NTZ" ? Kind::timestamp_ntz
                                                 : Kind::timestamp;
    WEIR_TRY(ExprPtr typed, text_literal());
    typed->kind = ExprKind::typed_text;
    typed->at = at;
    typed->type = kind;
    return typed;
  }
  const TokenKind next = peek(1).kind;
  if (upper == "INTERVAL" &&
      (text_follows || next == TokenKind::integer || next == TokenKind::decimal ||
       sees_symbol("-", 1) || sees_symbol("+", 1))) {
    return interval_literal();
  }
  if (!call_follows && (upper == "CURRENT_DATE" || upper == "CURRENT_TIMESTAMP") &&
      !sees_symbol(".", 1)) {
    ++at_;
    return node(ExprKind::call, at, lower_case(upper));
  }
  const bool like_call = call_follows && (upper == "LIKE" || upper == "RLIKE");
  if (!like_call && std::find(no_operand.begin(), no_operand.end(), upper) != no_operand.end()) {
    return fail_at(at, "\"" + token.text + "\" stands where an expression should; write `" +
                           token.text + "` in backticks if it is a name");
  }
  if (sees_symbol("->", 1)) {
    return fail_at(at, "a lambda function stands only among the arguments of a function");
  }
  return name_or_call();
}

Result<ExprPtr> Grammar::case_expression() {
  ExprPtr expr = node(ExprKind::case_, peek().at);
  take_word("CASE");
  if (!sees_word("WHEN")) {
    expr->has_operand = true;
    WEIR_TRY(ExprPtr operand, expression());
    expr->children.push_back(std::move(operand));
  }
  do {
    WEIR_CHECK(expect_word("WHEN", "in CASE"));
    WEIR_TRY(ExprPtr when, expression());
    WEIR_CHECK(expect_word("THEN", "in CASE"));
    WEIR_TRY(ExprPtr then, expression());
    expr->children.push_back(std::move(when));
    expr->children.push_back(std::move(then));
  } while (sees_word("WHEN"));
  if (take_word("ELSE")) {
    expr->has_else = true;
    WEIR_TRY(ExprPtr otherwise, expression());
    expr->children.push_back(std::move(otherwise));
  }
  WEIR_CHECK(expect_word("END", "at the end of CASE"));
  return finished(std::move(expr));
}

Result<ExprPtr> Grammar::cast_expression() {
  ExprPtr cast = node(ExprKind::cast, peek().at, peek().upper);
  at_ += 2;
  WEIR_TRY(ExprPtr value, expression());
  cast->children.push_back(std::move(value));
  WEIR_CHECK(expect_word("AS", "before the type of CAST"));
  WEIR_TRY(cast->type, type_name());
  WEIR_CHECK(expect_symbol(")", "at the end of CAST"));
  return finished(std::move(cast));
}

// INTERVAL 1 DAY 2 HOURS, INTERVAL '1' DAY, INTERVAL '1 day 2 hours' and INTERVAL '1-2' YEAR TO
// MONTH.
Result<ExprPtr> Grammar::interval_literal() {
  ExprPtr interval = node(ExprKind::interval, peek().at);
  ++at_;
  const std::size_t sign_size = sees_symbol("-") || sees_symbol("+") ? 1 : 0;
  if (peek(sign_size).kind == TokenKind::string && sees_word("TO", sign_size + 2)) {
    interval->text = (sees_symbol("-") ? "-" : "") + peek(sign_size).text;
    at_ += sign_size + 1;
    WEIR_TRY(interval->type, interval_fields());
    return interval;
  }
  std::vector<Token> words;
  if (peek().kind == TokenKind::string && unit_of(peek(1).upper).empty()) {
    auto inner = tokenize(peek().text);
    if (!inner) return fail_at(peek().at, "the interval '" + peek().text + "' cannot be read");
    words = std::move(*inner);
    words.pop_back();
    if (!words.empty() && words[0].upper == "INTERVAL") words.erase(words.begin());
    ++at_;
  } else {
    for (;;) {
      const bool sign = sees_symbol("-") || sees_symbol("+");
      const std::string_view unit = unit_of(peek(sign ? 2 : 1).upper);
      const TokenKind kind = peek(sign ? 1 : 0).kind;
      const bool value =
          kind == TokenKind::integer || kind == TokenKind::decimal || kind == TokenKind::string;
      if (!value || unit.empty()) break;
      for (int taken = sign ? 3 : 2; taken > 0; --taken) {
        words.push_back(tokens_[at_++]);
      }
    }
  }
  for (std::size_t i = 0; i < words.size();) {
    std::string value;
    if (words[i].kind == TokenKind::symbol && (words[i].text == "-" || words[i].text == "+")) {
      if (words[i].text == "-") value = "-";
      ++i;
    }
    if (i + 1 >= words.size()) break;
    value += words[i].text;
    const std::string_view unit = unit_of(words[i + 1].upper);
    if (unit.empty()) break;
    interval->parts.push_back(std::move(value));
    interval->parts.emplace_back(unit);
    i += 2;
  }
  if (interval->parts.empty()) {
    return refuse(interval->at, "an interval of this form", "write it as INTERVAL 1 DAY 2 HOURS");
  }
  return interval;
}

}  // namespace weir::dialect
