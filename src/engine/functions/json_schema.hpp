#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/functions/declared.hpp"

namespace weir::engine {

/// FROM_JSON: a text of JSON under a type, as Spark's JacksonParser reads it in its mode
/// PERMISSIVE. What does not fit is null: a field of a struct alone, of an array or a map all of
/// it. A text that is no JSON, or not of the type, is a struct of NULLs or no array or map at all.
/// A field `_corrupt_record` of the struct, if it is a string, gets the text where something did
/// not fit. nullopt: NULL.
[[nodiscard]] std::optional<std::string> json_under(std::string_view json,
                                                    const Declared& declared);

}  // namespace weir::engine
