// IF, CASE, COALESCE, NVL and their like: all come down to CASE or COALESCE over arguments that
// were brought to one type first, as Spark does.

#include "engine/dialect/cast.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

namespace {

std::string joined(const std::vector<Typed>& args) {
  std::string sql;
  for (const Typed& arg : args) {
    sql += (&arg == args.data() ? "" : ", ") + arg.sql;
  }
  return sql;
}

MaybeTyped coalesced(Call& call) {
  if (call.args.empty()) return wrong_arguments(call, "at least one value");
  const std::string name = call_name(call.function, call.args);
  WEIR_TRY(call.args, unified(std::move(call.args), true, call.function));
  return made_of(pointers(call.args), call.args[0].type, "coalesce(" + joined(call.args) + ")",
                 name);
}

MaybeTyped extreme(Call& call) {
  if (call.args.size() < 2) return wrong_arguments(call, "at least two values");
  const std::string name = call_name(call.function, call.args);
  WEIR_TRY(call.args, unified(std::move(call.args), false, call.function));
  const Type& type = call.args[0].type;
  if (type.is_nested()) return wrong_arguments(call, "scalar values");
  return made_of(pointers(call.args), type, call.function + "(" + joined(call.args) + ")", name);
}

MaybeTyped chosen(Call& call, const std::string& condition, std::size_t first,
                  const std::string& name) {
  const Typed test = call.args[0];
  std::vector<Typed> branches;
  branches.push_back(std::move(call.args[first]));
  branches.push_back(std::move(call.args[first + 1]));
  WEIR_TRY(branches, unified(std::move(branches), true, call.function));
  return made_of(
      {&test, &branches[0], &branches[1]}, branches[0].type,
      "CASE WHEN " + condition + " THEN " + branches[0].sql + " ELSE " + branches[1].sql + " END",
      name);
}

MaybeTyped null_if(Call& call) {
  const std::string name = call_name(call.function, call.args);
  const Typed kept = call.args[0];
  WEIR_TRY(const Typed same, compare("=", std::move(call.args[0]), std::move(call.args[1])));
  return made_of(kept, same, kept.type,
                 "CASE WHEN " + same.sql + " THEN NULL ELSE " + kept.sql + " END", name);
}

}  // namespace

MaybeTyped call_conditional(Call& call) {
  const std::string& f = call.function;
  const std::size_t count = call.args.size();
  if (f == "coalesce") return coalesced(call);
  if (f == "nvl" || f == "ifnull") {
    if (count != 2) return wrong_arguments(call, "two values");
    return coalesced(call);
  }
  if (f == "least" || f == "greatest") return extreme(call);
  if (f == "if") {
    if (count != 3) return wrong_arguments(call, "a condition and two values");
    const std::string name =
        "(IF(" + call.args[0].name + ", " + call.args[1].name + ", " + call.args[2].name + "))";
    WEIR_TRY(call.args[0], implicit_cast(call, std::move(call.args[0]), Kind::boolean));
    return chosen(call, call.args[0].sql, 1, name);
  }
  if (f == "nvl2") {
    if (count != 3) return wrong_arguments(call, "three values");
    return chosen(call, call.args[0].sql + " IS NOT NULL", 1, call_name(f, call.args));
  }
  if (f == "nullif") {
    if (count != 2) return wrong_arguments(call, "two values");
    return null_if(call);
  }
  if (f == "isnull" || f == "isnotnull") {
    if (count != 1) return wrong_arguments(call, "one value");
    const std::string test = f == "isnull" ? " IS NULL)" : " IS NOT NULL)";
    return made_of(call.args[0], Kind::boolean, "(" + call.args[0].sql + test,
                   "(" + call.args[0].name + test);
  }
  if (f == "equal_null") {
    if (count != 2) return wrong_arguments(call, "two values");
    const std::string name = call_name(f, call.args);
    WEIR_TRY(Typed same, compare("<=>", std::move(call.args[0]), std::move(call.args[1])));
    same.name = name;
    return same;
  }
  if (f == "typeof") {
    if (count != 1) return wrong_arguments(call, "one value");
    const std::string name = call_name(f, call.args);
    Typed type =
        made_of(call.args[0], Kind::string, quoted_string(call.args[0].type.spark_name()), name);
    type.foldable = true;  // ORDER BY leaves it out, which DuckDB takes for a mistake
    return type;
  }
  return std::nullopt;
}

}  // namespace weir::dialect
