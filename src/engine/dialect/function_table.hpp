#pragma once

#include <span>
#include <string_view>

#include "engine/dialect/functions.hpp"

namespace weir::dialect {

/// A function of Spark that queries may call: one line of function_table.cpp.
struct Function {
  /// All that Spark knows it under, parted by spaces.
  std::string_view names;
  /// See Signature; empty where `make` looks at the arguments itself.
  std::string_view signature;
  /// DuckDB text with the arguments as $1, $2; or the name of a DuckDB function or macro that takes
  /// them in that order.
  std::string_view sql;
  /// What Spark calls it in the name of a column, if not as it was written.
  std::string_view shown = {};
  /// In the place of signature and text, where code has to decide.
  MaybeTyped (*make)(Call&) = nullptr;
  /// In the place of `sql` where the elements of arrays are of a simple type (has_native_lists).
  std::string_view of_simple = {};
};

/// A function of several signatures has a line for each; the first that fits is taken.
[[nodiscard]] std::span<const Function> function_table();

/// Whether engine/functions has the functions of arrays for elements of the type.
[[nodiscard]] bool has_native_lists(const Type& element);

/// A function that Spark has and this layer has not, and what to write instead.
struct RefusedFunction {
  std::string_view names;
  std::string_view remedy;
};
[[nodiscard]] std::span<const RefusedFunction> refused_functions();

}  // namespace weir::dialect
