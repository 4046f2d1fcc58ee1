#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include <duckdb.h>

#include "base/result.hpp"
#include "engine/functions/native_value.hpp"

/// Makes a DuckDB scalar function of a C++ function over values. Private to this folder.
///
///   std::optional<std::string> reversed(std::string_view text, std::int32_t times);
///   WEIR_CHECK(add_native<reversed>(connection, "spark_reversed"));
///
/// An argument that is NULL makes the result NULL without a call, unless the parameter is a
/// std::optional; the function gives NULL as std::nullopt. It must not throw.
namespace weir::engine {

template <auto Function>
struct Native;

template <class R, class... Args, std::optional<R> (*Function)(Args...)>
struct Native<Function> {
  static void declare(duckdb_scalar_function function) {
    const auto parameter = [function](duckdb_logical_type type) {
      duckdb_scalar_function_add_parameter(function, type);
      duckdb_destroy_logical_type(&type);
    };
    (parameter(logical_type_of<Value<Args>>()), ...);
    if ((ValueOf<Args>::optional || ...)) duckdb_scalar_function_set_special_handling(function);
    duckdb_logical_type type = logical_type_of<R>();
    duckdb_scalar_function_set_return_type(function, type);
    duckdb_destroy_logical_type(&type);
    duckdb_scalar_function_set_function(function, run);
  }

  static void run(duckdb_function_info /*info*/, duckdb_data_chunk input, duckdb_vector out) {
    over(input, out, std::index_sequence_for<Args...>());
  }

 private:
  template <class Arg>
  static Arg given(const Argument<Value<Arg>>& argument, idx_t row) {
    if constexpr (ValueOf<Arg>::optional) {
      return argument.is_null(row) ? Arg() : Arg(argument.at(row));
    } else {
      return argument.at(row);
    }
  }

  template <std::size_t... I>
  static void over(duckdb_data_chunk input, duckdb_vector out, std::index_sequence<I...>) {
    const std::tuple<Argument<Value<Args>>...> all{
        Argument<Value<Args>>(duckdb_data_chunk_get_vector(input, I))...};
    duckdb_vector_ensure_validity_writable(out);
    std::uint64_t* validity = duckdb_vector_get_validity(out);
    const idx_t rows = duckdb_data_chunk_get_size(input);
    for (idx_t row = 0; row < rows; ++row) {
      std::optional<R> value;
      if (!((!ValueOf<Args>::optional && std::get<I>(all).is_null(row)) || ...))
        value = Function(given<Args>(std::get<I>(all), row)...);
      if (value) {
        put(out, row, *value);
      } else {
        validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
      }
    }
  }
};

/// Adds a function of the name, with an overload for each of `Functions`.
template <auto... Functions>
[[nodiscard]] Result<void> add_native(duckdb_connection connection, const std::string& name) {
  duckdb_scalar_function_set set = duckdb_create_scalar_function_set(name.c_str());
  const auto add = [&](const auto& declare) {
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(function, name.c_str());
    declare(function);
    duckdb_add_scalar_function_to_set(set, function);
    duckdb_destroy_scalar_function(&function);
  };
  (add(Native<Functions>::declare), ...);
  const duckdb_state state = duckdb_register_scalar_function_set(connection, set);
  duckdb_destroy_scalar_function_set(&set);
  if (state == DuckDBError) return fail(Errc::internal, "DuckDB refused the function " + name);
  return {};
}

}  // namespace weir::engine
