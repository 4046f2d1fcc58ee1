// Finds a call's line in the table of functions (function_table.cpp) and makes its result: by the
// line's signature and text, or by its code in functions_*.cpp.

#include "engine/dialect/functions.hpp"

#include <algorithm>
#include <map>

#include "base/assert.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/function_table.hpp"
#include "engine/dialect/signature.hpp"

namespace weir::dialect {

namespace {

struct TypeFunction {
  std::string_view name;
  Kind kind;
};
constexpr TypeFunction type_functions[] = {
    {"boolean", Kind::boolean}, {"tinyint", Kind::byte},        {"smallint", Kind::short_},
    {"int", Kind::int_},        {"bigint", Kind::long_},        {"float", Kind::float_},
    {"double", Kind::double_},  {"string", Kind::string},       {"binary", Kind::binary},
    {"date", Kind::date},       {"timestamp", Kind::timestamp}, {"decimal", Kind::decimal}};

}  // namespace

MaybeTyped call_type(Call& call) {
  const auto* found =
      std::find_if(std::begin(type_functions), std::end(type_functions),
                   [&](const TypeFunction& entry) { return entry.name == call.function; });
  if (found == std::end(type_functions)) return std::nullopt;
  const Type to = found->kind == Kind::decimal ? Type::decimal(10, 0) : Type(found->kind);
  if (call.args.size() != 1) return wrong_arguments(call, "one value");
  WEIR_TRY(Typed value, cast(std::move(call.args[0]), to));
  return value;
}

namespace {

/// A line of the table, its signature read.
struct Entry {
  const Function* function;
  std::optional<Signature> signature;
};
using Registry = std::map<std::string_view, std::vector<Entry>>;

template <class Use>
void each_word(std::string_view words, const Use& use) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    use(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

const Registry& registry() {
  static const Registry all = [] {
    Registry out;
    for (const Function& function : function_table()) {
      Entry entry{&function, std::nullopt};
      if (function.make == nullptr) entry.signature.emplace(function.signature);
      each_word(function.names, [&](std::string_view name) { out[name].push_back(entry); });
    }
    return out;
  }();
  return all;
}

}  // namespace

bool has_native_lists(const Type& element) {
  return element.is_integral() || element.is_datetime() || element.is_interval() ||
         element.is(Kind::boolean) || element.is(Kind::string);
}

namespace {

std::string filled_in(std::string_view sql, const std::vector<Typed>& args) {
  if (sql.find_first_of("$(.") != std::string_view::npos) return filled(sql, args);
  std::string text(sql);
  for (const Typed& arg : args)
    text += (&arg == args.data() ? "(" : ", ") + arg.sql;
  return text + ")";
}

Result<Typed> made_by(const Entry& entry, Call& call) {
  const Function& function = *entry.function;
  if (function.make != nullptr) {
    WEIR_TRY(std::optional<Typed> value, function.make(call));
    WEIR_ASSERT(value);
    return std::move(*value);
  }
  WEIR_TRY(Signature::Fit fit, entry.signature->fit(call));
  const std::string_view shown = function.shown.empty() ? call.function : function.shown;
  std::string_view sql = function.sql;
  if (!function.of_simple.empty()) {
    const Type& type = fit.args[0].type;
    // What is repeated is the element, and may itself be an array.
    const bool of_array =
        type.is(Kind::array) && !(fit.result.is(Kind::array) && fit.result.element() == type);
    if (has_native_lists(of_array ? type.element() : type)) {
      sql = function.of_simple;
      // What is written has no type yet for DuckDB, which would choose an overload itself.
      if (!type.is(Kind::array) && fit.args[0].literal)
        fit.args[0].sql = "CAST(" + fit.args[0].sql + " AS " + type.duckdb_name() + ")";
    }
  }
  return made_of(pointers(fit.args), fit.result, filled_in(sql, fit.args),
                 call_name(shown, call.args, fit.left_out));
}

}  // namespace

std::string call_name(std::string_view function, const std::vector<Typed>& args,
                      std::string_view more) {
  std::string name(function);
  name += "(";
  for (const Typed& arg : args) {
    if (&arg != args.data()) name += ", ";
    name += arg.name;
  }
  return name + std::string(more) + ")";
}

Failure wrong_arguments(const Call& call, const std::string& wanted) {
  std::string given;
  for (const Typed& arg : call.args) {
    given += (given.empty() ? "" : ", ") + arg.type.spark_name();
  }
  return fail_at(call.at,
                 "the function " + call.function + " takes " + wanted + ", not (" + given + ")");
}

Result<Typed> implicit_cast(const Call& call, Typed value, const Type& wanted) {
  const Type& from = value.type;
  const bool text = from.is(Kind::string);
  if (from.is(Kind::array) && wanted.is(Kind::array)) {  // if each element may be cast
    Typed element = value;
    element.type = from.element();
    WEIR_CHECK(implicit_cast(call, std::move(element), wanted.element()));
    return cast(std::move(value), wanted);
  }
  const bool scalar = !from.is_nested() && !from.is(Kind::binary);
  bool allowed = from == wanted || from.is(Kind::null_);
  if (wanted.is(Kind::string)) allowed = allowed || scalar;
  if (wanted.is_numeric()) allowed = allowed || text || from.is_numeric();
  if (wanted.is_datetime()) allowed = allowed || text || from.is_datetime();
  if (wanted.is(Kind::binary)) allowed = allowed || text;
  if (!allowed) {
    return fail_at(value.at, "the function " + call.function + " wants " + wanted.spark_name() +
                                 " here, not " + from.spark_name() + "; cast it");
  }
  return cast(std::move(value), wanted);
}

Result<Typed> call_function(Call call) {
  WEIR_CHECK(check_function(call.function, call.at));
  const std::vector<Entry>& entries = registry().find(call.function)->second;
  Result<Typed> value = made_by(entries[0], call);
  for (std::size_t i = 1; !value && i < entries.size(); ++i) {
    Result<Typed> other = made_by(entries[i], call);
    if (other) value = std::move(other);
  }
  if (value) value->at = call.at;
  return value;
}

Result<void> check_function(const std::string& function, Position at) {
  if (registry().contains(function)) return {};
  std::string_view remedy;
  for (const RefusedFunction& refused : refused_functions()) {
    each_word(refused.names, [&](std::string_view name) {
      if (name == function) remedy = refused.remedy;
    });
  }
  if (!remedy.empty()) {
    return fail_at(at, "the function " + function + " is not supported by the embedded engine; " +
                           std::string(remedy));
  }
  return fail_at(at, "the function " + function +
                         " is not known to the embedded engine; the functions it knows are "
                         "listed in docs/ingest-queries.md");
}

std::vector<std::string> scalar_functions() {
  std::vector<std::string> names;
  for (const auto& [name, entries] : registry())
    names.emplace_back(name);
  return names;
}

}  // namespace weir::dialect
