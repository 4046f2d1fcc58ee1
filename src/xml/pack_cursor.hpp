#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "xml/cbor_items.hpp"
#include "xml/node.hpp"

namespace weir::xml {

/// A value of a record, of any length form. Its members, if it is an array or a map, follow it.
struct PackValue {
  Node::Kind kind = Node::Kind::null;
  std::string_view text;   // of text
  std::uint64_t left = 0;  // members that were not read, unless `open`
  bool open = false;       // an end item closes it
  std::size_t at = 0;      // of its first byte in the content
};

/// Reads the values of records that a PackReader has found to be right, without a look at what
/// could be wrong with them, and without a tree of them. Used by one thread.
class PackCursor {
 public:
  /// Begins at a value of the content, which outlives the cursor and what it gave.
  PackCursor(std::string_view content, std::size_t at);

  PackValue value();
  std::string_view key() { return value().text; }
  /// Whether a member of the array or map is next.
  bool has_next(PackValue& container);
  /// Goes past the members of a value that were not read.
  void skip(PackValue& value);
  /// The value and what is in it, as a tree.
  Node tree(PackValue& value);

  /// Goes past the tag that is next.
  void skip_tag() { item(); }

 private:
  CborItem item();
  std::string_view joined();

  CborItems items_;
  std::optional<CborItem> looked_at_;  // read ahead, to see a container's end
  std::list<std::string> joined_;      // texts that came in chunks
};

}  // namespace weir::xml
