#pragma once

#include <string>

#include "xml/node.hpp"

namespace weir::engine::duckdb {

/// Appends an element as JSON: texts, arrays and objects. With `trims` without the white space
/// around texts.
void append_json(std::string& out, const xml::Node& node, bool trims);

}  // namespace weir::engine::duckdb
