#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace weir::xml {

struct Member;

/// A value of the tree in a CBOR batch file: null, text, an array or a map. Its text is a view into
/// the content that the PackReader reads.
struct Node {
  enum class Kind : std::uint8_t { null, text, array, map };

  Kind kind = Kind::null;
  std::string_view text;        // of text
  std::vector<Member> members;  // of a map: its pairs; of an array: its items, without keys

  /// The value of a map's key; nullptr when there is none or this is not a map.
  const Node* find(std::string_view key) const;
};

struct Member {
  std::string_view key;
  Node value;
};

/// Finds each element named `row_tag` below a payload (spec/payloads.md 6): at any depth, in the
/// order of the map, arrays item by item; not inside another row. A row may be of any kind but
/// array: `<row/>` is null, `<row>a</row>` is text.
void find_rows(const Node& payload, std::string_view row_tag,
               const std::function<void(const Node& row)>& take);

}  // namespace weir::xml
