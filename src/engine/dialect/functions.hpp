#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/dialect/ast.hpp"
#include "engine/dialect/typed.hpp"

/// Spark's functions, over arguments of known types.
namespace weir::dialect {

struct Call {
  std::string function;  // in lower case
  Position at;
  std::vector<Typed> args;
  const Expr* expr = nullptr;  // as written
};

/// The function's result, or an error that names it: unknown, wrong number or types of arguments.
[[nodiscard]] Result<Typed> call_function(Call call);

/// Whether a scalar function of the name exists; the error says what to use instead.
[[nodiscard]] Result<void> check_function(const std::string& function, Position at);
[[nodiscard]] std::vector<std::string> scalar_functions();
[[nodiscard]] std::vector<std::string> aggregate_functions();  // and those of windows
[[nodiscard]] std::vector<std::string> generator_functions();

/// How a value depends on which of two rows comes first that ORDER BY leaves equal.
enum class Ties : std::uint8_t {
  none,      // not at all
  frame,     // where a frame of ROWS ends between them
  position,  // always, as ROW_NUMBER does
  value,     // always, and the rows may be put in order within the call: first(x ORDER BY ...)
};

/// An aggregate or window function in parts, so that FILTER and OVER can be inserted: before call
/// [FILTER (WHERE filter)] [OVER (...)] after.
struct Aggregate {
  std::string before;
  std::string call;
  std::string filter;
  std::string after;
  Type type;
  std::string name;
  bool window_only = false;  // needs OVER
  bool needs_order = false;  // and ORDER BY in it
  bool takes_frame = true;
  std::string frame_name = {};  // how Spark names the frame of one that takes none
  Ties ties = Ties::frame;
  std::string set_order = {};  // a function that puts the elements of a set in order
};

[[nodiscard]] bool is_aggregate(std::string_view function);
[[nodiscard]] bool is_generator(std::string_view function);
/// Whether it takes a lambda function; ARRAY_SORT may.
[[nodiscard]] bool is_higher_order(std::string_view function);
[[nodiscard]] std::vector<std::string> higher_order_functions();
/// `star`: COUNT(*).
[[nodiscard]] Result<Aggregate> call_aggregate(const Call& call, bool star);

/// The argument converted to the function's type, by Spark's implicit casts; an error names the
/// function.
[[nodiscard]] Result<Typed> implicit_cast(const Call& call, Typed value, const Type& wanted);
[[nodiscard]] Failure wrong_arguments(const Call& call, const std::string& wanted);
/// "name(a, b)"
[[nodiscard]] std::string call_name(std::string_view function, const std::vector<Typed>& args,
                                    std::string_view more = {});

// The families call_function chooses from by name.
using MaybeTyped = Result<std::optional<Typed>>;
[[nodiscard]] MaybeTyped call_type(Call& call);
[[nodiscard]] MaybeTyped call_conditional(Call& call);
[[nodiscard]] MaybeTyped call_text(Call& call);
[[nodiscard]] MaybeTyped call_regex(Call& call);
[[nodiscard]] MaybeTyped call_number(Call& call);
[[nodiscard]] MaybeTyped call_date(Call& call);
[[nodiscard]] MaybeTyped call_collection(Call& call);
[[nodiscard]] MaybeTyped call_schema(Call& call);
[[nodiscard]] MaybeTyped call_xpath(Call& call);
[[nodiscard]] MaybeTyped call_format(Call& call);

/// What DuckDB orders as Spark orders the value, whose parts may be NULL; of maps there is none.
[[nodiscard]] Result<std::string> sort_key(const Call& call, const Typed& value);

/// The texts of a list with a separator between them, without its NULLs.
[[nodiscard]] std::string joined_text(const std::string& list, const Typed& separator);

/// `value LIKE pattern` and RLIKE; `op` in capitals.
[[nodiscard]] Result<Typed> like(std::string_view op, Typed value, Typed pattern,
                                 const std::optional<Typed>& escape);

}  // namespace weir::dialect
