// Arrays, maps and structs. DuckDB's list functions are used where they treat NULL elements,
// negative indexes and order as Spark does; elsewhere the call is wrapped, rather than written anew
// as a lambda, because a lambda costs a pass over the values.

#include <algorithm>

#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

namespace {

MaybeTyped size(Call& call) {
  if (call.args.size() != 1) return wrong_arguments(call, "an array or a map");
  const Typed& value = call.args[0];
  const std::string name = call_name(call.function, call.args);
  if (value.type.is(Kind::null_)) return made_of(value, Kind::int_, "-1", name);
  if (!value.type.is(Kind::array) && !value.type.is(Kind::map)) {
    return wrong_arguments(call, "an array or a map");
  }
  const std::string length = value.type.is(Kind::array) ? "len(" : "cardinality(";
  // With ANSI mode off the size of NULL is -1.
  return made_of(value, Kind::int_,
                 "CAST(coalesce(CAST(" + length + value.sql + ") AS BIGINT), -1) AS INTEGER)",
                 name);
}

MaybeTyped make_array(Call& call) {
  const std::string name = call_name(call.function, call.args);
  WEIR_TRY(call.args, unified(std::move(call.args), true, "ARRAY"));
  const Type element = call.args.empty() ? Type(Kind::null_) : call.args[0].type;
  std::string items;
  for (const Typed& arg : call.args) {
    items += (items.empty() ? "" : ", ") + arg.sql;
  }
  const Type type = Type::array(element);
  return made_of(pointers(call.args), type, "CAST([" + items + "] AS " + type.duckdb_name() + ")",
                 name);
}

MaybeTyped make_map(Call& call) {
  if (call.args.size() % 2 != 0 || call.args.empty())
    return wrong_arguments(call, "keys and values");
  const std::string name = call_name(call.function, call.args);
  std::vector<Typed> keys;
  std::vector<Typed> values;
  for (std::size_t i = 0; i < call.args.size(); i += 2) {
    keys.push_back(call.args[i]);
    values.push_back(call.args[i + 1]);
  }
  WEIR_TRY(keys, unified(std::move(keys), true, "the keys of MAP"));
  WEIR_TRY(values, unified(std::move(values), true, "the values of MAP"));
  std::string left;
  std::string right;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    left += (i == 0 ? "" : ", ") + keys[i].sql;
    right += (i == 0 ? "" : ", ") + values[i].sql;
  }
  const Type type = Type::map(keys[0].type, values[0].type);
  // NULL where a key is NULL, or is there twice: Spark raises an error, which one value must not.
  return made_of(pointers(call.args), type,
                 "CASE WHEN len(list_distinct([" + left + "])) = " + std::to_string(keys.size()) +
                     " THEN CAST(map([" + left + "], [" + right + "]) AS " + type.duckdb_name() +
                     ") END",
                 name);
}

Typed packed(const std::vector<std::string>& names, const std::vector<Typed>& values,
             std::string name) {
  std::vector<Field> fields;
  std::string sql;
  for (std::size_t i = 0; i < values.size(); ++i) {
    fields.push_back({names[i], values[i].type});
    const std::string value = values[i].type.is(Kind::null_)
                                  ? "CAST(NULL AS " + values[i].type.duckdb_name() + ")"
                                  : values[i].sql;
    sql += (i == 0 ? "" : ", ") + quoted_identifier(names[i]) + " := " + value;
  }
  return made_of(pointers(values), Type::structure(std::move(fields)), "struct_pack(" + sql + ")",
                 std::move(name));
}

Result<void> unique_names(const Call& call, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (same_name(names[i], names[k])) {
        return fail_at(
            call.at, "the struct has two fields named " + names[i] + "; give them different names");
      }
    }
  }
  return {};
}

MaybeTyped make_struct(Call& call) {
  if (call.args.empty()) return wrong_arguments(call, "at least one value");
  std::vector<std::string> names;
  std::string shown = "struct(";
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    std::string alias =
        call.expr != nullptr && i < call.expr->names.size() ? call.expr->names[i] : "";
    const Expr* written = call.expr != nullptr ? call.expr->children[i].get() : nullptr;
    shown += (i == 0 ? "" : ", ") + call.args[i].name + (alias.empty() ? "" : " AS " + alias);
    if (alias.empty() && written != nullptr && written->kind == ExprKind::name) {
      alias = written->parts.back();
    }
    if (alias.empty()) alias = "col" + std::to_string(i + 1);
    names.push_back(std::move(alias));
  }
  WEIR_CHECK(unique_names(call, names));
  return packed(names, call.args, shown + ")");
}

MaybeTyped make_named_struct(Call& call) {
  if (call.args.empty() || call.args.size() % 2 != 0)
    return wrong_arguments(call, "names and values");
  std::vector<std::string> names;
  std::vector<Typed> values;
  for (std::size_t i = 0; i < call.args.size(); i += 2) {
    if (!call.args[i].text || call.args[i].text->empty()) {
      return fail_at(call.args[i].at, "the names of NAMED_STRUCT must be written as texts");
    }
    names.push_back(*call.args[i].text);
    values.push_back(call.args[i + 1]);
  }
  WEIR_CHECK(unique_names(call, names));
  return packed(names, values, call_name("named_struct", call.args));
}

/// A function whose first argument is an array.
struct ArrayFunction {
  std::string_view name;
  std::size_t args;
  enum class Gives : std::uint8_t { array, element, boolean, integer, long_, inner } gives;
  std::string_view sql;
  bool takes_element = false;  // the second argument is of the element's type
};
using Gives = ArrayFunction::Gives;
constexpr ArrayFunction array_functions[] = {
    {"array_contains", 2, Gives::boolean, "spark_array_contains($1, $2)", true},
    {"array_distinct", 1, Gives::array, "spark_array_distinct($1)"},
    {"array_max", 1, Gives::element, "list_max($1)"},
    {"array_min", 1, Gives::element, "list_min($1)"},
    {"array_size", 1, Gives::integer, "CAST(len($1) AS INTEGER)"},
    {"array_compact", 1, Gives::array, "list_filter($1, lambda x: x IS NOT NULL)"},
    {"array_remove", 2, Gives::array, "spark_array_remove($1, $2)", true},
    {"array_position", 2, Gives::long_, "spark_array_position($1, $2)", true},
    {"flatten", 1, Gives::inner, "spark_flatten($1)"},
};

Result<Type> given(const Call& call, const ArrayFunction& function) {
  const Type& array = call.args[0].type;
  switch (function.gives) {
    case Gives::array:
      return array;
    case Gives::element:
      return array.element();
    case Gives::boolean:
      return Type(Kind::boolean);
    case Gives::integer:
      return Type(Kind::int_);
    case Gives::long_:
      return Type(Kind::long_);
    case Gives::inner:
      if (!array.element().is(Kind::array)) return wrong_arguments(call, "an array of arrays");
      return array.element();
  }
  return array;
}

MaybeTyped array_function(Call& call, const ArrayFunction& function) {
  const std::string name = call_name(call.function, call.args);
  if (call.args.size() != function.args || !call.args[0].type.is(Kind::array)) {
    return wrong_arguments(call, function.args == 1 ? "an array" : "an array and a value");
  }
  const bool extreme = function.gives == Gives::element;
  if (extreme && call.args[0].type.element().is_nested()) {
    return wrong_arguments(call, "an array of scalars on the embedded engine");
  }
  if (function.takes_element) {
    const Type element = call.args[0].type.element();
    const auto met = tightest_type(element, call.args[1].type);
    if (!met) return wrong_arguments(call, "an array and a value of its elements' type");
    WEIR_TRY(call.args[0], cast(std::move(call.args[0]), Type::array(*met)));
    WEIR_TRY(call.args[1], cast(std::move(call.args[1]), *met));
  }
  WEIR_TRY(Type type, given(call, function));
  const bool by_bits =
      call.function == "array_distinct" && call.args[0].type.element().is_fractional();
  return made_of(pointers(call.args), std::move(type),
                 filled(by_bits ? "spark_distinct_bits($1)" : function.sql, call.args), name);
}

// DuckDB sorts a NULL inside a struct or a list after all values, Spark before them. So each value
// is sorted together with a flag that says whether it is NULL.
std::string sort_key(const std::string& value, const Type& type, int depth) {
  std::string key = value;
  if (type.is(Kind::struct_)) {
    key.clear();
    for (std::size_t i = 0; i < type.fields().size(); ++i) {
      const Field& field = type.fields()[i];
      key += (i == 0 ? "{'k" : ", 'k") + std::to_string(i) + "': " +
             sort_key("struct_extract(" + value + ", " + quoted_string(field.name) + ")",
                      field.type, depth);
    }
    key += "}";
  } else if (type.is(Kind::array)) {
    const std::string item = "v_key" + std::to_string(depth);
    key = "list_transform(" + value + ", lambda " + item + ": " +
          sort_key(item, type.element(), depth + 1) + ")";
  }
  return "{'is': " + value + " IS NOT NULL, 'v': " + key + "}";
}

bool has_map(const Type& type) {
  if (type.is(Kind::map)) return true;
  if (!type.is_nested()) return false;
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const Field& field) { return has_map(field.type); });
}

MaybeTyped sorted(Call& call) {
  const std::string name =
      call_name(call.function, call.args, call.args.size() == 1 ? ", true" : "");
  if (call.args.empty() || call.args.size() > 2 || !call.args[0].type.is(Kind::array)) {
    return wrong_arguments(call, "an array and TRUE or FALSE");
  }
  const Typed& value = call.args[0];
  if (has_map(value.type)) return wrong_arguments(call, "elements with an order");
  bool ascending = true;
  if (call.args.size() == 2) {
    if (call.args[1].sql != "true" && call.args[1].sql != "false") {
      return fail_at(call.args[1].at, "the direction of SORT_ARRAY must be TRUE or FALSE");
    }
    ascending = call.args[1].sql == "true";
  }
  const std::string order = ascending ? ", 'ASC', 'NULLS FIRST')" : ", 'DESC', 'NULLS LAST')";
  const Type& element = value.type.element();
  std::string sql = "list_sort(" + value.sql + order;
  if (element.is_nested()) {
    sql = "list_transform(list_sort(list_transform(" + value.sql +
          ", lambda v_sort: {'k': " + sort_key("v_sort", element, 0) + ", 'x': v_sort})" + order +
          ", lambda v_sorted: v_sorted.x)";
  }
  return made_of(value, value.type, sql, name);
}

MaybeTyped element_at(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "an array or a map, and where");
  const std::string name = call_name(call.function, call.args);
  const Typed& from = call.args[0];
  if (from.type.is(Kind::map) && call.function == "element_at") {
    WEIR_TRY(const Typed key, implicit_cast(call, call.args[1], from.type.key()));
    return made_of(from, key, from.type.value(), from.sql + "[" + key.sql + "]", name);
  }
  if (!from.type.is(Kind::array)) return wrong_arguments(call, "an array or a map, and where");
  if (!call.args[1].type.is_integral()) return wrong_arguments(call, "an array and an integer");
  if (call.args[1].number == 0 && call.function == "element_at") {
    return fail_at(call.args[1].at, "element_at counts from 1; the index 0 is not valid");
  }
  WEIR_TRY(const Typed index, implicit_cast(call, call.args[1], Kind::int_));
  const std::string function = call.function == "get" ? "spark_get(" : "spark_element_at(";
  return made_of(from, index, from.type.element(), function + from.sql + ", " + index.sql + ")",
                 name);
}

MaybeTyped of_map(Call& call) {
  if (call.args.empty() || !call.args[0].type.is(Kind::map)) return wrong_arguments(call, "a map");
  const std::string name = call_name(call.function, call.args);
  const Typed& map = call.args[0];
  if (call.function == "map_contains_key") {
    if (call.args.size() != 2) return wrong_arguments(call, "a map and a key");
    WEIR_TRY(const Typed key, implicit_cast(call, call.args[1], map.type.key()));
    return made_of(map, key, Kind::boolean,
                   "list_contains(map_keys(" + map.sql + "), " + key.sql + ")", name);
  }
  if (call.args.size() != 1) return wrong_arguments(call, "a map");
  const Type& part = call.function == "map_keys" ? map.type.key() : map.type.value();
  return made_of(map, Type::array(part), call.function + "(" + map.sql + ")", name);
}

MaybeTyped array_join(Call& call) {
  if (call.args.size() < 2 || call.args.size() > 3) {
    return wrong_arguments(call, "an array of text, a separator and a text for NULL");
  }
  const std::string name = call_name(call.function, call.args);
  WEIR_TRY(Typed array, implicit_cast(call, call.args[0], Type::array(Kind::string)));
  WEIR_TRY(const Typed separator, implicit_cast(call, call.args[1], Kind::string));
  std::string sql = array.sql;
  if (call.args.size() == 3) {
    WEIR_TRY(const Typed null, implicit_cast(call, call.args[2], Kind::string));
    sql = "list_transform(" + sql + ", lambda x: coalesce(x, " + null.sql + "))";
  }
  return made_of(
      array, separator, Kind::string,
      "CASE WHEN " + array.sql + " IS NOT NULL THEN " + joined_text(sql, separator) + " END", name);
}

MaybeTyped slice(Call& call) {
  if (call.args.size() != 3 || !call.args[0].type.is(Kind::array)) {
    return wrong_arguments(call, "an array, a start and a length");
  }
  const std::string name = call_name(call.function, call.args);
  WEIR_TRY(call.args[1], implicit_cast(call, std::move(call.args[1]), Kind::int_));
  WEIR_TRY(call.args[2], implicit_cast(call, std::move(call.args[2]), Kind::int_));
  return made_of(pointers(call.args), call.args[0].type,
                 filled("spark_slice($1, $2, $3)", call.args), name);
}

}  // namespace

MaybeTyped call_collection(Call& call) {
  const std::string& f = call.function;
  for (const ArrayFunction& function : array_functions) {
    if (function.name == f) return array_function(call, function);
  }
  if (f == "size" || f == "cardinality") return size(call);
  if (f == "array") return make_array(call);
  if (f == "map") return make_map(call);
  if (f == "struct") return make_struct(call);
  if (f == "named_struct") return make_named_struct(call);
  if (f == "sort_array") return sorted(call);
  if (f == "element_at" || f == "get") return element_at(call);
  if (f == "map_keys" || f == "map_values" || f == "map_contains_key") return of_map(call);
  if (f == "array_join") return array_join(call);
  if (f == "slice") return slice(call);
  return std::nullopt;
}

}  // namespace weir::dialect
