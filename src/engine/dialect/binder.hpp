#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/dialect/ast.hpp"
#include "engine/dialect/binder_marks.hpp"
#include "engine/dialect/dialect.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/typed.hpp"

namespace weir::dialect {

/// A hidden column as queries name it.
struct HiddenColumn {
  Hidden column;
  std::string_view name;
  Kind type;
};
inline constexpr HiddenColumn readable_hidden[] = {
    {Hidden::file, "_file", Kind::string},
    {Hidden::row, "_row", Kind::long_},
    {Hidden::received_at, "_received_at", Kind::timestamp},
    {Hidden::request_id, "_request_id", Kind::string},
};

/// A column that an expression can name, with its DuckDB text.
struct ScopeColumn {
  std::string name;
  std::string qualifier;  // the table's alias
  Type type;
  std::string sql;
  bool in_star = true;  // false: one of a pair joined with USING, to be had by its qualifier only
  bool hidden = false;  // not in_star either; a name means it where it means nothing else
};

struct Scope {
  std::vector<ScopeColumn> columns;
  const Scope* outer = nullptr;  // of the query around a correlated subquery
  std::string ties = {};         // see Source
};

/// A column of the select list.
struct Selected {
  std::string name;
  Typed value;
  // Of a long value, what stands for it in the items behind it; see Binder::select_item().
  std::string stand_in = {};
  std::string body = {};            // the value in which stand-ins are still free
  std::set<std::size_t> uses = {};  // the items whose stand-ins are free in it, and in theirs
};

using Windows = std::vector<std::pair<std::string, Window>>;

/// A parameter of a lambda function, and those of the functions around it.
struct LambdaVariable {
  std::string name;
  Typed value;
  const LambdaVariable* outer = nullptr;
};

/// The names that an expression may refer to.
struct Env {
  const Scope* scope = nullptr;
  const LambdaVariable* variables = nullptr;  // come before all else; null: in no lambda function
  const std::vector<Selected>* aliases = nullptr;
  std::set<std::size_t>* stand_ins = nullptr;  // those of aliases that were used; null: none may be
  bool aliases_first = false;  // HAVING and ORDER BY look at the select list before the tables
  // Of HAVING: what the query groups by. A column among them comes before an alias of its name.
  const std::vector<std::string>* groups = nullptr;
  const Windows* windows = nullptr;  // null: no window functions here
  bool aggregates = false;
  bool sets = false;         // GROUPING may be asked: the query groups by sets
  std::string_view counted;  // in PIVOT: the condition on the rows that an aggregate is over
  bool filters = false;      // NULL counts as false here, as at the top of WHERE
  std::string_view clause;   // for errors: "WHERE"
};

struct ResultColumn {
  std::string name;      // as Spark names it
  std::string physical;  // as the DuckDB text names it; unique
  Type type;
};

/// A query as DuckDB text.
struct Bound {
  std::string sql;
  std::vector<ResultColumn> columns;
  std::string origin = {};  // the physical name of one more column, if origins are carried
  int levels = 0;           // of groups and windows inside one another
  bool placed = false;      // no two rows have one origin
  std::string sorted =
      {};                 // the physical name of a column that counts the rows, if they are sorted
  bool distinct = false;  // no two rows are equal but for the origin; only if origins are carried
};

/// Resolves a query's names and types and writes the query for DuckDB. One object per query.
/// Queries are bound in binder_query.cpp and binder_select.cpp, FROM in binder_from.cpp and
/// binder_pivot.cpp, windows of time in binder_time.cpp,
/// expressions in binder_expression.cpp, the clauses around calls in binder_call.cpp, functions
/// that take functions in binder_lambda.cpp, and what carries origins in binder_origin.cpp.
class Binder {
 public:
  /// `hidden`: those that the query may name, and the origin if it is to be carried.
  Binder(std::vector<std::pair<std::string, Type>> relations, std::set<Hidden> hidden)
      : relations_(std::move(relations)),
        hidden_(std::move(hidden)),
        carries_(hidden_.count(Hidden::origin) > 0) {}
  Result<Bound> run(const Query& query) { return this->query(query, true, nullptr); }

 private:
  struct Table {
    std::string name;
    std::string physical;
    std::vector<ResultColumn> columns;
    std::string origin;  // this and what follows as of Bound
    int levels = 0;
    bool placed = false;
    std::string sorted;
  };
  struct Source {
    std::string sql;  // behind FROM; empty: none
    Scope scope;
    std::vector<std::string> origins = {};  // SQL: of the records that a row is made of
    int levels = 0;
    std::vector<std::string> places = {};  // SQL: what tells apart rows of the same origins
    std::string sorted = {};               // SQL: a row's number in a sorted query
  };
  /// What a function such as EXPLODE adds to each row.
  struct Generated {
    std::vector<std::string> projections;
    std::vector<Field> columns;
    std::vector<std::string> sql;  // of each column; # stands for the table's alias
  };

  // Queries.
  Result<Bound> query(const Query& query, bool top, const Scope* outer);
  Result<std::string> common_tables(const Query& query, const Scope* outer);
  Result<Bound> term(const Term& term, bool top, const Scope* outer);
  Result<Bound> set_operation(const Term& term, bool top, const Scope* outer, bool merged = false);
  Result<std::string> branch(Bound bound, const std::vector<ResultColumn>& columns, Position at,
                             const std::string& more = {});
  Result<Bound> organized(const Bound& body, const Query& query, bool top);
  Result<std::string> limits(const Query& query);
  Result<Bound> subquery(const Query& query, const Scope* outer);
  Result<Bound> select(const Select& select, const Query* query, bool top, const Scope* outer);
  Result<std::vector<Selected>> select_list(const Select& select, const Scope& scope,
                                            const Expr* generator,
                                            const std::vector<ScopeColumn>& generated);
  Result<Selected> select_item(const Expr& expr, Env env);
  Result<void> select_star(const Expr& star, const Scope& scope, std::vector<Selected>& out);
  Result<std::vector<std::string>> group_keys(const Select& select,
                                              const std::vector<Selected>& items,
                                              const Scope& scope);
  Result<std::string> order_keys(const std::vector<SortItem>& order, const Env& env, bool distinct);
  Result<std::string> boolean(const Expr& expr, const Env& env);
  Result<Typed> condition_of(const Expr& expr, const Env& env);
  std::vector<ResultColumn> result_columns(const std::vector<Selected>& items, bool top) const;
  static std::string select_items(const std::vector<Selected>& items,
                                  const std::vector<ResultColumn>& columns, bool top);

  // Origins.
  static std::string origin_of(const Source& source);
  static std::string ties_of(const Source& source);
  static std::string group_ties(const Source& source, const std::vector<std::string>& groups);
  static Result<void> put_ties(std::string& sql, const std::string& ties, Position at);
  static std::string limit_ties(const Bound& bound);
  void add_origin(const std::string& alias, const std::string& origin, bool placed,
                  const std::string& sorted, Source& source) const;
  void number_sorted(Bound& bound);
  static std::string free_name(std::string_view wanted, const std::vector<ResultColumn>& columns);
  static Bound grouped(const std::string& alias, Bound rows, const std::string& origin, bool top);
  Bound distinct(Bound rows, bool top);
  Bound joined_sets(Bound left, Bound right, bool except, bool top);
  Result<Bound> set_with_origins(const Term& term, bool all, Bound left, Bound right,
                                 std::vector<ResultColumn> columns, bool top);
  void add_hidden(const Type& relation, const std::string& alias, const std::string& qualifier,
                  Source& source);

  // FROM. `outer` is of the query around a sub-query; a query in its FROM sees it too.
  Result<Source> source(const From& from, const Scope* outer);
  Result<Source> table(const From& from);
  Result<Source> derived(const From& from, const Scope* outer);
  Result<Source> values(const From& from);
  Result<Source> join(const From& from, const Scope* outer);
  Result<Source> lateral_join(const From& from, Source left);
  Result<Source> function(const From& from);
  Result<Source> rows_of_range(const From& from);
  // Windows of time, which are columns that the source gets.
  Result<Source> with_time_window(const Select& select, Source from, std::string& where);
  Result<Source> with_sessions(const Select& select, const Expr& call, std::int64_t gap,
                               const Source& from, std::string& where);
  Source added_window(const Source& from, const Generated& rows, std::string& where);
  Result<Typed> moment_of_window(const Expr& call, const Env& env);
  Result<std::int64_t> duration(const Expr& expr, std::string_view function);
  Result<Typed> time_window(const Expr& expr, const Env& env);
  Result<Source> pivot(const From& from, const Scope* outer);
  Result<Source> unpivot(const From& from, const Scope* outer);
  /// What holds for the rows of one value of a PIVOT.
  struct PivotValue {
    std::string name;
    std::string condition;
  };
  Result<PivotValue> pivot_value(const Pivot::Value& written, const std::vector<Typed>& columns);
  Result<std::string> join_condition(const From& from, const Source& left, const Source& right,
                                     Scope& merged);
  Result<std::string> join_using(const From& from, const std::vector<std::string>& names,
                                 const Source& left, const Source& right, Scope& merged);
  Result<void> rename(const From& from, Source& source);
  Result<Source> lateral_view(const LateralView& view, const Source& source);
  Result<Generated> generator(const Expr& call, const Env& env, bool outer,
                              const std::vector<std::string>& aliases);
  Result<Generated> generated(const Expr& call, const Env& env, bool outer);
  Result<Generated> stacked(const Expr& call, const Env& env);
  Result<Generated> json_fields(const Expr& call, const Env& env);
  Source with_generated(const Source& source, const Generated& generated,
                        const std::string& qualifier, const std::string& where);

  // Expressions.
  Result<Typed> expression(const Expr& expr, const Env& env);
  Result<Typed> unlimited(const Expr& expr, const Env& env);
  Result<Typed> literal(const Expr& expr);
  Result<Typed> number(const Expr& expr);
  Result<Typed> typed_text(const Expr& expr);
  Result<Typed> interval(const Expr& expr);
  Result<Typed> name(const Expr& expr, const Env& env);
  Result<Typed> index(const Expr& expr, const Env& env);
  Result<Typed> binary(const Expr& expr, const Env& env);
  Result<Typed> logical(const Expr& expr, const Env& env);
  Result<Typed> negation(const Expr& expr, const Env& env);
  Result<Typed> like_test(const Expr& expr, const Env& env);
  Result<Typed> in_list(const Expr& expr, const Env& env);
  Result<Typed> in_query(const Expr& expr, const Env& env);
  Result<Typed> between(const Expr& expr, const Env& env);
  Result<Typed> null_test(const Expr& expr, const Env& env);
  Result<Typed> truth_test(const Expr& expr, const Env& env);
  Result<Typed> case_expression(const Expr& expr, const Env& env);
  static Result<Typed> cases(const Expr& expr, const std::vector<Typed>& all, const Typed* operand);
  Result<Typed> scalar_subquery(const Expr& expr, const Env& env);
  Result<Typed> field(const Typed& value, const std::string& name, Position at);
  Result<Typed> call(const Expr& expr, const Env& env);
  Result<Typed> aggregate(const Expr& expr, const Env& env);
  Result<Typed> grouping(const Expr& expr, const Env& env);
  Result<Typed> with_unit(const Expr& expr, const std::string& function, const Env& env);
  Result<std::string> over(const Window& written, const Windows& windows, Aggregate& function,
                           const Env& env, Position at, std::string& name);
  static bool order_ties(const Window& window, const Aggregate& function, std::string& keys,
                         std::string& frame);
  Result<std::string> frame(const Window& window, const Type& key, std::string& name);
  Result<std::string> range_text(const FrameBound& bound, const Type& key, std::string& name);
  Result<std::vector<Typed>> arguments(const Expr& expr, const Env& env);
  /// A lambda function over parameters of these types and texts; it takes the first of them.
  struct Parameter {
    Type type;
    std::string sql;
  };
  Result<Typed> lambda(const Expr& expr, std::size_t i, const std::vector<Parameter>& parameters,
                       std::size_t needed, const Env& env);
  Result<Typed> higher_order(const Expr& expr, const Env& env);
  Result<Typed> transformed(const Expr& expr, const Typed& array, const Env& env);
  Result<Typed> tested(const Expr& expr, const Typed& array, const Env& env);
  Result<Typed> folded(const Expr& expr, const Typed& array, const Env& env);
  Result<Typed> sorted(const Expr& expr, const Typed& array, const Env& env);
  Result<Typed> of_entries(const Expr& expr, const Typed& map, const Env& env);
  Result<Typed> zipped_with(const Expr& expr, const Typed& left, const Env& env);
  Result<Typed> negated(const Expr& expr, Typed value);

  std::string fresh(std::string_view prefix) {
    return std::string(prefix) + std::to_string(++last_number_);
  }

  /// The columns of `here` and its outer scopes that were named since `first`: Spark puts them into
  /// the name of a sub-query.
  [[nodiscard]] std::string outer_names(std::size_t first, const Scope* here) const;

  std::vector<std::pair<std::string, Type>> relations_;
  std::set<Hidden> hidden_;
  bool carries_;          // origins, at this point of the query
  int levels_below_ = 0;  // of the sub-queries in the expressions of the SELECT that is bound
  std::vector<std::pair<const Scope*, std::string>> outer_references_;  // outermost clause first
  std::deque<Table> tables_;  // of WITH; the last one of a name counts
  int last_number_ = 0;
  std::size_t written_ = 0;  // bytes of SQL so far, for the bound on expansion
};

/// WINDOW(time, ...) and SESSION_WINDOW(time, ...).
[[nodiscard]] bool is_time_window(const Expr& expr);
/// A struct field name's place, or -1 if missing, -2 if several differ by case only.
[[nodiscard]] int field_index(const std::vector<Field>& fields, std::string_view name);
/// "a, b, c" of at most twenty names, for errors.
[[nodiscard]] std::string listed(const std::vector<std::string>& names);

}  // namespace weir::dialect
