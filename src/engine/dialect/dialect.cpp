// Runs the three steps: tokens, tree, DuckDB text. Nothing is run on DuckDB, so that a query can be
// checked when it is saved, long before there are files.

#include "engine/dialect/dialect.hpp"

#include <algorithm>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/parser.hpp"

namespace weir::dialect {

namespace {

Result<Type> schema_of(const Relation& relation) {
  const bool json = relation.schema.find_first_not_of(" \t\r\n") != std::string::npos &&
                    relation.schema[relation.schema.find_first_not_of(" \t\r\n")] == '{';
  auto type = json ? parse_type_json(relation.schema) : parse_type_ddl(relation.schema);
  if (!type) return fail_while("the schema of " + relation.tag, type.error());
  if (!type->is(Kind::struct_)) {
    return fail(Errc::bad_request, "the schema of " + relation.tag +
                                       " is no struct; give a "
                                       "struct of its columns");
  }
  return type;
}

}  // namespace

std::vector<std::string> functions() {
  std::vector<std::string> all = scalar_functions();
  for (const auto& names : {aggregate_functions(), generator_functions()})
    all.insert(all.end(), names.begin(), names.end());
  std::sort(all.begin(), all.end());
  return all;
}

Result<void> check(std::string_view spark_sql) {
  WEIR_CHECK(parse(spark_sql));
  return {};
}

Result<Translation> translate(std::string_view spark_sql, const Relations& relations) {
  WEIR_TRY(const QueryPtr query, parse(spark_sql));
  std::vector<std::pair<std::string, Type>> schemas;
  for (const Relation& relation : relations) {
    WEIR_TRY(Type type, schema_of(relation));
    schemas.emplace_back(relation.tag, std::move(type));
  }
  WEIR_TRY(Bound bound, Binder(std::move(schemas)).run(*query));
  Translation out;
  out.sql = std::move(bound.sql);
  for (const ResultColumn& column : bound.columns) {
    out.columns.push_back({column.name, column.type.spark_name()});
  }
  return out;
}

}  // namespace weir::dialect
