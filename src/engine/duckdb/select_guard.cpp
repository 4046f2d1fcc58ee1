#include "engine/duckdb/select_guard.hpp"

#include <array>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "engine/duckdb/text_scan.hpp"

namespace weir::engine {

namespace {

namespace json = boost::json;

constexpr std::size_t tree_depth_max = 10'000;

// Table functions that make rows of their arguments and of nothing else.
constexpr std::array<std::string_view, 3> table_functions{"range", "generate_series", "unnest"};
// Scalar functions that tell about the server.
constexpr std::array<std::string_view, 4> refused_functions{"current_setting", "getvariable",
                                                            "getenv", "nextval"};

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
Result<void> for_each_object(const json::value& root, const Visit& visit) {
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

Result<void> check_table(const json::object& reference, const std::set<std::string>& tables,
                         const std::set<std::string>& ctes) {
  const std::string name = text(reference, "table_name");
  const std::string schema = folded(text(reference, "schema_name"));
  if (text(reference, "catalog_name").empty()) {
    if (schema == "information_schema") return {};
    if ((schema.empty() || schema == "main") && tables.contains(folded(name))) return {};
    if (schema.empty() && ctes.contains(folded(name))) return {};
  }
  std::string known;
  for (const std::string& table : tables)
    known += (known.empty() ? "" : ", ") + quote_name(table);
  return fail(Errc::bad_request,
              "there is no table " + quote_name(name) + "; " +
                  (known.empty() ? "no feed was loaded yet" : "the tables are " + known));
}

Result<void> check_object(const json::object& object, const std::set<std::string>& tables,
                          const std::set<std::string>& ctes) {
  const std::string type = text(object, "type");
  if (type == "BASE_TABLE") return check_table(object, tables, ctes);
  if (type == "SHOW_REF")
    return fail(Errc::bad_request,
                "DESCRIBE, SHOW and SUMMARIZE are not for queries; select from "
                "information_schema.columns instead");
  if (type == "TABLE_FUNCTION") {
    const json::value* call = object.if_contains("function");
    const std::string name = call != nullptr && call->is_object()
                                 ? folded(text(call->get_object(), "function_name"))
                                 : "";
    if (!among(name, table_functions))
      return fail(Errc::bad_request, "the table function " + name +
                                         " is not for queries; there are range, generate_series "
                                         "and unnest");
  }
  const std::string function = folded(text(object, "function_name"));
  if (among(function, refused_functions))
    return fail(Errc::bad_request, "the function " + function + " is not for queries");
  return {};
}

Result<void> check_one_statement(Connection& connection, const std::string& sql) {
  Owned<duckdb_extracted_statements, duckdb_destroy_extracted> statements;
  const idx_t count = duckdb_extract_statements(connection.get(), sql.c_str(), statements.out());
  if (count == 1) return {};
  if (const char* error = duckdb_extract_statements_error(statements.get()); error != nullptr)
    return duckdb_failure(error);
  return fail(Errc::bad_request, count == 0 ? "the query is empty; write one SELECT"
                                            : "more than one statement; send one SELECT at a time");
}

}  // namespace

Result<void> guard_select(Connection& connection, const std::string& sql,
                          const std::set<std::string>& tables) {
  if (sql.find('\0') != std::string::npos)
    return fail(Errc::bad_request, "the query has a NUL character in it; take it out");
  WEIR_CHECK(check_one_statement(connection, sql));
  WEIR_TRY(const auto cells,
           connection.cells("SELECT CAST(json_serialize_sql(" + quote_text(sql) + ") AS VARCHAR)"));
  json::parse_options options;
  options.max_depth = tree_depth_max;
  json::error_code error;
  const json::value tree = json::parse(cells[0][0].value_or("null"), error, {}, options);
  if (error || !tree.is_object())
    return fail(Errc::bad_request, "the query nests too deep; make it simpler");
  const json::value* failed = tree.get_object().if_contains("error");
  if (failed == nullptr || !failed->is_bool() || failed->get_bool())
    return fail(Errc::bad_request,
                "only SELECT may be run here: " + text(tree.get_object(), "error_message"));
  const std::set<std::string> ctes = names_of_ctes(tree);
  return for_each_object(
      tree, [&](const json::object& object) { return check_object(object, tables, ctes); });
}

}  // namespace weir::engine
