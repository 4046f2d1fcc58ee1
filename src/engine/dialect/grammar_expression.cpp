#include <algorithm>
#include <array>
#include <charconv>

#include "engine/dialect/grammar.hpp"

namespace weir::dialect {

namespace {

constexpr int nesting_max = 60;
constexpr int depth_max = 150;

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

std::string upper_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

class Nesting {
 public:
  explicit Nesting(int& depth) : depth_(depth) { ++depth_; }
  ~Nesting() { --depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  int& depth_;
};

}  // namespace

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
      return refuse(at, "the cast \"::\"", "write CAST(x AS type)");
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
    return refuse(at, "a lambda function", "use EXPLODE and aggregate functions");
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
  if (text_follows && (upper == "DATE" || upper == "TIMESTAMP")) {
    ++at_;
    const Kind kind = upper == "DATE" ? Kind::date : Kind::timestamp;
    WEIR_TRY(ExprPtr typed, text_literal());
    typed->kind = ExprKind::typed_text;
    typed->at = at;
    typed->type = kind;
    return typed;
  }
  if (text_follows && (upper == "TIMESTAMP_NTZ" || upper == "TIMESTAMP_LTZ")) {
    return refuse(at, "a literal of type " + upper, "write TIMESTAMP '...'");
  }
  const TokenKind next = peek(1).kind;
  if (upper == "INTERVAL" && (text_follows || next == TokenKind::integer ||
                              next == TokenKind::decimal || sees_symbol("-", 1))) {
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
    return refuse(at, "a lambda function", "use EXPLODE and aggregate functions");
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

// INTERVAL 1 DAY 2 HOURS, INTERVAL '1' DAY and INTERVAL '1 day 2 hours'.
Result<ExprPtr> Grammar::interval_literal() {
  ExprPtr interval = node(ExprKind::interval, peek().at);
  ++at_;
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
  if (interval->parts.empty() || (sees_word("TO") && !unit_of(peek(1).upper).empty())) {
    return refuse(interval->at, "an interval of this form", "write it as INTERVAL 1 DAY 2 HOURS");
  }
  return interval;
}

Result<ExprPtr> Grammar::name_or_call() {
  const Position at = peek().at;
  ExprPtr name = node(ExprKind::name, at);
  WEIR_TRY(std::string first, identifier("a name"));
  name->parts.push_back(std::move(first));
  while (sees_symbol(".")) {
    if (sees_symbol("*", 1)) {
      at_ += 2;
      name->kind = ExprKind::star;
      return name;
    }
    ++at_;
    WEIR_TRY(std::string part, identifier("the name of a field"));
    name->parts.push_back(std::move(part));
    if (name->parts.size() > static_cast<std::size_t>(depth_max)) {
      return fail_at(at, "the name has more than 150 parts; use fewer");
    }
  }
  if (!sees_symbol("(")) return name;
  if (name->parts.size() > 1) {
    return refuse(at, "the function " + name->parts[0] + "." + name->parts[1],
                  "use a built-in function of Spark");
  }
  return call(std::move(name->parts[0]), at);
}

Result<ExprPtr> Grammar::call(std::string name, Position at) {
  ExprPtr call = node(ExprKind::call, at, lower_case(name));
  take_symbol("(");
  if (call->text == "overlay") return refuse(at, "OVERLAY", "use SUBSTRING and CONCAT");
  if (call->text == "trim" && !sees_symbol(")", 1) && !sees_symbol(",", 1) &&
      (sees_word("LEADING") || sees_word("TRAILING") || sees_word("BOTH"))) {
    return trim_call(std::move(call));
  }
  call->distinct = take_word("DISTINCT");
  if (!call->distinct && sees_word("ALL") && !sees_symbol(")", 1) && !sees_symbol(",", 1)) ++at_;
  WEIR_CHECK(call_arguments(*call));
  WEIR_CHECK(call_tail(*call));
  return finished(std::move(call));
}

Result<void> Grammar::call_arguments(Expr& call) {
  const bool names = call.text == "struct";
  while (!sees_symbol(")")) {
    if (sees_symbol("=>", 1)) return refuse(peek().at, "a named argument", "give it by position");
    // POSITION(x IN y): the IN is not the operator.
    const bool position = call.text == "position" && call.children.empty();
    WEIR_TRY(ExprPtr argument, position ? binary(0) : expression());
    call.children.push_back(std::move(argument));
    std::string alias;
    if (take_word("AS")) {
      if (!names) {
        return fail_at(peek().at, "an alias inside " + call.text + "(...); move it behind the )");
      }
      WEIR_TRY(alias, identifier("an alias"));
    }
    call.names.push_back(std::move(alias));
    if (call.children.size() == 1) {
      if (take_words({"IGNORE", "NULLS"})) call.ignore_nulls = true;
      WEIR_TRY(const bool worded, worded_arguments(call));
      if (worded) break;
    }
    if (!take_symbol(",")) break;
    if (sees_symbol(")")) return unexpected("another argument");
  }
  return expect_symbol(")", "after the arguments of " + call.text);
}

// The arguments behind the first one in TRIM(x FROM y), POSITION(x IN y), EXTRACT(f FROM x) and
// SUBSTRING(x FROM n FOR m); false when commas follow instead.
Result<bool> Grammar::worded_arguments(Expr& call) {
  const bool substring = call.text == "substr" || call.text == "substring";
  if (call.text == "position" && take_word("IN")) {
    WEIR_TRY(ExprPtr value, binary(0));
    call.children.push_back(std::move(value));
    return true;
  }
  if (call.text == "extract") {
    WEIR_CHECK(expect_word("FROM", "in EXTRACT"));
    Expr& field = *call.children[0];
    if (field.kind != ExprKind::name || field.parts.size() != 1) {
      return fail_at(field.at, "EXTRACT takes the name of a field, as in EXTRACT(YEAR FROM x)");
    }
    field.kind = ExprKind::string;
    field.text = field.parts[0];
    WEIR_TRY(ExprPtr value, binary(0));
    call.children.push_back(std::move(value));
    return true;
  }
  if ((call.text != "trim" && !substring) || !take_word("FROM")) return false;
  WEIR_TRY(ExprPtr next, binary(0));
  call.children.push_back(std::move(next));
  if (substring && take_word("FOR")) {
    WEIR_TRY(ExprPtr length, binary(0));
    call.children.push_back(std::move(length));
  }
  if (call.text == "trim") {
    std::swap(call.children[0], call.children[1]);
    call.parts = {"BOTH"};
  }
  return true;
}

Result<void> Grammar::call_tail(Expr& call) {
  if (sees_word("FILTER") && sees_symbol("(", 1)) {
    at_ += 2;
    WEIR_CHECK(expect_word("WHERE", "in FILTER"));
    WEIR_TRY(call.filter, expression());
    WEIR_CHECK(expect_symbol(")", "after the condition of FILTER"));
  }
  if (take_words({"IGNORE", "NULLS"})) {
    call.ignore_nulls = true;
  } else {
    take_words({"RESPECT", "NULLS"});
  }
  if (take_word("OVER")) {
    WEIR_TRY(Window window, window_spec());
    call.window = std::make_unique<Window>(std::move(window));
  }
  return {};
}

// TRIM(LEADING x FROM y) and TRIM(LEADING FROM y): the value comes first in the tree.
Result<ExprPtr> Grammar::trim_call(ExprPtr trim) {
  const std::string side = peek().upper;
  ++at_;
  trim->text = side == "LEADING" ? "ltrim" : side == "TRAILING" ? "rtrim" : "trim";
  trim->parts = {side};
  ExprPtr what;
  if (!sees_word("FROM")) {
    WEIR_TRY(what, expression());
  }
  WEIR_CHECK(expect_word("FROM", "in TRIM"));
  WEIR_TRY(ExprPtr value, expression());
  trim->children.push_back(std::move(value));
  if (what) trim->children.push_back(std::move(what));
  WEIR_CHECK(expect_symbol(")", "at the end of TRIM"));
  return finished(std::move(trim));
}

Result<Type> Grammar::type_name() {
  const Nesting level(nesting_);
  if (nesting_ > nesting_max) return fail_at(peek().at, "the type is nested too deeply; split it");
  const Position at = peek().at;
  WEIR_TRY(std::string name, identifier("a type"));
  const std::string upper = upper_case(name);
  struct Named {
    std::string_view name;
    Kind kind;
  };
  static constexpr Named named[] = {{"BOOLEAN", Kind::boolean},
                                    {"TINYINT", Kind::byte},
                                    {"BYTE", Kind::byte},
                                    {"SMALLINT", Kind::short_},
                                    {"SHORT", Kind::short_},
                                    {"INT", Kind::int_},
                                    {"INTEGER", Kind::int_},
                                    {"BIGINT", Kind::long_},
                                    {"LONG", Kind::long_},
                                    {"FLOAT", Kind::float_},
                                    {"REAL", Kind::float_},
                                    {"DOUBLE", Kind::double_},
                                    {"STRING", Kind::string},
                                    {"BINARY", Kind::binary},
                                    {"DATE", Kind::date},
                                    {"TIMESTAMP", Kind::timestamp},
                                    {"TIMESTAMP_LTZ", Kind::timestamp},
                                    {"VOID", Kind::null_}};
  for (const Named& entry : named) {
    if (entry.name == upper) return Type(entry.kind);
  }
  if (upper == "DECIMAL" || upper == "DEC" || upper == "NUMERIC") return decimal_type();
  if (upper == "ARRAY" && take_symbol("<")) {
    WEIR_TRY(Type element, type_name());
    WEIR_CHECK(expect_symbol(">", "after the type of the elements"));
    return Type::array(std::move(element));
  }
  if (upper == "MAP" && take_symbol("<")) {
    WEIR_TRY(Type key, type_name());
    WEIR_CHECK(expect_symbol(",", "between the types of MAP"));
    WEIR_TRY(Type value, type_name());
    WEIR_CHECK(expect_symbol(">", "after the types of MAP"));
    return Type::map(std::move(key), std::move(value));
  }
  if (upper == "STRUCT" && sees_symbol("<")) return struct_type();
  return refuse(at, "the type " + name,
                "cast to one of string, int, bigint, double, "
                "decimal(p,s), boolean, date, timestamp");
}

Result<Type> Grammar::decimal_type() {
  int numbers[2] = {10, 0};
  if (!take_symbol("(")) return Type::decimal(10, 0);
  for (int i = 0; i < 2; ++i) {
    const std::string& text = peek().text;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
    if (peek().kind != TokenKind::integer || read.ec != std::errc{}) return unexpected("a number");
    ++at_;
    if (!take_symbol(",")) break;
  }
  WEIR_CHECK(expect_symbol(")", "after the digits of DECIMAL"));
  if (numbers[0] < 1 || numbers[0] > 38 || numbers[1] < 0 || numbers[1] > numbers[0]) {
    return fail_at(peek().at, "DECIMAL has 1 to 38 digits, and not more of them behind the point");
  }
  return Type::decimal(numbers[0], numbers[1]);
}

Result<Type> Grammar::struct_type() {
  std::vector<Field> fields;
  WEIR_CHECK(expect_symbol("<", "after STRUCT"));
  do {
    WEIR_TRY(std::string name, identifier("the name of a field"));
    take_symbol(":");
    WEIR_TRY(Type type, type_name());
    fields.push_back({std::move(name), std::move(type)});
  } while (take_symbol(","));
  WEIR_CHECK(expect_symbol(">", "after the fields of STRUCT"));
  return Type::structure(std::move(fields));
}

}  // namespace weir::dialect
