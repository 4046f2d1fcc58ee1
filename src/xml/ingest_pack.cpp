// A record is checked first, and read afterwards by a cursor that checks nothing: rows of a table
// are made of the checked bytes as they are, and a tree is made only for those who ask for one. To
// build the tree while checking, and to make the rows of it, took twice as long for a load.

#include "xml/ingest_pack.hpp"

#include <utility>

#include "base/limits.hpp"
#include "xml/cbor_write.hpp"

namespace weir::xml {
namespace {

using Kind = CborItem::Kind;

constexpr std::uint64_t date_time_tag = 0;  // RFC 8949, 3.4.1

// Every element may be a map within an array, and the payload is in the record.
constexpr std::uint32_t depth_max = 2 * limits::xml_depth_max + 2;
// Every name may have an array of its own; the rest is the record's own keys.
constexpr std::uint32_t nodes_max = 2 * limits::xml_nodes_max + 16;
enum Seen : std::uint32_t { request_id = 1, received_at = 2, content_type = 4, payload = 8 };
constexpr std::uint32_t all_seen = request_id | received_at | content_type | payload;

/// Reads a member of a record's head; false where it is none.
bool take_head(PackCursor& cursor, std::string_view key, PackHead& head) {
  if (key == "request_id") {
    head.request_id = cursor.value().text;
  } else if (key == "received_at") {
    cursor.skip_tag();
    head.received_at = parse_time(cursor.value().text).value_or(Time());
  } else if (key == "content_type") {
    head.content_type = cursor.value().text;
  } else {
    return false;
  }
  return true;
}

}  // namespace

void append_record_head(std::string& out, const PackHead& head) {
  append_map(out, 4);
  append_text(out, "request_id");
  append_text(out, head.request_id);
  append_text(out, "received_at");
  append_tag(out, date_time_tag);
  append_text(out, to_string(head.received_at));
  append_text(out, "content_type");
  append_text(out, head.content_type);
  append_text(out, "payload");
}

struct PackReader::Container {
  explicit Container(const CborItem& head)
      : indefinite(head.kind == Kind::array_start || head.kind == Kind::map_start),
        left(head.count) {}
  bool indefinite;
  std::uint64_t left;
};

PackHead read_head(PackCursor& cursor) {
  constexpr int members = 3;
  PackHead head;
  PackValue record = cursor.value();
  for (int taken = 0; taken < members && cursor.has_next(record);) {
    if (take_head(cursor, cursor.key(), head)) {
      ++taken;
    } else {
      PackValue other = cursor.value();
      cursor.skip(other);
    }
  }
  return head;
}

Result<std::optional<PackRecord>> PackReader::next() {
  WEIR_TRY(const bool more, find_next({}, nullptr));
  if (!more) return std::optional<PackRecord>();
  PackRecord record;
  record.offset = begun_.offset();
  PackCursor& cursor = cursor_.emplace(content_, begun() - first_offset_);
  PackValue members = cursor.value();
  while (cursor.has_next(members)) {
    const std::string_view key = cursor.key();
    if (take_head(cursor, key, record.head)) continue;
    PackValue value = cursor.value();
    if (key == "payload") {
      record.payload = cursor.tree(value);
    } else {
      cursor.skip(value);
    }
  }
  return std::optional(std::move(record));
}

Result<bool> PackReader::find_next(std::string_view row_tag, std::vector<std::size_t>* rows) {
  nodes_ = 0;
  row_tag_ = row_tag;
  rows_ = rows;
  begun_ = items_;
  if (items_.at_end()) return false;
  const std::size_t before = rows == nullptr ? 0 : rows->size();
  auto checked = record();
  if (checked) return true;
  if (rows != nullptr) rows->resize(before);
  return fail(std::move(checked).error());
}

Result<void> PackReader::record() {
  CborItem head;
  WEIR_CHECK(item(head));
  if (head.kind != Kind::map && head.kind != Kind::map_start) {
    return corrupt_at(head.offset, "a record is a map, this is not");
  }
  Container pairs(head);
  std::uint32_t seen = 0;
  while (true) {
    WEIR_TRY(const bool more, has_next(pairs));
    if (!more) break;
    WEIR_CHECK(member(seen));
  }
  if (seen == all_seen) return {};
  return corrupt_at(head.offset,
                    "a record needs request_id, received_at, content_type and payload");
}

Result<void> PackReader::skip() {
  looked_at_.reset();
  items_ = begun_;
  return items_.skip();
}

Result<void> PackReader::member(std::uint32_t& seen) {
  const std::uint64_t offset = looked_at_ ? looked_at_->offset : items_.offset();
  WEIR_TRY(const std::string_view key, text_item("a key"));
  const auto is_again = [&](std::uint32_t bit, const char* name) -> Result<void> {
    if ((seen & bit) != 0)
      return corrupt_at(offset, "the key " + std::string(name) + " came before");
    seen |= bit;
    return {};
  };
  if (key == "request_id") {
    WEIR_CHECK(text_item("request_id"));
    return is_again(request_id, "request_id");
  }
  if (key == "received_at") {
    WEIR_CHECK(time_value());
    return is_again(received_at, "received_at");
  }
  if (key == "content_type") {
    WEIR_CHECK(text_item("content_type"));
    return is_again(content_type, "content_type");
  }
  if (key == "payload") {
    WEIR_CHECK(payload_value(offset));
    return is_again(payload, "payload");
  }
  return value(depth_max, Search::past);
}

Result<void> PackReader::payload_value(std::uint64_t offset) {
  CborItem head;
  WEIR_CHECK(item(head));
  const bool is_map = head.kind == Kind::map || head.kind == Kind::map_start;
  std::uint64_t pairs = 0;
  if (is_map) {
    ++nodes_;
    WEIR_TRY(pairs, members(head, depth_max, Search::within));
  } else {
    WEIR_CHECK(value(head, depth_max, Search::past));
  }
  if (pairs == 1) return {};
  return corrupt_at(offset, "a payload is a map of one pair, the root element");
}

Result<void> PackReader::time_value() {
  CborItem tag;
  WEIR_CHECK(item(tag));
  if (tag.kind != Kind::tag || tag.count != date_time_tag) {
    return corrupt_at(tag.offset, "received_at is no date and time (tag 0)");
  }
  WEIR_TRY(const std::string_view text, text_item("received_at"));
  if (text == time_text_) return {};
  if (!parse_time(text)) return corrupt_at(tag.offset, "received_at is no RFC 3339 time");
  time_text_ = text;
  return {};
}

Result<void> PackReader::item(CborItem& found) {
  if (looked_at_) {
    found = *looked_at_;
    looked_at_.reset();
    return {};
  }
  WEIR_TRY(found, items_.next());
  return {};
}

Result<bool> PackReader::has_next(Container& container) {
  if (!container.indefinite) return container.left-- > 0;
  WEIR_TRY(const CborItem next, items_.next());
  if (next.kind == Kind::end) return false;
  looked_at_ = next;
  return true;
}

Result<void> PackReader::value(std::uint32_t depth, Search search) {
  CborItem head;
  WEIR_CHECK(item(head));
  return value(head, depth, search);
}

Result<void> PackReader::value(const CborItem& head, std::uint32_t depth, Search search) {
  if (depth == 0) return corrupt_at(head.offset, "nested too deep");
  if (++nodes_ > nodes_max) return corrupt_at(head.offset, "too many values in one record");
  const bool is_array = head.kind == Kind::array || head.kind == Kind::array_start;
  if (search == Search::row && !is_array) {
    if (rows_ != nullptr) rows_->push_back(static_cast<std::size_t>(head.offset - first_offset_));
    search = Search::past;
  }
  switch (head.kind) {
    case Kind::null:
    case Kind::text:
      return {};
    case Kind::text_start:
      WEIR_CHECK(joined());
      return {};
    case Kind::array:
    case Kind::array_start:
    case Kind::map:
    case Kind::map_start:
      WEIR_CHECK(members(head, depth, search));
      return {};
    case Kind::tag:
    case Kind::end:
    case Kind::bytes_start:
    case Kind::other:
      break;
  }
  return corrupt_at(head.offset, "a value is null, text, an array or a map; this is neither");
}

/// Nearly all of a file's items pass here, so those that are plain cost no Result.
Result<std::uint64_t> PackReader::members(const CborItem& head, std::uint32_t depth,
                                          Search search) {
  const bool is_map = head.kind == Kind::map || head.kind == Kind::map_start;
  Container container(head);
  for (std::uint64_t count = 0;; ++count) {
    if (container.indefinite) {
      WEIR_TRY(const bool more, has_next(container));
      if (!more) return count;
    } else if (container.left-- == 0) {
      return count;
    }
    Search of_member = search;
    if (is_map) {
      CborItem key;
      if (!plain_item(key)) WEIR_CHECK(item(key));
      if (key.kind != Kind::text) {
        WEIR_TRY(key.text, text_of(key, "a key"));
      }
      if (search == Search::within && key.text == row_tag_) of_member = Search::row;
    }
    CborItem member;
    if (!plain_item(member)) WEIR_CHECK(item(member));
    const bool is_leaf = member.kind == Kind::text || member.kind == Kind::null;
    if (is_leaf && of_member != Search::row && depth > 1 && nodes_ < nodes_max) {
      ++nodes_;
    } else {
      WEIR_CHECK(value(member, depth - 1, of_member));
    }
  }
}

Result<std::string_view> PackReader::text_item(std::string_view what) {
  CborItem head;
  if (!plain_item(head)) WEIR_CHECK(item(head));
  return text_of(head, what);
}

Result<std::string_view> PackReader::text_of(const CborItem& head, std::string_view what) {
  if (head.kind == Kind::text) return head.text;
  if (head.kind == Kind::text_start) return joined();
  return corrupt_at(head.offset, std::string(what) + " is no text");
}

Result<std::string_view> PackReader::joined() {
  joined_.clear();
  while (true) {
    WEIR_TRY(const CborItem chunk, items_.next());
    if (chunk.kind == Kind::end) return std::string_view(joined_);
    if (chunk.kind != Kind::text) {
      return corrupt_at(chunk.offset, "a text in chunks holds something else");
    }
    joined_.append(chunk.text);
  }
}

}  // namespace weir::xml
