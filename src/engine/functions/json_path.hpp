#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Spark's functions over JSON that is within a text. Numbers with a fraction are written anew as
/// Java writes a double, as Spark does. nullopt: the text is no JSON, as far as it had to be read.
/// No state but a parser for each thread.
namespace weir::engine {

/// What is at a path such as `$.a[0].b`, `$['a']` or `$.a[*].b`: a text without its quotes,
/// anything else as JSON. nullopt too where there is nothing or null, and for what is no path.
[[nodiscard]] std::optional<std::string> json_at(std::string_view json, std::string_view path);
/// The fields of an object as json_at() has them, in the order of `names`.
[[nodiscard]] std::vector<std::optional<std::string>> json_fields(
    std::string_view json, const std::vector<std::string_view>& names);
[[nodiscard]] std::optional<std::int32_t> json_array_length(std::string_view json);
[[nodiscard]] std::optional<std::vector<std::string>> json_object_keys(std::string_view json);

}  // namespace weir::engine
