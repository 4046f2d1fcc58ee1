// Queries, from WITH to LIMIT. What Spark allows and this layer gives no meaning is read far enough
// to be refused by its name and place.

#include <algorithm>
#include <array>

#include "engine/dialect/grammar.hpp"

namespace weir::dialect {

namespace {

constexpr int terms_max = 150;

constexpr std::array<std::string_view, 30> clause_words = {
    "ANTI",        "CLUSTER", "CROSS",     "DISTRIBUTE", "EXCEPT",  "FROM",  "FULL",  "GROUP",
    "HAVING",      "INNER",   "INTERSECT", "JOIN",       "LATERAL", "LEFT",  "LIMIT", "MINUS",
    "NATURAL",     "OFFSET",  "ON",        "ORDER",      "PIVOT",   "RIGHT", "SEMI",  "SORT",
    "TABLESAMPLE", "UNION",   "UNPIVOT",   "USING",      "WHERE",   "WINDOW"};

}  // namespace

bool is_clause_word(std::string_view upper) {
  return std::find(clause_words.begin(), clause_words.end(), upper) != clause_words.end();
}

Result<QueryPtr> Grammar::statement() {
  if (!sees_word("SELECT") && !sees_word("WITH") && !sees_symbol("(") && !sees_word("VALUES")) {
    if (peek().kind == TokenKind::end)
      return fail_at(peek().at, "the query is empty; write a SELECT");
    return refuse(peek().at, "a statement that begins with \"" + peek().text + "\"",
                  "an ingest query is one SELECT, with WITH before it where needed");
  }
  WEIR_TRY(QueryPtr parsed, query());
  while (take_symbol(";")) {
  }
  if (peek().kind != TokenKind::end) return unexpected("the end of the query");
  return parsed;
}

Result<QueryPtr> Grammar::query() {
  const Nesting level(nesting_);
  if (nesting_ > nesting_max) {
    return fail_at(peek().at, "queries are nested too deeply; move the inner ones into WITH");
  }
  auto query = std::make_unique<Query>();
  query->at = peek().at;
  WEIR_CHECK(common_tables(*query));
  WEIR_TRY(query->body, set_operation());
  WEIR_CHECK(organization(*query));
  return query;
}

Result<void> Grammar::common_tables(Query& query) {
  if (!take_word("WITH")) return {};
  do {
    Cte cte;
    cte.at = peek().at;
    WEIR_TRY(cte.name, identifier("the name of a WITH query"));
    if (sees_symbol("(")) {
      WEIR_TRY(cte.columns, identifiers_in_parentheses("a column name"));
    }
    take_word("AS");
    WEIR_CHECK(expect_symbol("(", "before the query of WITH"));
    WEIR_TRY(cte.query, this->query());
    WEIR_CHECK(expect_symbol(")", "after the query of WITH"));
    query.ctes.push_back(std::move(cte));
  } while (take_symbol(","));
  return {};
}

Result<std::unique_ptr<Term>> Grammar::joined_terms(SetOp op, std::unique_ptr<Term> left, bool all,
                                                    std::unique_ptr<Term> right) {
  auto set = std::make_unique<Term>();
  set->kind = Term::Kind::set;
  set->at = left->at;
  set->op = op;
  set->all = all;
  set->depth = 1 + std::max(left->depth, right->depth);
  if (set->depth > terms_max) {
    return fail_at(right->at, "more than 150 set operations in a row; use fewer");
  }
  set->left = std::move(left);
  set->right = std::move(right);
  return set;
}

Result<std::unique_ptr<Term>> Grammar::set_operation() {
  WEIR_TRY(auto left, intersection());
  for (;;) {
    SetOp op = SetOp::union_;
    if (take_word("EXCEPT") || take_word("MINUS")) {
      op = SetOp::except;
    } else if (!take_word("UNION")) {
      return left;
    }
    const bool all = take_word("ALL");
    if (!all) take_word("DISTINCT");
    WEIR_TRY(auto right, intersection());
    WEIR_TRY(left, joined_terms(op, std::move(left), all, std::move(right)));
  }
}

Result<std::unique_ptr<Term>> Grammar::intersection() {
  WEIR_TRY(auto left, term());
  while (take_word("INTERSECT")) {
    const bool all = take_word("ALL");
    if (!all) take_word("DISTINCT");
    WEIR_TRY(auto right, term());
    WEIR_TRY(left, joined_terms(SetOp::intersect, std::move(left), all, std::move(right)));
  }
  return left;
}

Result<std::unique_ptr<Term>> Grammar::term() {
  auto term = std::make_unique<Term>();
  term->at = peek().at;
  if (take_symbol("(")) {
    term->kind = Term::Kind::query;
    WEIR_TRY(term->query, query());
    WEIR_CHECK(expect_symbol(")", "after the query in parentheses"));
    return term;
  }
  if (sees_word("VALUES")) {
    term->select = std::make_unique<Select>();
    term->select->at = term->at;
    WEIR_TRY(term->select->from, values_list());
    SelectItem all;
    all.expr = node(ExprKind::star, term->at);
    term->select->items.push_back(std::move(all));
    return term;
  }
  if (sees_word("FROM") || sees_word("TABLE")) {
    return refuse(peek().at, "a query that begins with " + peek().upper, "begin it with SELECT");
  }
  WEIR_TRY(term->select, select());
  return term;
}

Result<void> Grammar::organization(Query& query) {
  if (take_words({"ORDER", "BY"})) {
    WEIR_TRY(query.order_by, sort_items());
  }
  const Position at = peek().at;
  if (take_words({"CLUSTER", "BY"}) || take_words({"SORT", "BY"})) {
    if (!query.order_by.empty()) return fail_at(at, "ORDER BY already orders the rows; keep one");
    WEIR_TRY(query.order_by, sort_items());
  } else if (take_words({"DISTRIBUTE", "BY"})) {
    do {
      WEIR_TRY(ExprPtr expr, expression());
      query.distribute_by.push_back(std::move(expr));
    } while (take_symbol(","));
    if (take_words({"SORT", "BY"})) {
      WEIR_TRY(query.order_by, sort_items());
    }
  }
  if (take_word("LIMIT") && !take_word("ALL")) {
    WEIR_TRY(query.limit, expression());
  }
  if (take_word("OFFSET")) {
    WEIR_TRY(query.offset, expression());
  }
  return {};
}

Result<std::unique_ptr<Select>> Grammar::select() {
  auto select = std::make_unique<Select>();
  select->at = peek().at;
  WEIR_CHECK(expect_word("SELECT", "at the beginning of the query"));
  while (peek().kind == TokenKind::hint)
    ++at_;  // advice on how to run it, never on what comes out
  select->distinct = take_word("DISTINCT");
  // ALL is a column where nothing that could be one follows.
  const bool column = sees_word("FROM", 1) || sees_symbol(",", 1) || sees_symbol(".", 1) ||
                      sees_symbol(")", 1) || peek(1).kind == TokenKind::end;
  if (!select->distinct && !column) take_word("ALL");
  do {
    WEIR_TRY(SelectItem item, select_item());
    select->items.push_back(std::move(item));
  } while (take_symbol(","));
  if (take_word("FROM")) {
    WEIR_TRY(select->from, from_list());
  }
  while (sees_words({"LATERAL", "VIEW"})) {
    WEIR_TRY(LateralView view, lateral_view());
    select->views.push_back(std::move(view));
  }
  if (sees_word("PIVOT") || sees_word("UNPIVOT")) {
    return refuse(peek().at, peek().upper + " behind LATERAL VIEW",
                  "put the view into a query of its own");
  }
  if (sees_word("TABLESAMPLE")) return refuse(peek().at, "TABLESAMPLE", "use WHERE or LIMIT");
  if (sees_word("JOIN") || sees_words({"LEFT", "JOIN"}) || sees_words({"INNER", "JOIN"})) {
    return fail_at(peek().at,
                   "a JOIN cannot follow LATERAL VIEW; join first, or put the view "
                   "into a query of its own");
  }
  WEIR_CHECK(select_tail(*select));
  return select;
}

Result<void> Grammar::select_tail(Select& select) {
  if (take_word("WHERE")) {
    WEIR_TRY(select.where, expression());
  }
  if (take_words({"GROUP", "BY"})) {
    WEIR_CHECK(group_by(select));
  }
  if (take_word("HAVING")) {
    WEIR_TRY(select.having, expression());
  }
  if (take_word("WINDOW")) {
    do {
      WEIR_TRY(std::string name, identifier("the name of a window"));
      WEIR_CHECK(expect_word("AS", "after the name of the window"));
      WEIR_TRY(Window window, window_spec());
      select.windows.emplace_back(std::move(name), std::move(window));
    } while (take_symbol(","));
  }
  return {};
}

Result<SelectItem> Grammar::select_item() {
  SelectItem item;
  if (sees_word("FROM") && !sees_symbol(".", 1) && !sees_symbol("(", 1)) {
    return fail_at(peek().at,
                   "FROM stands where a column should; remove the comma before it, or write "
                   "`FROM` in backticks for a column of that name");
  }
  WEIR_TRY(item.expr, expression());
  const bool as = take_word("AS");
  if (sees_symbol("(") && (as || item.expr->kind == ExprKind::call)) {
    WEIR_TRY(item.aliases, identifiers_in_parentheses("an alias"));
  } else if (as || peek().kind == TokenKind::quoted ||
             (peek().kind == TokenKind::word && !is_clause_word(peek().upper))) {
    WEIR_TRY(std::string alias, identifier("an alias"));
    item.aliases.push_back(std::move(alias));
  }
  return item;
}

Result<FromPtr> Grammar::from_list() {
  WEIR_TRY(FromPtr left, joined());
  while (take_symbol(",")) {
    if (sees_words({"LATERAL", "VIEW"})) {
      return fail_at(peek().at, "LATERAL VIEW follows the tables without a comma; remove it");
    }
    WEIR_TRY(FromPtr right, joined());
    From join;
    join.kind = From::Kind::join;
    join.join = JoinKind::cross;
    join.at = right->at;
    join.right = std::move(right);
    WEIR_TRY(left, join_of(std::move(left), std::move(join)));
  }
  return left;
}

Result<FromPtr> Grammar::join_of(FromPtr left, From join) {
  join.depth = 1 + std::max(left->depth, join.right->depth);
  if (join.depth > terms_max) return fail_at(join.at, "more than 150 joins in a row; use fewer");
  join.left = std::move(left);
  return std::make_unique<From>(std::move(join));
}

Result<FromPtr> Grammar::joined() {
  const Nesting level(nesting_);
  if (nesting_ > nesting_max) return fail_at(peek().at, "joins are nested too deeply; use WITH");
  WEIR_TRY(FromPtr left, source());
  for (;;) {
    WEIR_TRY(left, pivoted(std::move(left)));
    From join;
    join.kind = From::Kind::join;
    join.at = peek().at;
    WEIR_TRY(const bool found, join_kind(join));
    if (!found) return left;
    WEIR_TRY(join.right, source());
    if (take_word("ON")) {
      WEIR_TRY(join.on, expression());
    } else if (take_word("USING")) {
      WEIR_TRY(join.using_, identifiers_in_parentheses("a column name"));
    }
    if (join.natural && (join.on || !join.using_.empty())) {
      return fail_at(join.at, "NATURAL JOIN takes neither ON nor USING; remove one");
    }
    WEIR_TRY(left, join_of(std::move(left), std::move(join)));
  }
}

Result<bool> Grammar::join_kind(From& join) {
  const std::size_t begin = at_;
  join.natural = take_word("NATURAL");
  if (take_word("CROSS")) {
    join.join = JoinKind::cross;
  } else if (take_word("INNER")) {
    join.join = JoinKind::inner;
  } else if (take_word("LEFT")) {
    join.join = take_word("SEMI")   ? JoinKind::semi
                : take_word("ANTI") ? JoinKind::anti
                                    : JoinKind::left;
    if (join.join == JoinKind::left) take_word("OUTER");
  } else if (take_word("RIGHT")) {
    join.join = JoinKind::right;
    take_word("OUTER");
  } else if (take_word("FULL")) {
    join.join = JoinKind::full;
    take_word("OUTER");
  } else if (take_word("SEMI")) {
    join.join = JoinKind::semi;
  } else if (take_word("ANTI")) {
    join.join = JoinKind::anti;
  }
  if (take_word("JOIN")) return true;
  if (at_ == begin || sees_words({"LATERAL", "VIEW"})) {
    at_ = begin;
    return false;
  }
  return unexpected("JOIN");
}

Result<FromPtr> Grammar::source() {
  auto from = std::make_unique<From>();
  from->at = peek().at;
  from->lateral = take_word("LATERAL");
  if (sees_word("VALUES")) return values_list();
  if (take_symbol("(")) {
    if (sees_word("SELECT") || sees_word("WITH") || sees_word("VALUES") || sees_symbol("(")) {
      from->kind = From::Kind::subquery;
      WEIR_TRY(from->query, query());
      WEIR_CHECK(expect_symbol(")", "after the subquery"));
      WEIR_CHECK(source_alias(*from));
      return from;
    }
    WEIR_TRY(FromPtr inner, joined());
    WEIR_CHECK(expect_symbol(")", "after the joined tables"));
    if (sees_word("AS") || (sees_identifier() && !is_clause_word(peek().upper))) {
      return refuse(peek().at, "an alias on tables in parentheses", "give each table its alias");
    }
    return inner;
  }
  do {
    WEIR_TRY(std::string part, identifier("a table's name"));
    from->parts.push_back(std::move(part));
  } while (take_symbol("."));
  if (sees_symbol("(") && from->parts.size() == 1) {
    from->kind = From::Kind::function;
    WEIR_TRY(from->call, call(from->parts[0], from->at));
  }
  if (sees_word("TABLESAMPLE")) return refuse(peek().at, "TABLESAMPLE", "use WHERE or LIMIT");
  WEIR_CHECK(source_alias(*from));
  return from;
}

Result<void> Grammar::source_alias(From& from) {
  const bool as = take_word("AS");
  const bool bare = peek().kind == TokenKind::quoted ||
                    (peek().kind == TokenKind::word && !is_clause_word(peek().upper));
  if (!as && !bare) return {};
  WEIR_TRY(from.alias, identifier("a table's alias"));
  if (sees_symbol("(")) {
    WEIR_TRY(from.columns, identifiers_in_parentheses("a column name"));
  }
  return {};
}

Result<FromPtr> Grammar::values_list() {
  auto from = std::make_unique<From>();
  from->kind = From::Kind::values;
  from->at = peek().at;
  WEIR_CHECK(expect_word("VALUES", "before the rows"));
  do {
    WEIR_TRY(ExprPtr row, expression());
    std::vector<ExprPtr> cells;
    const bool structure = row->kind == ExprKind::call && row->text == "struct";
    if (row->kind == ExprKind::row || structure) {
      cells = std::move(row->children);
    } else {
      cells.push_back(std::move(row));
    }
    from->rows.push_back(std::move(cells));
  } while (take_symbol(","));
  WEIR_CHECK(source_alias(*from));
  return from;
}

Result<LateralView> Grammar::lateral_view() {
  LateralView view;
  view.at = peek().at;
  take_words({"LATERAL", "VIEW"});
  view.outer = take_word("OUTER");
  const Position at = peek().at;
  WEIR_TRY(std::string function, identifier("a function that makes rows, such as EXPLODE,"));
  if (!sees_symbol("(")) return unexpected("\"(\" after the function of LATERAL VIEW");
  WEIR_TRY(view.generator, call(function, at));
  if (sees_identifier() && !sees_word("AS") && !is_clause_word(peek().upper)) {
    WEIR_TRY(view.alias, identifier("an alias"));
  }
  const bool as = take_word("AS");
  const bool bare = sees_identifier() && !is_clause_word(peek().upper);
  if (!as && !bare) return view;
  do {
    WEIR_TRY(std::string column, identifier("a column name"));
    view.columns.push_back(std::move(column));
  } while (take_symbol(","));
  return view;
}

Result<std::vector<SortItem>> Grammar::sort_items() {
  std::vector<SortItem> items;
  do {
    SortItem item;
    WEIR_TRY(item.expr, expression());
    if (take_word("DESC")) {
      item.sort = SortKind::descending;
    } else {
      take_word("ASC");
    }
    if (take_word("NULLS")) {
      if (take_word("FIRST")) {
        item.nulls = NullOrder::first;
      } else {
        WEIR_CHECK(expect_word("LAST", "or FIRST after NULLS"));
        item.nulls = NullOrder::last;
      }
    }
    items.push_back(std::move(item));
  } while (take_symbol(","));
  return items;
}

Result<Window> Grammar::window_spec() {
  Window window;
  if (!sees_symbol("(")) {
    WEIR_TRY(window.name, identifier("\"(\" or the name of a window"));
    return window;
  }
  take_symbol("(");
  if (take_words({"PARTITION", "BY"}) || take_words({"DISTRIBUTE", "BY"})) {
    do {
      WEIR_TRY(ExprPtr expr, expression());
      window.partition_by.push_back(std::move(expr));
    } while (take_symbol(","));
  }
  if (take_words({"ORDER", "BY"}) || take_words({"SORT", "BY"})) {
    WEIR_TRY(window.order_by, sort_items());
  }
  WEIR_CHECK(window_frame(window));
  WEIR_CHECK(expect_symbol(")", "at the end of the window"));
  return window;
}

Result<void> Grammar::window_frame(Window& window) {
  window.is_rows = sees_word("ROWS");
  if (!window.is_rows && !sees_word("RANGE")) return {};
  ++at_;
  window.has_frame = true;
  const bool between = take_word("BETWEEN");
  WEIR_TRY(window.from, frame_bound());
  if (!between) return {};
  WEIR_CHECK(expect_word("AND", "between the ends of the frame"));
  WEIR_TRY(window.to, frame_bound());
  return {};
}

Result<FrameBound> Grammar::frame_bound() {
  FrameBound bound;
  if (take_words({"CURRENT", "ROW"})) return bound;
  if (take_words({"UNBOUNDED", "PRECEDING"})) {
    bound.kind = FrameBound::Kind::unbounded_preceding;
  } else if (take_words({"UNBOUNDED", "FOLLOWING"})) {
    bound.kind = FrameBound::Kind::unbounded;
  } else {
    WEIR_TRY(bound.offset, binary(0));
    bound.kind = FrameBound::Kind::following;
    if (take_word("PRECEDING")) {
      bound.kind = FrameBound::Kind::preceding;
    } else {
      WEIR_CHECK(expect_word("FOLLOWING", "or PRECEDING after the number of rows"));
    }
  }
  return bound;
}

}  // namespace weir::dialect
