#pragma once

#include <cstdint>
#include <cstring>
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
  /// `first_offset` is that of the content's first byte, where it is a part of a file.
  explicit CborItems(std::string_view content, std::uint64_t first_offset = 0)
      : content_(content), first_offset_(first_offset) {}

  bool at_end() const { return offset_ == content_.size(); }
  std::uint64_t offset() const { return first_offset_ + offset_; }
  /// Errc::corrupt with the byte offset where the content ends early or is not CBOR, or where a
  /// text is not UTF-8.
  Result<CborItem> next();
  /// Nearly all items have a head of one or two bytes and texts of ASCII; makes `found` the next
  /// one if it is such, at a third of the cost. False: it may be any other, which next() tells.
  /// Texts that were checked before need not be of ASCII.
  enum class Texts : std::uint8_t { any, checked };
  bool next_plain(CborItem& found, Texts texts = Texts::any);
  /// Goes past the item and all that is in it, without a look at what its texts hold. corrupt where
  /// its end cannot be found.
  Result<void> skip();
  /// Whether it failed because the content ended: more of the same file may mend it.
  bool is_cut_short() const { return cut_short_; }

 private:
  Result<CborItem> decode();
  Failure cut_short(const std::string& what);
  static bool is_ascii(std::string_view text);

  std::string_view content_;
  std::uint64_t first_offset_;
  std::uint64_t offset_ = 0;
  bool cut_short_ = false;
};

inline bool CborItems::is_ascii(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::uint64_t found = 0;
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= sizeof(found); left -= sizeof(found), at += sizeof(found)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, at, sizeof(eight));
    found |= eight;
  }
  for (; left > 0; --left, ++at)
    found |= static_cast<unsigned char>(*at);
  return (found & high_bits) == 0;
}

inline bool CborItems::next_plain(CborItem& found, Texts texts) {
  // RFC 8949, 3: the major type, and below 24 the count; 24: the next byte is the count.
  constexpr unsigned char null_head = 0xf6;
  constexpr unsigned count_mask = 0x1f;
  constexpr unsigned count_in_byte = 24;
  constexpr unsigned text_type = 3;
  constexpr unsigned array_type = 4;
  constexpr unsigned map_type = 5;
  const std::size_t left = content_.size() - offset_;
  if (left < 2) return false;
  const auto head = static_cast<unsigned char>(content_[offset_]);
  std::size_t size = 1;
  found.offset = offset();
  found.count = head & count_mask;
  if (head == null_head) {
    found.kind = CborItem::Kind::null;
    offset_ += size;
    return true;
  }
  if (found.count == count_in_byte) {
    found.count = static_cast<unsigned char>(content_[offset_ + 1]);
    size = 2;
  } else if (found.count > count_in_byte) {
    return false;
  }
  switch (head >> 5U) {
    case text_type:
      if (left - size < found.count) return false;
      found.kind = CborItem::Kind::text;
      found.text = content_.substr(offset_ + size, found.count);
      if (texts == Texts::any && !is_ascii(found.text)) return false;
      size += found.count;
      break;
    case array_type:
      found.kind = CborItem::Kind::array;
      break;
    case map_type:
      found.kind = CborItem::Kind::map;
      break;
    default:
      return false;
  }
  offset_ += size;
  return true;
}

/// What is wrong at which byte.
Failure corrupt_at(std::uint64_t offset, const std::string& what);

}  // namespace weir::xml
