// Calls, with the forms that have words between their arguments: TRIM(x FROM y), EXTRACT(f FROM x),
// POSITION(x IN y). They become plain calls in the tree, so that nothing behind the grammar knows
// of them.

#include "engine/dialect/grammar.hpp"

namespace weir::dialect {

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
  return call(name->parts[0], at);
}

Result<ExprPtr> Grammar::call(const std::string& name, Position at) {
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
    call.text = "locate";  // as Spark calls this form
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
  if (substring) call.text = "substring";
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

}  // namespace weir::dialect
