// Calls, with the forms that have words between their arguments: TRIM(x FROM y), EXTRACT(f FROM x),
// POSITION(x IN y). They become plain calls in the tree, so that nothing behind the grammar knows
// of them.

#include <algorithm>

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
  std::vector<std::string> named;  // the names of arguments; empty for one without
  while (!sees_symbol(")")) {
    if (sees_symbol("=>", 1)) {
      named.resize(call.children.size() + 1);
      WEIR_TRY(named.back(), identifier("the name of an argument"));
      take_symbol("=>");
    } else if (!named.empty()) {
      return fail_at(peek().at, "an argument without a name stands before those with one");
    }
    // POSITION(x IN y): the IN is not the operator.
    const bool position = call.text == "position" && call.children.empty();
    WEIR_TRY(ExprPtr argument, sees_lambda() ? lambda() : position ? binary(0) : expression());
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
  if (!named.empty()) WEIR_CHECK(put_in_place(call, named));
  return expect_symbol(")", "after the arguments of " + call.text);
}

namespace {

/// The functions whose arguments have names in Spark 3.5, and what stands for one that is left out.
struct NamedParameters {
  std::string_view functions;
  std::vector<std::pair<std::string_view, std::string_view>> parameters;
};

const std::vector<NamedParameters>& named_parameters() {
  static const std::vector<NamedParameters> all{
      {" mask ",
       {{"str", ""},
        {"upperchar", "X"},
        {"lowerchar", "x"},
        {"digitchar", "n"},
        {"otherchar", ""}}},
      {" explode explode_outer posexplode posexplode_outer inline inline_outer ",
       {{"collection", ""}}}};
  return all;
}

}  // namespace

// mask(s, lowerChar => 'q'): each argument at the place of its name.
Result<void> Grammar::put_in_place(Expr& call, const std::vector<std::string>& named) {
  const auto& all = named_parameters();
  const auto known = std::find_if(all.begin(), all.end(), [&](const NamedParameters& one) {
    return one.functions.find(" " + call.text + " ") != std::string_view::npos;
  });
  if (known == all.end()) return refuse(call.at, "a named argument", "give it by position");
  std::vector<ExprPtr> placed(known->parameters.size());
  for (std::size_t i = 0; i < call.children.size(); ++i) {
    std::size_t place = i;
    if (!named[i].empty()) {
      const auto found = std::find_if(
          known->parameters.begin(), known->parameters.end(),
          [&](const auto& parameter) { return parameter.first == lower_case(named[i]); });
      place = static_cast<std::size_t>(found - known->parameters.begin());
    }
    if (place >= placed.size() || placed[place]) {
      return fail_at(call.children[i]->at, "the function " + call.text + " has no argument " +
                                               named[i] + ", or has it already");
    }
    placed[place] = std::move(call.children[i]);
  }
  if (!placed[0]) {
    return fail_at(call.at, "the function " + call.text + " needs the argument " +
                                std::string(known->parameters[0].first));
  }
  for (std::size_t i = 1; i < placed.size(); ++i) {
    if (placed[i]) continue;
    const std::string standard(known->parameters[i].second);
    placed[i] = node(standard.empty() ? ExprKind::null_ : ExprKind::string, call.at, standard);
  }
  call.children = std::move(placed);
  call.names.resize(call.children.size());
  return {};
}

// x -> ..., (x, y) -> ...
bool Grammar::sees_lambda() const {
  const auto is_name = [&](std::size_t ahead) {
    return peek(ahead).kind == TokenKind::word || peek(ahead).kind == TokenKind::quoted;
  };
  if (is_name(0)) return sees_symbol("->", 1);
  if (!sees_symbol("(")) return false;
  std::size_t ahead = 1;
  while (is_name(ahead) && sees_symbol(",", ahead + 1))
    ahead += 2;
  return is_name(ahead) && sees_symbol(")", ahead + 1) && sees_symbol("->", ahead + 2);
}

Result<ExprPtr> Grammar::lambda() {
  ExprPtr lambda = node(ExprKind::lambda, peek().at);
  const bool several = take_symbol("(");
  do {
    WEIR_TRY(std::string name, identifier("the name of a parameter"));
    lambda->parts.push_back(std::move(name));
  } while (several && take_symbol(","));
  if (several) take_symbol(")");
  take_symbol("->");
  WEIR_TRY(ExprPtr body, expression());
  lambda->children.push_back(std::move(body));
  return finished(std::move(lambda));
}

// The arguments behind the first one in TRIM(x FROM y), POSITION(x IN y), EXTRACT(f FROM x) and
// SUBSTRING(x FROM n FOR m); false when commas follow instead.
Result<bool> Grammar::worded_arguments(Expr& call) {
  if (call.text == "overlay" && take_word("PLACING")) {
    WEIR_TRY(ExprPtr part, binary(0));
    call.children.push_back(std::move(part));
    WEIR_CHECK(expect_word("FROM", "in OVERLAY"));
    WEIR_TRY(ExprPtr position, binary(0));
    call.children.push_back(std::move(position));
    if (!take_word("FOR")) return true;
    WEIR_TRY(ExprPtr length, binary(0));
    call.children.push_back(std::move(length));
    return true;
  }
  const bool substring = call.text == "substr" || call.text == "substring";
  if (call.text == "position" && take_word("IN")) {
    call.text = "locate";  // as Spark calls this form
    WEIR_TRY(ExprPtr value, binary(0));
    call.children.push_back(std::move(value));
    return true;
  }
  if (call.text == "extract") {
    if (call.children[0]->kind == ExprKind::string && sees_symbol(",")) return false;
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
