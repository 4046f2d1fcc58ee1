// Decided on the tree, before names are known: what is not plainly of one record counts as not so,
// which costs time where it is wrong, and never truth.

#include "engine/dialect/by_record.hpp"

#include <algorithm>

#include "engine/dialect/functions.hpp"

namespace weir::dialect {

namespace {

bool of_one_row(const ExprPtr& expr);

bool all_of_one_row(const std::vector<ExprPtr>& exprs) {
  return std::all_of(exprs.begin(), exprs.end(), of_one_row);
}

bool of_one_row(const ExprPtr& expr) {
  if (!expr) return true;
  if (expr->query || expr->window) return false;
  if (expr->kind == ExprKind::call && is_aggregate(expr->text)) return false;
  return of_one_row(expr->filter) && all_of_one_row(expr->children);
}

bool is_by_record(const From& from) {
  switch (from.kind) {
    case From::Kind::table:
      return true;
    case From::Kind::subquery:
      return is_by_record(*from.query);
    case From::Kind::values:
    case From::Kind::join:
    case From::Kind::function:
    case From::Kind::pivot:
    case From::Kind::unpivot:
      return false;
  }
  return false;
}

bool is_by_record(const Select& select) {
  if (select.distinct || !select.group_by.empty() || select.grouping_sets || select.having ||
      !select.from)
    return false;
  return is_by_record(*select.from) && of_one_row(select.where) &&
         std::all_of(select.items.begin(), select.items.end(),
                     [](const SelectItem& item) { return of_one_row(item.expr); }) &&
         std::all_of(select.views.begin(), select.views.end(),
                     [](const LateralView& view) { return of_one_row(view.generator); });
}

bool is_by_record(const Term& term) {
  switch (term.kind) {
    case Term::Kind::select:
      return term.select && is_by_record(*term.select);
    case Term::Kind::query:
      return term.query && is_by_record(*term.query);
    case Term::Kind::set:
      return term.op == SetOp::union_ && term.all && is_by_record(*term.left) &&
             is_by_record(*term.right);
  }
  return false;
}

}  // namespace

bool is_by_record(const Query& query) {
  return !query.limit && !query.offset && query.body && is_by_record(*query.body) &&
         std::all_of(query.ctes.begin(), query.ctes.end(),
                     [](const Cte& cte) { return is_by_record(*cte.query); });
}

}  // namespace weir::dialect
