#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>

#include "base/http.hpp"
#include "engine/engine.hpp"

namespace weir::control {

/// {"columns": [{"name", "type"}], "rows": [[...]], "truncated": ...}. Cells are copied as JSON
/// text, so that no number loses a digit.
http::Response answer_table(const engine::Table& table);
/// That object as text, for an answer that has it as a part.
std::string text_of_table(const engine::Table& table);

/// The same with the counts of what differs, and `next_token`.
http::Response answer_changes(const engine::Changes& changes);

boost::json::array json_of_columns(const std::vector<engine::Column>& columns);

}  // namespace weir::control
