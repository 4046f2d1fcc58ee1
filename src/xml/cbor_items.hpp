#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::xml {

/// One CBOR data item's head, and its bytes where it is a definite text string.
struct CborItem {
  enum class Kind : std::uint8_t {
    null,
    text,         // definite, whole
    text_start,   // indefinite: definite texts follow, then end
    array,        // `count` items follow
    array_start,  // indefinite: items follow, then end
    map,          // `count` pairs follow
    map_start,
    tag,          // `count` is its number; one item follows
    end,          // of an indefinite item
    bytes_start,  // indefinite: byte strings follow, then end
    other,        // numbers, byte strings, booleans: none in a batch file
  };
  Kind kind = Kind::other;
  std::uint64_t count = 0;
  std::string_view text;     // a view into the content
  std::uint64_t offset = 0;  // of its first byte in the content
};

/// Reads the items of CBOR content one after the other, with libcbor's stateless streaming decoder.
/// libcbor's tree builder is not used: it trusts a map's declared size, makes three allocations per
/// leaf, and loses the byte offset of an error.
class CborItems {
 public:
  explicit CborItems(std::string_view content) : content_(content) {}

  bool at_end() const { return offset_ == content_.size(); }
  std::uint64_t offset() const { return offset_; }
  /// Errc::corrupt with the byte offset where the content ends early or is not CBOR, or where a
  /// text is not UTF-8.
  Result<CborItem> next();
  /// Goes past the item and all that is in it, without a look at what its texts hold. corrupt where
  /// its end cannot be found.
  Result<void> skip();

 private:
  Result<CborItem> decode();

  std::string_view content_;
  std::uint64_t offset_ = 0;
};

/// What is wrong at which byte.
Failure corrupt_at(std::uint64_t offset, const std::string& what);

}  // namespace weir::xml
