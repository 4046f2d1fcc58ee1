// PIVOT and UNPIVOT behind a table of FROM. A list of one stands with its parentheses or without.

#include "engine/dialect/grammar.hpp"

namespace weir::dialect {

Result<FromPtr> Grammar::pivoted(FromPtr left) {
  while (sees_word("PIVOT") || (sees_word("UNPIVOT") && !sees_word("AS", 1))) {
    auto from = std::make_unique<From>();
    from->at = peek().at;
    from->depth = 1 + left->depth;
    if (from->depth > depth_max) return fail_at(from->at, "more than 150 PIVOT; use fewer");
    from->left = std::move(left);
    if (sees_word("PIVOT")) {
      WEIR_CHECK(pivot(*from));
    } else {
      WEIR_CHECK(unpivot(*from));
    }
    left = std::move(from);
  }
  return left;
}

Result<ExprPtr> Grammar::column_name(std::string_view what) {
  ExprPtr name = node(ExprKind::name, peek().at);
  do {
    WEIR_TRY(std::string part, identifier(what));
    name->parts.push_back(std::move(part));
  } while (take_symbol("."));
  return name;
}

// a or (a, b)
Result<std::vector<ExprPtr>> Grammar::column_names(std::string_view what) {
  std::vector<ExprPtr> names;
  const bool several = take_symbol("(");
  do {
    WEIR_TRY(ExprPtr name, column_name(what));
    names.push_back(std::move(name));
  } while (several && take_symbol(","));
  if (several) WEIR_CHECK(expect_symbol(")", "after the columns"));
  return names;
}

Result<void> Grammar::pivot(From& from) {
  from.kind = From::Kind::pivot;
  from.pivot = std::make_unique<Pivot>();
  take_word("PIVOT");
  WEIR_CHECK(expect_symbol("(", "after PIVOT"));
  do {
    SelectItem item;
    WEIR_TRY(item.expr, expression());
    if (take_word("AS") || (sees_identifier() && !sees_word("FOR"))) {
      WEIR_TRY(std::string alias, identifier("an alias"));
      item.aliases.push_back(std::move(alias));
    }
    from.pivot->aggregates.push_back(std::move(item));
  } while (take_symbol(","));
  WEIR_CHECK(expect_word("FOR", "after the aggregates of PIVOT"));
  WEIR_TRY(from.pivot->columns, column_names("a column of PIVOT"));
  WEIR_CHECK(expect_word("IN", "after the columns of PIVOT"));
  WEIR_CHECK(expect_symbol("(", "after IN"));
  do {
    Pivot::Value value;
    value.at = peek().at;
    WEIR_TRY(ExprPtr expr, expression());
    if (expr->kind == ExprKind::row) {
      value.parts = std::move(expr->children);
    } else {
      value.parts.push_back(std::move(expr));
    }
    if (take_word("AS") || sees_identifier()) {
      WEIR_TRY(value.alias, identifier("an alias"));
    }
    from.pivot->values.push_back(std::move(value));
  } while (take_symbol(","));
  WEIR_CHECK(expect_symbol(")", "after the values of PIVOT"));
  return expect_symbol(")", "at the end of PIVOT");
}

Result<void> Grammar::unpivot(From& from) {
  from.kind = From::Kind::unpivot;
  from.unpivot = std::make_unique<Unpivot>();
  Unpivot& unpivot = *from.unpivot;
  take_word("UNPIVOT");
  if (take_words({"INCLUDE", "NULLS"})) {
    unpivot.includes_nulls = true;
  } else {
    take_words({"EXCLUDE", "NULLS"});
  }
  WEIR_CHECK(expect_symbol("(", "after UNPIVOT"));
  if (sees_symbol("(")) {
    WEIR_TRY(unpivot.values, identifiers_in_parentheses("the name of a column of values"));
  } else {
    WEIR_TRY(std::string value, identifier("the name of the column of values"));
    unpivot.values.push_back(std::move(value));
  }
  WEIR_CHECK(expect_word("FOR", "after the columns of values"));
  WEIR_TRY(unpivot.name, identifier("the name of the column of names"));
  WEIR_CHECK(expect_word("IN", "after the column of names"));
  WEIR_CHECK(expect_symbol("(", "after IN"));
  do {
    Unpivot::Part part;
    const Position at = peek().at;
    WEIR_TRY(part.columns, column_names("a column of UNPIVOT"));
    if (part.columns.size() != unpivot.values.size()) {
      return fail_at(at, "UNPIVOT has " + std::to_string(unpivot.values.size()) +
                             " columns of values; name as many columns in each part of IN");
    }
    if (take_word("AS") || sees_identifier()) {
      WEIR_TRY(part.alias, identifier("an alias"));
    }
    unpivot.parts.push_back(std::move(part));
  } while (take_symbol(","));
  WEIR_CHECK(expect_symbol(")", "after the columns of UNPIVOT"));
  WEIR_CHECK(expect_symbol(")", "at the end of UNPIVOT"));
  return source_alias(from);
}

}  // namespace weir::dialect
