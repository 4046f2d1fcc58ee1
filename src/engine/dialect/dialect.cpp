// Runs the three steps: tokens, tree, DuckDB text. Nothing is run on DuckDB, so that a query can be
// checked when it is saved, long before there are files.

#include "engine/dialect/dialect.hpp"

#include <algorithm>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/by_record.hpp"
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

// The hidden columns whose names stand in the query, be it as other names: the scopes of a query
// that has none of them stay as small as they were.
Result<std::set<Hidden>> mentioned(std::string_view spark_sql) {
  WEIR_TRY(const std::vector<Token> tokens, tokenize(spark_sql));
  std::set<Hidden> found;
  for (const Token& token : tokens) {
    if (token.kind != TokenKind::word && token.kind != TokenKind::quoted) continue;
    for (const HiddenColumn& column : readable_hidden) {
      if (same_name(token.text, column.name)) found.insert(column.column);
    }
  }
  return found;
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

bool is_by_record(std::string_view spark_sql) {
  const auto query = parse(spark_sql);
  return query && is_by_record(**query);
}

Result<Translation> translate(std::string_view spark_sql, const Relations& relations,
                              Options options) {
  WEIR_TRY(const QueryPtr query, parse(spark_sql));
  std::vector<std::pair<std::string, Type>> schemas;
  for (const Relation& relation : relations) {
    WEIR_TRY(Type type, schema_of(relation));
    schemas.emplace_back(relation.tag, std::move(type));
  }
  WEIR_TRY(std::set<Hidden> hidden, mentioned(spark_sql));
  if (options.origin) hidden.insert(Hidden::origin);
  WEIR_TRY(Bound bound, Binder(std::move(schemas), std::move(hidden)).run(*query));
  Translation out;
  out.sql = std::move(bound.sql);
  for (const ResultColumn& column : bound.columns) {
    out.columns.push_back({column.name, column.type.spark_name()});
  }
  return out;
}

}  // namespace weir::dialect
