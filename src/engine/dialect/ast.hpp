#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/dialect/token.hpp"
#include "engine/dialect/type.hpp"

/// A query as written, before names and types are known. Nodes own their children.
namespace weir::dialect {

struct Expr;
struct Query;
using ExprPtr = std::unique_ptr<Expr>;
using QueryPtr = std::unique_ptr<Query>;

enum class SortKind : std::uint8_t { ascending, descending };
enum class NullOrder : std::uint8_t { standard, first, last };

struct SortItem {
  ExprPtr expr;
  SortKind sort = SortKind::ascending;
  NullOrder nulls = NullOrder::standard;
};

struct FrameBound {
  enum class Kind : std::uint8_t { unbounded_preceding, preceding, current, following, unbounded };
  Kind kind = Kind::current;
  ExprPtr offset;  // of preceding and following
};

struct Window {
  std::string name;  // OVER name; everything else is then empty
  std::vector<ExprPtr> partition_by;
  std::vector<SortItem> order_by;
  bool has_frame = false;
  bool is_rows = false;
  FrameBound from;
  FrameBound to;
};

enum class ExprKind : std::uint8_t {
  null_,
  boolean,      // text TRUE or FALSE
  number,       // text as the token has it; `number` says which
  string,       // text
  binary,       // X'..': text is the hexadecimal digits
  typed_text,   // DATE '..' and TIMESTAMP '..': text, and `type`
  interval,     // parts: value, unit, value, unit, ...
  name,         // parts: a.b.c
  star,         // parts: the qualifier, if any
  field,        // children[0] . text
  index,        // children[0] [ children[1] ]
  call,         // text(children...), with distinct, filter, window, ignore_nulls
  cast,         // children[0] as `type`; text CAST or TRY_CAST
  unary,        // text: - + ~
  binary_op,    // text: + - * / % DIV || & | ^ = <=> <> < <= > >=
  logical,      // text: AND OR
  not_,         // children[0]
  like,         // text: LIKE ILIKE RLIKE; children: value, pattern[, escape]
  like_any,     // text: LIKE ILIKE; children: value, patterns...; distinct means ALL
  in_list,      // children: value, items...
  in_query,     // children: value(s); query
  between,      // children: value, low, high
  is_null,      // children[0]
  is_truth,     // text: TRUE FALSE UNKNOWN
  is_distinct,  // children: a, b
  exists,       // query
  subquery,     // query
  case_,        // children: [operand,] when, then, ..., [else]; see has_operand, has_else
  row,          // (a, b, ...)
  lambda,       // parts: its parameters; children[0] the body
};

struct Expr {
  ExprKind kind = ExprKind::null_;
  Position at;
  int depth = 1;  // of the tree below, this node included
  std::string text;
  std::vector<std::string> parts;
  std::vector<ExprPtr> children;
  std::vector<std::string> names;  // aliases given to arguments, for STRUCT(a AS b)
  TokenKind number = TokenKind::integer;
  Type type;
  bool negated = false;   // NOT LIKE, NOT IN, IS NOT NULL, ...
  bool distinct = false;  // of a call
  bool has_operand = false;
  bool has_else = false;
  bool ignore_nulls = false;
  QueryPtr query;
  ExprPtr filter;
  std::unique_ptr<Window> window;
};

struct SelectItem {
  ExprPtr expr;
  std::vector<std::string> aliases;  // more than one: of a generator, AS (a, b)
};

enum class JoinKind : std::uint8_t { inner, left, right, full, cross, semi, anti };

struct From;
using FromPtr = std::unique_ptr<From>;

/// PIVOT (aggregates FOR (columns) IN (values)).
struct Pivot {
  std::vector<SelectItem> aggregates;
  std::vector<ExprPtr> columns;
  struct Value {
    std::vector<ExprPtr> parts;  // as many as there are columns
    std::string alias;
    Position at;
  };
  std::vector<Value> values;
};

/// UNPIVOT ((values) FOR name IN ((columns) AS alias)).
struct Unpivot {
  bool includes_nulls = false;
  std::vector<std::string> values;
  std::string name;
  struct Part {
    std::vector<ExprPtr> columns;  // as many as there are values
    std::string alias;
  };
  std::vector<Part> parts;
};

struct From {
  enum class Kind : std::uint8_t { table, subquery, values, join, function, pivot, unpivot };
  Kind kind = Kind::table;
  Position at;
  int depth = 1;
  bool lateral = false;            // a subquery or function that sees the tables before it
  ExprPtr call;                    // of a function that makes rows
  std::vector<std::string> parts;  // of a table's name
  QueryPtr query;
  std::vector<std::vector<ExprPtr>> rows;  // of VALUES
  std::string alias;
  std::vector<std::string> columns;  // AS t(a, b)
  JoinKind join = JoinKind::inner;
  FromPtr left;  // also what is pivoted
  FromPtr right;
  std::unique_ptr<Pivot> pivot;
  std::unique_ptr<Unpivot> unpivot;
  ExprPtr on;
  std::vector<std::string> using_;
  bool natural = false;
};

struct LateralView {
  Position at;
  bool outer = false;
  ExprPtr generator;  // a call
  std::string alias;
  std::vector<std::string> columns;
};

struct Select {
  Position at;
  bool distinct = false;
  std::vector<SelectItem> items;
  FromPtr from;  // null: one row without columns
  std::vector<LateralView> views;
  ExprPtr where;
  std::vector<ExprPtr> group_by;
  // ROLLUP, CUBE and GROUPING SETS: sets of places in group_by; nullopt: one set of all.
  std::optional<std::vector<std::vector<std::size_t>>> grouping_sets;
  ExprPtr having;
  std::vector<std::pair<std::string, Window>> windows;
};

enum class SetOp : std::uint8_t { union_, except, intersect };

/// What can stand between UNIONs: a SELECT, a query in parentheses, VALUES or a set operation.
struct Term {
  enum class Kind : std::uint8_t { select, query, set };
  Kind kind = Kind::select;
  Position at;
  int depth = 1;
  std::unique_ptr<Select> select;
  QueryPtr query;
  SetOp op = SetOp::union_;
  bool all = false;
  std::unique_ptr<Term> left;
  std::unique_ptr<Term> right;
};

struct Cte {
  std::string name;
  Position at;
  std::vector<std::string> columns;
  QueryPtr query;
};

struct Query {
  Position at;
  std::vector<Cte> ctes;
  std::unique_ptr<Term> body;
  std::vector<SortItem> order_by;  // ORDER BY, SORT BY or CLUSTER BY
  std::vector<ExprPtr> distribute_by;
  ExprPtr limit;  // null: all
  ExprPtr offset;
};

}  // namespace weir::dialect
