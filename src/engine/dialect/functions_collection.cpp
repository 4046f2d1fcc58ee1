// Arrays, maps and structs. DuckDB's list functions are used where they treat NULL elements,
// negative indexes and order as Spark does; elsewhere the call is wrapped, rather than written anew
// as a lambda, because a lambda costs a pass over the values.

#include <algorithm>

#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/dialect/function_table.hpp"
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
  std::string shown_with_names = "named_struct(";
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    std::string alias =
        call.expr != nullptr && i < call.expr->names.size() ? call.expr->names[i] : "";
    const Expr* written = call.expr != nullptr ? call.expr->children[i].get() : nullptr;
    shown += (i == 0 ? "" : ", ") + call.args[i].name + (alias.empty() ? "" : " AS " + alias);
    if (alias.empty() && written != nullptr && written->kind == ExprKind::name) {
      alias = written->parts.back();
    }
    if (alias.empty()) alias = "col" + std::to_string(i + 1);
    shown_with_names += (i == 0 ? "" : ", ") + alias + ", " + call.args[i].name;
    names.push_back(std::move(alias));
  }
  WEIR_CHECK(unique_names(call, names));
  // Spark names the fields in the text where a parameter of a lambda function is among them.
  const bool of_lambda = std::any_of(call.args.begin(), call.args.end(), [](const Typed& arg) {
    return arg.name.starts_with("namedlambdavariable()");
  });
  const bool row = call.expr != nullptr && call.expr->kind == ExprKind::row;
  return packed(names, call.args, (of_lambda || row ? shown_with_names : shown) + ")");
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

MaybeTyped distinct_elements(Call& call) {
  if (call.args.size() != 1 || !call.args[0].type.is(Kind::array))
    return wrong_arguments(call, "an array");
  const Typed& array = call.args[0];
  const Type& element = array.type.element();
  const std::string function = element.is_fractional()     ? "spark_distinct_bits("
                               : has_native_lists(element) ? "spark_list_distinct("
                                                           : "spark_array_distinct(";
  return made_of(array, array.type, function + array.sql + ")",
                 call_name(call.function, call.args));
}

MaybeTyped extreme_element(Call& call) {
  if (call.args.size() != 1 || !call.args[0].type.is(Kind::array))
    return wrong_arguments(call, "an array");
  const Typed& array = call.args[0];
  if (array.type.element().is_nested())
    return wrong_arguments(call, "an array of scalars on the embedded engine");
  return made_of(array, array.type.element(),
                 (call.function == "array_max" ? "list_max(" : "list_min(") + array.sql + ")",
                 call_name(call.function, call.args));
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

/// How Spark shows ARRAY_SORT of an array alone.
constexpr std::string_view standard_comparison =
    ", lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), "
    "0, "
    "(IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, "
    "(IF((namedlambdavariable() < namedlambdavariable()), -1, (IF((namedlambdavariable() > "
    "namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable())";

MaybeTyped sorted(Call& call) {
  const bool nulls_last = call.function == "array_sort";
  const std::string name = call_name(call.function, call.args,
                                     nulls_last              ? standard_comparison
                                     : call.args.size() == 1 ? ", true"
                                                             : "");
  if (nulls_last && call.args.size() > 1) {
    return fail_at(call.at,
                   "ARRAY_SORT with a function that compares is not supported by the embedded "
                   "engine; use SORT_ARRAY over structs whose first field is what to sort by");
  }
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
  const std::string order = nulls_last  ? ", 'ASC', 'NULLS LAST')"
                            : ascending ? ", 'ASC', 'NULLS FIRST')"
                                        : ", 'DESC', 'NULLS LAST')";
  const Type& element = value.type.element();
  std::string sql = "list_sort(" + value.sql + order;
  if (element.is_nested() && nulls_last) {
    return wrong_arguments(call, "an array of scalars on the embedded engine");
  }
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
  if (from.type.is(Kind::map) && call.function != "get") {
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

MaybeTyped contains_key(Call& call) {
  if (call.args.size() != 2 || !call.args[0].type.is(Kind::map))
    return wrong_arguments(call, "a map and a key");
  const std::string name = call_name(call.function, call.args);
  const Typed& map = call.args[0];
  WEIR_TRY(const Typed key, implicit_cast(call, call.args[1], map.type.key()));
  return made_of(map, key, Kind::boolean,
                 "list_contains(map_keys(" + map.sql + "), " + key.sql + ")", name);
}

MaybeTyped entries_of(Call& call) {
  if (call.args.size() != 1 || !call.args[0].type.is(Kind::map))
    return wrong_arguments(call, "a map");
  const Typed& map = call.args[0];
  const Type entry = Type::structure({{"key", map.type.key()}, {"value", map.type.value()}});
  return made_of(map, Type::array(entry), "map_entries(" + map.sql + ")",
                 call_name(call.function, call.args));
}

MaybeTyped map_of_entries(Call& call) {
  const bool fits = call.args.size() == 1 && call.args[0].type.is(Kind::array) &&
                    call.args[0].type.element().is(Kind::struct_) &&
                    call.args[0].type.element().fields().size() == 2;
  if (!fits) return wrong_arguments(call, "an array of structs of a key and a value");
  const Typed& entries = call.args[0];
  const std::vector<Field>& fields = entries.type.element().fields();
  return made_of(entries, Type::map(fields[0].type, fields[1].type),
                 "spark_map_from_entries(" + entries.sql + ")",
                 call_name(call.function, call.args));
}

MaybeTyped joined_maps(Call& call) {
  if (call.args.empty()) return wrong_arguments(call, "maps");
  const std::string name = call_name(call.function, call.args);
  WEIR_TRY(call.args, unified(std::move(call.args), false, "MAP_CONCAT"));
  const Type type = call.args[0].type;
  if (!type.is(Kind::map)) return wrong_arguments(call, "maps");
  std::string sql = call.args[0].sql;
  for (std::size_t i = 1; i < call.args.size(); ++i)
    sql = "spark_map_concat(" + sql + ", " + call.args[i].sql + ")";
  return made_of(pointers(call.args), type, sql, name);
}

// ARRAYS_ZIP: the fields are named as the arguments are, or numbered from 0.
MaybeTyped zipped(Call& call) {
  if (call.args.empty()) return wrong_arguments(call, "arrays");
  std::string lists;
  std::string there;
  std::string items;
  std::string parts;
  std::vector<Field> fields;
  std::vector<std::string> named;
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    const Typed& arg = call.args[i];
    if (!arg.type.is(Kind::array)) return wrong_arguments(call, "arrays");
    const Expr* written = call.expr != nullptr && i < call.expr->children.size()
                              ? call.expr->children[i].get()
                              : nullptr;
    const std::string name = written != nullptr && written->kind == ExprKind::name
                                 ? written->parts.back()
                                 : std::to_string(i);
    const std::string number = std::to_string(i);
    const std::string before = i == 0 ? "" : ", ";
    lists += before + "'a" + number + "': " + arg.sql;
    there += (i == 0 ? "" : " AND ") + std::string("v_zip.a") + number + " IS NOT NULL";
    items += before + "v_zip.a" + number;
    parts += before + quoted_identifier(name) + " := v_each[" + std::to_string(i + 1) + "]";
    fields.push_back({name, arg.type.element()});
    named.push_back(name);
  }
  WEIR_CHECK(unique_names(call, named));
  const Type type = Type::array(Type::structure(std::move(fields)));
  return made_of(pointers(call.args), type,
                 "list_transform([{" + lists + "}], lambda v_zip: CASE WHEN " + there +
                     " THEN list_transform(list_zip(" + items + "), lambda v_each: struct_pack(" +
                     parts + ")) END)[1]",
                 call_name(call.function, call.args));
}

// SEQUENCE of whole numbers, dates or moments; the step of a date is an interval as written.
MaybeTyped sequence(Call& call) {
  if (call.args.size() < 2 || call.args.size() > 3)
    return wrong_arguments(call, "a start, an end and a step");
  const std::string name = call_name(call.function, call.args);
  const auto met = wider_type_without_text({call.args[0].type, call.args[1].type});
  if (!met || (!met->is_integral() && !met->is_datetime()))
    return wrong_arguments(call, "whole numbers, dates or timestamps");
  WEIR_TRY(const Typed from, cast(std::move(call.args[0]), *met));
  WEIR_TRY(const Typed to, cast(std::move(call.args[1]), *met));
  if (met->is_integral()) {
    std::string step = "NULL";
    if (call.args.size() == 3) {
      WEIR_TRY(const Typed by, implicit_cast(call, std::move(call.args[2]), *met));
      step = "CAST(" + by.sql + " AS BIGINT)";
    }
    const std::string items = "spark_sequence(CAST(" + from.sql + " AS BIGINT), CAST(" + to.sql +
                              " AS BIGINT), " + step + ")";
    return made_of(from, to, Type::array(*met),
                   met->is(Kind::long_)
                       ? items
                       : "CAST(" + items + " AS " + Type::array(*met).duckdb_name() + ")",
                   name);
  }
  const bool given = call.args.size() == 3;
  if (given && !call.args[2].interval)
    return wrong_arguments(call, "a step written as an interval");
  const bool months = given && call.args[2].type.is(Kind::year_month);
  constexpr std::int64_t day_us = 86'400'000'000;
  const std::int64_t by = given ? *call.args[2].interval : day_us;
  const bool date = met->is(Kind::date);
  if (date && !months && by % day_us != 0)
    return wrong_arguments(call, "a step of days, months or years between dates");
  const auto moment = [&](const std::string& sql) {
    return date ? "CAST(" + sql + " AS TIMESTAMP)" : sql;
  };
  const std::string items =
      "spark_moments(" + moment(from.sql) + ", " + moment(to.sql) + ", " +
      (months ? std::to_string(by) + ", 0, " : "0, " + std::to_string(by) + ", ") +
      (given ? "false" : "true") + ")";
  return made_of(from, to, Type::array(*met), date ? "CAST(" + items + " AS DATE[])" : items, name);
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

}  // namespace

Result<std::string> sort_key(const Call& call, const Typed& value) {
  if (has_map(value.type)) return wrong_arguments(call, "values with an order");
  return sort_key(value.sql, value.type, 0);
}

MaybeTyped call_collection(Call& call) {
  const std::string& f = call.function;
  if (f == "array_distinct") return distinct_elements(call);
  if (f == "array_max" || f == "array_min") return extreme_element(call);
  if (f == "size" || f == "cardinality") return size(call);
  if (f == "array") return make_array(call);
  if (f == "map") return make_map(call);
  if (f == "struct") return make_struct(call);
  if (f == "named_struct") return make_named_struct(call);
  if (f == "sort_array" || f == "array_sort") return sorted(call);
  if (f == "element_at" || f == "try_element_at" || f == "get") return element_at(call);
  if (f == "map_contains_key") return contains_key(call);
  if (f == "map_entries") return entries_of(call);
  if (f == "map_from_entries") return map_of_entries(call);
  if (f == "map_concat") return joined_maps(call);
  if (f == "arrays_zip") return zipped(call);
  if (f == "sequence") return sequence(call);
  if (f == "array_join") return array_join(call);
  return std::nullopt;
}

}  // namespace weir::dialect
