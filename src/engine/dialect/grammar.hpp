#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/dialect/ast.hpp"

namespace weir::dialect {

// Bounds on nesting in one text, so that neither parsing nor walking the tree overflows the stack.
inline constexpr int nesting_max = 60;
inline constexpr int depth_max = 150;

/// Counts a level for as long as it lives.
class Nesting {
 public:
  explicit Nesting(int& depth) : depth_(depth) { ++depth_; }
  ~Nesting() { --depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  int& depth_;
};

/// A recursive-descent parser of Spark's grammar; private to parse(). A method is named after what
/// it parses, and leaves the position after it. The tokens are in grammar.cpp, the rest in
/// grammar_query.cpp, grammar_pivot.cpp, grammar_expression.cpp, grammar_call.cpp and
/// grammar_type.cpp.
class Grammar {
 public:
  explicit Grammar(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}
  Result<QueryPtr> statement();
  Result<Type> whole_type();
  Result<ExprPtr> whole_interval();

 private:
  // The tokens.
  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
  [[nodiscard]] bool sees_word(std::string_view upper, std::size_t ahead = 0) const;
  [[nodiscard]] bool sees_words(std::initializer_list<std::string_view> words) const;
  [[nodiscard]] bool sees_symbol(std::string_view symbol, std::size_t ahead = 0) const;
  bool take_word(std::string_view upper);
  bool take_words(std::initializer_list<std::string_view> words);
  bool take_symbol(std::string_view symbol);
  Result<void> expect_word(std::string_view upper, std::string_view where);
  Result<void> expect_symbol(std::string_view symbol, std::string_view where);
  [[nodiscard]] std::string seen() const;
  [[nodiscard]] Failure unexpected(std::string_view wanted) const;
  [[nodiscard]] Failure refuse(Position at, std::string_view construct,
                               std::string_view remedy) const;
  Result<std::string> identifier(std::string_view what);
  [[nodiscard]] bool sees_identifier() const;
  Result<std::vector<std::string>> identifiers_in_parentheses(std::string_view what);

  // Queries.
  Result<QueryPtr> query();
  Result<void> common_tables(Query& query);
  Result<std::unique_ptr<Term>> set_operation();
  Result<std::unique_ptr<Term>> intersection();
  Result<std::unique_ptr<Term>> term();
  Result<std::unique_ptr<Term>> joined_terms(SetOp op, std::unique_ptr<Term> left, bool all,
                                             std::unique_ptr<Term> right);
  Result<void> organization(Query& query);
  Result<std::unique_ptr<Select>> select();
  Result<void> select_tail(Select& select);
  using GroupingSets = std::vector<std::vector<std::size_t>>;  // of places in Select::group_by
  Result<void> group_by(Select& select);
  Result<GroupingSets> grouping_element(Select& select);
  Result<std::vector<std::size_t>> grouped_together(Select& select);
  Result<SelectItem> select_item();
  Result<FromPtr> from_list();
  Result<FromPtr> joined();
  Result<FromPtr> source();
  Result<void> source_alias(From& from);
  Result<FromPtr> values_list();
  Result<bool> join_kind(From& join);
  Result<FromPtr> join_of(FromPtr left, From join);
  Result<FromPtr> pivoted(FromPtr from);
  Result<void> pivot(From& from);
  Result<void> unpivot(From& from);
  Result<ExprPtr> column_name(std::string_view what);
  Result<std::vector<ExprPtr>> column_names(std::string_view what);
  Result<LateralView> lateral_view();
  Result<std::vector<SortItem>> sort_items();
  Result<Window> window_spec();
  Result<void> window_frame(Window& window);
  Result<FrameBound> frame_bound();

  // Expressions, loosest first.
  Result<ExprPtr> expression();
  Result<ExprPtr> conjunction();
  Result<ExprPtr> negation();
  Result<ExprPtr> predicate();
  Result<ExprPtr> like_predicate(ExprPtr value, bool negated);
  Result<ExprPtr> in_predicate(ExprPtr value, bool negated);
  Result<ExprPtr> is_predicate(ExprPtr value);
  Result<ExprPtr> binary(std::size_t level);
  Result<ExprPtr> unary();
  Result<ExprPtr> postfix();
  Result<ExprPtr> primary();
  Result<ExprPtr> word_primary();
  Result<ExprPtr> parenthesized();
  Result<ExprPtr> case_expression();
  Result<ExprPtr> cast_expression();
  Result<ExprPtr> interval_literal();
  Result<Type> interval_fields();  // DAY TO SECOND
  Result<ExprPtr> name_or_call();
  Result<ExprPtr> call(const std::string& name, Position at);
  Result<void> call_arguments(Expr& call);
  Result<void> put_in_place(Expr& call, const std::vector<std::string>& named);
  Result<void> call_tail(Expr& call);
  Result<bool> worded_arguments(Expr& call);
  [[nodiscard]] bool sees_lambda() const;
  Result<ExprPtr> lambda();
  Result<ExprPtr> trim_call(ExprPtr trim);
  Result<ExprPtr> text_literal();
  Result<Type> type_name();
  Result<Type> decimal_type();
  Result<Type> struct_type();
  Result<Type> fields();

  [[nodiscard]] static ExprPtr node(ExprKind kind, Position at, std::string text = {});
  Result<ExprPtr> finished(ExprPtr expr) const;

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int nesting_ = 0;
};

/// The words that end a FROM item or a select item and so cannot be an alias without AS.
[[nodiscard]] bool is_clause_word(std::string_view upper);

}  // namespace weir::dialect
