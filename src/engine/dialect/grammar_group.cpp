// GROUP BY with ROLLUP, CUBE and GROUPING SETS, all of which become sets of places in one list of
// keys, so that nothing behind the grammar knows which was written.

#include "engine/dialect/grammar.hpp"

namespace weir::dialect {

namespace {

using GroupingSets = std::vector<std::vector<std::size_t>>;

/// Each set of one side with each of the other.
GroupingSets product(const GroupingSets& left, const GroupingSets& right) {
  GroupingSets all;
  for (const auto& a : left) {
    for (const auto& b : right) {
      all.push_back(a);
      all.back().insert(all.back().end(), b.begin(), b.end());
    }
  }
  return all;
}

/// The sets of ROLLUP: all parts, all but the last, and so on; of CUBE: every choice of parts.
GroupingSets rollup(const GroupingSets& parts, bool cube) {
  GroupingSets sets{{}};
  if (cube) {
    for (const auto& part : parts)
      sets = product(sets, {part, {}});
    return sets;
  }
  for (const auto& part : parts) {
    sets.push_back(sets.back());
    sets.back().insert(sets.back().end(), part.begin(), part.end());
  }
  return sets;
}

}  // namespace

// GROUP BY a, ROLLUP (b, c): the sets of each element with those of the others. Behind a plain list
// may stand WITH ROLLUP, WITH CUBE or GROUPING SETS (...), which then make the sets alone.
Result<void> Grammar::group_by(Select& select) {
  constexpr std::size_t sets_max = 4096;
  GroupingSets sets{{}};
  GroupingSets plain;
  bool several = false;
  do {
    const bool worded = (sees_word("ROLLUP") && sees_symbol("(", 1)) ||
                        (sees_word("CUBE") && sees_symbol("(", 1)) ||
                        sees_words({"GROUPING", "SETS"});
    const Position at = peek().at;
    GroupingSets element;
    if (worded) {
      WEIR_TRY(element, grouping_element(select));
      several = true;
    } else {
      WEIR_TRY(ExprPtr expr, expression());
      element.push_back({select.group_by.size()});
      plain.push_back(element[0]);
      select.group_by.push_back(std::move(expr));
    }
    sets = product(sets, element);
    if (sets.size() > sets_max) return fail_at(at, "more than 4096 grouping sets; use fewer");
  } while (take_symbol(","));
  const Position at = peek().at;
  if (take_word("WITH")) {
    const bool cube = take_word("CUBE");
    if (!cube) WEIR_CHECK(expect_word("ROLLUP", "or CUBE after WITH"));
    if (several) return fail_at(at, "WITH ROLLUP and WITH CUBE stand behind a plain list");
    if (plain.size() > 12) return fail_at(at, "more than 4096 grouping sets; use fewer");
    select.grouping_sets = rollup(plain, cube);
    return {};
  }
  if (sees_words({"GROUPING", "SETS"})) {
    WEIR_TRY(sets, grouping_element(select));
    several = true;
  }
  if (several) select.grouping_sets = std::move(sets);
  return {};
}

// ROLLUP (...), CUBE (...), GROUPING SETS (...)
Result<Grammar::GroupingSets> Grammar::grouping_element(Select& select) {
  const Position at = peek().at;
  const bool sets = take_words({"GROUPING", "SETS"});
  const bool cube = !sets && sees_word("CUBE");
  if (!sets) ++at_;
  WEIR_CHECK(expect_symbol("(", "before the sets of GROUP BY"));
  GroupingSets parts;
  do {
    const bool nested = (sees_word("ROLLUP") || sees_word("CUBE")) && sees_symbol("(", 1);
    if (sets && (nested || sees_words({"GROUPING", "SETS"}))) {
      WEIR_TRY(const GroupingSets inner, grouping_element(select));
      parts.insert(parts.end(), inner.begin(), inner.end());
      continue;
    }
    WEIR_TRY(std::vector<std::size_t> together, grouped_together(select));
    parts.push_back(std::move(together));
  } while (take_symbol(","));
  WEIR_CHECK(expect_symbol(")", "after the sets of GROUP BY"));
  if (sets) return parts;
  if (cube && parts.size() > 12) return fail_at(at, "more than 4096 grouping sets; use fewer");
  return rollup(parts, cube);
}

// (a, b), () or a
Result<std::vector<std::size_t>> Grammar::grouped_together(Select& select) {
  std::vector<std::size_t> places;
  if (sees_symbol("(") && sees_symbol(")", 1)) {
    at_ += 2;
    return places;
  }
  WEIR_TRY(ExprPtr expr, expression());
  std::vector<ExprPtr> keys;
  if (expr->kind == ExprKind::row) {
    keys = std::move(expr->children);
  } else {
    keys.push_back(std::move(expr));
  }
  for (ExprPtr& key : keys) {
    places.push_back(select.group_by.size());
    select.group_by.push_back(std::move(key));
  }
  return places;
}

}  // namespace weir::dialect
