// Runs the three steps: tokens, tree, DuckDB text. Nothing is run on DuckDB, so that a query can be
// checked when it is saved, long before there are files.

#include "engine/dialect/dialect.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "engine/dialect/binder.hpp"
#include "engine/dialect/by_record.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/parser.hpp"

namespace weir::dialect {

namespace {

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

bool has_calendar(const Type& type) {
  return type.is(Kind::calendar) ||
         (type.is_nested() &&
          std::any_of(type.fields().begin(), type.fields().end(),
                      [](const Field& field) { return has_calendar(field.type); }));
}

}  // namespace

std::vector<std::string> functions() {
  std::vector<std::string> all = scalar_functions();
  for (const auto& names : {aggregate_functions(), generator_functions(), higher_order_functions()})
    all.insert(all.end(), names.begin(), names.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
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
  schemas.reserve(relations.size());
  for (const Relation& relation : relations) {
    WEIR_ASSERT(relation.type.is(Kind::struct_));
    schemas.emplace_back(relation.tag, relation.type);
  }
  WEIR_TRY(std::set<Hidden> hidden, mentioned(spark_sql));
  if (options.origin) hidden.insert(Hidden::origin);
  WEIR_TRY(Bound bound, Binder(std::move(schemas), std::move(hidden)).run(*query));
  Translation out;
  out.sql = std::move(bound.sql);
  for (const ResultColumn& column : bound.columns) {
    if (has_calendar(column.type)) {
      return fail_at({}, "the column " + column.name +
                             " is an interval of months and days, which no table holds; add it to "
                             "a moment, or CAST it AS STRING");
    }
    out.columns.push_back({column.name, column.type});
  }
  return out;
}

}  // namespace weir::dialect
