#pragma once

#include <string>
#include <string_view>

namespace weir::engine::duckdb {

/// Appends a text as a JSON string.
void append_json_text(std::string& out, std::string_view text);

}  // namespace weir::engine::duckdb
