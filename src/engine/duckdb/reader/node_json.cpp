// Elements become JSON where a column is text, and where a record is shown.

#include "engine/duckdb/reader/node_json.hpp"

#include <utility>

#include "engine/duckdb/reader/json_write.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine::duckdb {

using xml::Node;

void append_json(std::string& out, const Node& node, bool trims) {
  const bool is_text = node.kind == Node::Kind::text;
  if (node.kind == Node::Kind::null || (trims && is_text && trim(node.text).empty())) {
    out += "null";
    return;
  }
  if (is_text) return append_json_text(out, trims ? trim(node.text) : node.text);
  const bool is_map = node.kind == Node::Kind::map;
  out += is_map ? '{' : '[';
  bool first = true;
  for (const xml::Member& member : node.members) {
    if (!std::exchange(first, false)) out += ',';
    if (is_map) {
      append_json_text(out, member.key);
      out += ':';
    }
    append_json(out, member.value, trims);
  }
  out += is_map ? '}' : ']';
}

}  // namespace weir::engine::duckdb
