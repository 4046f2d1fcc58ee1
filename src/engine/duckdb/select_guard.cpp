/// Checks a query twice. The parse tree comes first: binding alone would open a file that a table
/// function names, and errors should use the caller's own names. But a tree does not say what a
/// name refers to: a CTE hides a system view in one scope and not in the next. So DuckDB's bound
/// plan decides, before the optimizer removes reads: every scan in it is of a stored table that has
/// a view, or of an allowed function, or the query is refused. That a stored table is read through
/// its view is the tree's part: its schema can be named in no other way than in the tree.
/// duckdb_get_table_names was tried: it follows scopes, but expands system views and does not
/// report table functions.
#include "engine/duckdb/select_guard.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "engine/duckdb/tables/failed_view.hpp"
#include "engine/duckdb/tables/written_at.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine::duckdb {

namespace {

namespace json = boost::json;

constexpr std::size_t tree_depth_max = 10'000;

// Table functions that make rows of their arguments and of nothing else.
constexpr std::array<std::string_view, 3> table_functions{"range", "generate_series", "unnest"};
// Scalar functions that tell about the server, write, or take SQL as a text that is not seen here.
constexpr std::array<std::string_view, 9> refused_functions{
    "current_setting", "getvariable", "getenv",
    "nextval",         "currval",     "write_log",
    "sleep_ms",        "sleep_us",    "json_serialize_plan"};
// What information_schema is made of. They tell of the tenant's own tables, and name no file.
constexpr std::array<std::string_view, 3> schema_functions{"duckdb_columns", "duckdb_tables",
                                                           "duckdb_views"};
// Those of its views that a query may name: it gets ours, which leave out how tables are stored.
constexpr std::array<std::string_view, 2> schema_views{"columns", "tables"};

// Scalar functions that make as much out of a row as a number among their arguments says, in one
// step that neither the engine's memory limit nor an interrupt reaches. The number has to stand in
// the query.
constexpr std::array<std::string_view, 8> multipliers{"repeat",      "lpad",           "rpad",
                                                      "list_resize", "array_resize",   "bitstring",
                                                      "range",       "generate_series"};
constexpr std::int64_t multiplier_max = 10'000;  // for each of a chunk's 2048 rows

/// Domain tables as they are spelled, by their names in lower case.
using Tables = std::map<std::string, std::string>;

std::string text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

template <std::size_t N>
bool among(const std::string& name, const std::array<std::string_view, N>& names) {
  for (const std::string_view each : names) {
    if (name == each) return true;
  }
  return false;
}

/// Every object of the tree, without recursion: a query may nest deep.
template <class Visit>
Result<void> for_each_object(const json::value& root, Visit&& visit) {
  std::vector<const json::value*> rest{&root};
  while (!rest.empty()) {
    const json::value* value = rest.back();
    rest.pop_back();
    if (const json::array* array = value->if_array()) {
      for (const json::value& each : *array)
        rest.push_back(&each);
    } else if (const json::object* object = value->if_object()) {
      WEIR_CHECK(visit(*object));
      for (const auto& member : *object)
        rest.push_back(&member.value());
    }
  }
  return {};
}

std::set<std::string> names_of_ctes(const json::value& tree) {
  std::set<std::string> names;
  static_cast<void>(for_each_object(tree, [&names](const json::object& object) -> Result<void> {
    const json::value* ctes = object.if_contains("cte_map");
    const json::object* holder = ctes == nullptr ? nullptr : ctes->if_object();
    const json::value* list = holder == nullptr ? nullptr : holder->if_contains("map");
    if (list == nullptr || !list->is_array()) return {};
    for (const json::value& entry : list->get_array()) {
      if (entry.is_object()) names.insert(folded(text(entry.get_object(), "key")));
    }
    return {};
  }));
  return names;
}

Failure no_such_table(const std::string& name, const Tables& tables) {
  std::string known;
  for (const auto& [low, spelled] : tables)
    known += (known.empty() ? "" : ", ") + quote_name(spelled);
  return fail(Errc::bad_request,
              "there is no table " + quote_name(name) + "; " +
                  (known.empty() ? "no feed was loaded yet" : "the tables are " + known));
}

Result<void> check_table(const json::object& reference, const Tables& tables,
                         const std::set<std::string>& ctes) {
  const std::string name = text(reference, "table_name");
  const std::string schema = folded(text(reference, "schema_name"));
  if (text(reference, "catalog_name").empty()) {
    if (schema == "information_schema") {
      if (among(folded(name), schema_views)) return {};
      return fail(Errc::bad_request,
                  "information_schema has columns and tables here, and no " + quote_name(name));
    }
    if ((schema.empty() || schema == "main") && tables.contains(folded(name))) return {};
    if (schema.empty() && ctes.contains(folded(name))) return {};
  }
  return no_such_table(name, tables);
}

/// The number literal in the query, through casts around it; nullopt for anything else.
std::optional<std::int64_t> constant(const json::value& expression) {
  const json::value* next = &expression;
  while (next->is_object() && text(next->get_object(), "class") == "CAST") {
    next = next->get_object().if_contains("child");
    if (next == nullptr) return std::nullopt;
  }
  if (!next->is_object()) return std::nullopt;
  const json::value* value = next->get_object().if_contains("value");
  if (value == nullptr || !value->is_object()) return std::nullopt;
  const json::value* number = value->get_object().if_contains("value");
  return number != nullptr && number->is_int64() ? std::optional(number->get_int64())
                                                 : std::nullopt;
}

Result<void> check_call(const json::object& call) {
  const std::string function = folded(text(call, "function_name"));
  if (among(function, refused_functions))
    return fail(Errc::bad_request, "the function " + function + " is not for queries");
  if (!among(function, multipliers)) return {};
  const json::value* arguments = call.if_contains("children");
  const bool series = function == "range" || function == "generate_series";
  if (arguments != nullptr && arguments->is_array()) {
    const json::array& all = arguments->get_array();
    bool bounded = !all.empty();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!series && i != 1) continue;
      const auto number = constant(all[i]);
      bounded = bounded && number && *number <= multiplier_max && *number >= -multiplier_max;
    }
    if (bounded) return {};
  }
  return fail(Errc::bad_request,
              series
                  ? "the function " + function +
                        " makes a list here, whose bounds must be numbers of the query up to "
                        "10000; make rows of it instead: FROM " +
                        function + "(...)"
                  : "how much " + function + " makes must be a number of the query, 10000 at most");
}

/// Checks the query's parse tree, from the outside in.
class TreeCheck {
 public:
  TreeCheck(const Tables& tables, std::set<std::string> ctes)
      : tables_(tables), ctes_(std::move(ctes)) {}

  Result<void> operator()(const json::object& object) {
    const std::string type = text(object, "type");
    if (type == "BASE_TABLE") return check_table(object, tables_, ctes_);
    if (type == "SHOW_REF")
      return fail(Errc::bad_request,
                  "DESCRIBE, SHOW and SUMMARIZE are not for queries; select from "
                  "information_schema.columns instead");
    if (type == "TABLE_FUNCTION") return check_table_function(object);
    if (text(object, "class") == "PARAMETER")
      return fail(Errc::bad_request, "the query has parameters; write the values in their place");
    if (object.contains("function_name") && !makes_rows_.contains(&object))
      return check_call(object);
    return {};
  }

 private:
  Result<void> check_table_function(const json::object& reference) {
    const json::value* call = reference.if_contains("function");
    const json::object* function = call == nullptr ? nullptr : call->if_object();
    const std::string name = function == nullptr ? "" : folded(text(*function, "function_name"));
    if (!among(name, table_functions))
      return fail(Errc::bad_request, "the table function " + name +
                                         " is not for queries; there are range, generate_series "
                                         "and unnest");
    makes_rows_.insert(function);  // row after row, whatever its numbers are
    return {};
  }

  const Tables& tables_;
  const std::set<std::string> ctes_;
  std::set<const json::object*> makes_rows_;
};

Result<void> check_one_statement(Connection& connection, const std::string& sql) {
  Owned<duckdb_extracted_statements, duckdb_destroy_extracted> statements;
  const idx_t count = duckdb_extract_statements(connection.get(), sql.c_str(), statements.out());
  if (count == 1) return {};
  if (const char* error = duckdb_extract_statements_error(statements.get()); error != nullptr)
    return connection.failure(error, Place::shown);
  return fail(Errc::bad_request, count == 0 ? "the query is empty; write one SELECT"
                                            : "more than one statement; send one SELECT at a time");
}

/// A tree that DuckDB's JSON functions give of the query. Their errors are in it, not theirs.
Result<json::value> tree_of(Connection& connection, const char* function, const std::string& sql) {
  WEIR_TRY(const auto cells, connection.cells(std::string("SELECT CAST(") + function + "(" +
                                              quote_text(sql) + ") AS VARCHAR)"));
  json::parse_options options;
  options.max_depth = tree_depth_max;
  json::error_code error;
  json::value tree = json::parse(cells[0][0].value_or("null"), error, {}, options);
  if (error || !tree.is_object())
    return fail(Errc::bad_request, "the query nests too deep; make it simpler");
  return tree;
}

/// The reason why binding failed, if the answer has one; otherwise the query's reads are unknown.
Failure binding_failed(const json::object& answer, const std::string& sql) {
  const std::string type = text(answer, "error_type");
  const std::string message = text(answer, "error_message");
  std::string place;
  std::size_t offset = 0;
  const std::string position = text(answer, "position");
  const auto [end, error] =
      std::from_chars(position.data(), position.data() + position.size(), offset);
  if (!position.empty() && error == std::errc() && offset <= sql.size()) {
    const std::string_view before = std::string_view(sql).substr(0, offset);
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    place = "line " + std::to_string(1 + std::count(before.begin(), before.end(), '\n')) +
            ", column " + std::to_string(offset - line_begin + 1);
  }
  return fail(in_words(type + " Error: " + message, place));
}

bool has_failed(const json::value& tree) {
  const json::value* failed = tree.get_object().if_contains("error");
  return failed == nullptr || !failed->is_bool() || failed->get_bool();
}

bool names_the_schema(const json::value& tree) {
  bool found = false;
  static_cast<void>(for_each_object(tree, [&found](const json::object& object) -> Result<void> {
    found = found || (text(object, "type") == "BASE_TABLE" &&
                      folded(text(object, "schema_name")) == "information_schema");
    return {};
  }));
  return found;
}

/// A scan of the plan: of a stored table, or of a function that is on a list.
Result<void> check_scan(const json::object& scan, const Tables& tables,
                        const std::set<std::string>& stored, bool schema,
                        std::set<std::string>& scanned) {
  const std::string function = folded(text(scan, "name"));
  if (among(function, table_functions)) return {};
  if (schema && among(function, schema_functions)) return {};
  const json::value* data = scan.if_contains("function_data");
  if (function != "seq_scan" || data == nullptr || !data->is_object())
    return no_such_table(function, tables);
  const std::string catalog = text(data->get_object(), "catalog");
  const std::string table = text(data->get_object(), "table");
  const bool own = catalog != "system" && catalog != "temp" &&
                   text(data->get_object(), "schema") == stored_schema && stored.contains(table);
  if (!own) return no_such_table(table, tables);
  scanned.insert(table);
  return {};
}

/// The query with our views in the place of information_schema's.
Result<std::string> with_own_schema(Connection& connection, json::value tree) {
  std::vector<json::value*> rest{&tree};
  while (!rest.empty()) {
    json::value* value = rest.back();
    rest.pop_back();
    if (json::array* array = value->if_array()) {
      for (json::value& each : *array)
        rest.push_back(&each);
      continue;
    }
    json::object* object = value->if_object();
    if (object == nullptr) continue;
    if (text(*object, "type") == "BASE_TABLE" &&
        folded(text(*object, "schema_name")) == "information_schema") {
      const std::string name = text(*object, "table_name");
      if (text(*object, "alias").empty()) (*object)["alias"] = name;
      (*object)["schema_name"] = stored_schema;
      (*object)["table_name"] = schema_view(folded(name));
    }
    for (auto& member : *object)
      rest.push_back(&member.value());
  }
  WEIR_TRY(const auto cells, connection.cells(duckdb::sql("SELECT json_deserialize_sql($)",
                                                          Text{json::serialize(tree)})));
  return cells[0][0].value_or("");
}

Result<void> check_plan(const json::value& plan, const Tables& tables,
                        const std::set<std::string>& stored, bool schema,
                        std::set<std::string>& scanned) {
  return for_each_object(plan, [&](const json::object& object) -> Result<void> {
    if (text(object, "type") == "LOGICAL_GET")
      return check_scan(object, tables, stored, schema, scanned);
    if (text(object, "expression_class") == "BOUND_FUNCTION" &&
        among(folded(text(object, "name")), refused_functions))
      return fail(Errc::bad_request, "the query calls what is not for queries");
    return {};
  });
}

}  // namespace

Result<GuardedSelect> guard_select(Connection& connection, const std::string& sql,
                                   const std::vector<StoredTable>& known, Reads reads) {
  Tables tables;
  std::set<std::string> stored;
  for (const StoredTable& table : known) {
    tables.emplace(folded(table.name), table.name);
    stored.insert(table.table());
    if (reads == Reads::history) stored.insert({table.history(), table.origins()});
  }
  if (folded(sql).find(failed_name("")) != std::string::npos) {
    WEIR_TRY(const auto views, failed_views(connection));
    for (const std::string& each : views)
      tables.emplace(folded(each), each);
    if (!views.empty()) stored.emplace("row_errors");
  }
  const bool written = names_written_at(sql);  // then there are views of ours in temp
  if (written) stored.emplace("loads");
  if (sql.find('\0') != std::string::npos)
    return fail(Errc::bad_request, "the query has a NUL character in it; take it out");
  WEIR_CHECK(check_one_statement(connection, sql));
  WEIR_TRY(json::value tree, tree_of(connection, "json_serialize_sql", sql));
  if (has_failed(tree)) return fail(Errc::bad_request, "only SELECT may be run here");
  TreeCheck check(tables, names_of_ctes(tree));
  WEIR_CHECK(for_each_object(tree, check));
  const bool schema = names_the_schema(tree);
  if (schema && written)
    return fail(Errc::bad_request,
                "information_schema does not tell of " + std::string(written_at_column) +
                    ", which every table has; ask it in a query without that name");
  if (schema && reads == Reads::history)
    return fail(Errc::bad_request,
                "information_schema tells of the tables as they are now; ask it without as_of");
  GuardedSelect out;
  out.sql = sql;
  if (schema) {
    WEIR_TRY(out.sql, with_own_schema(connection, std::move(tree)));
  }
  // Checked before it is prepared, since preparing evaluates constants.
  WEIR_TRY(const json::value plan, tree_of(connection, "json_serialize_plan", out.sql));
  if (has_failed(plan)) return binding_failed(plan.get_object(), schema ? "" : sql);
  WEIR_CHECK(check_plan(plan, tables, stored, schema, out.scanned));
  WEIR_TRY(out.statement, connection.prepare(out.sql, schema ? Place::hidden : Place::shown));
  if (duckdb_prepared_statement_type(out.statement.get()) != DUCKDB_STATEMENT_TYPE_SELECT)
    return fail(Errc::bad_request, "only SELECT may be run here");
  return out;
}

}  // namespace weir::engine::duckdb
