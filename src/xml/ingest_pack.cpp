#include "xml/ingest_pack.hpp"

#include <algorithm>

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
// A declared count is not believed further than this before its items were seen.
constexpr std::uint64_t reserve_max = 64;

enum Seen : std::uint32_t { request_id = 1, received_at = 2, content_type = 4, payload = 8 };
constexpr std::uint32_t all_seen = request_id | received_at | content_type | payload;

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

Result<std::optional<PackRecord>> PackReader::next() {
  joined_.clear();
  nodes_ = 0;
  begun_ = items_;
  if (items_.at_end()) return std::optional<PackRecord>();
  PackRecord record;
  record.offset = items_.offset();
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
    WEIR_CHECK(member(record, seen));
  }
  if (seen != all_seen) {
    return corrupt_at(record.offset,
                      "a record needs request_id, received_at, content_type and payload");
  }
  return std::optional(std::move(record));
}

Result<void> PackReader::skip() {
  looked_at_.reset();
  items_ = begun_;
  return items_.skip();
}

Result<void> PackReader::member(PackRecord& record, std::uint32_t& seen) {
  const std::uint64_t offset = looked_at_ ? looked_at_->offset : items_.offset();
  WEIR_TRY(const std::string_view key, text_item("a key"));
  std::uint32_t bit = 0;
  if (key == "request_id") {
    bit = request_id;
    WEIR_TRY(record.head.request_id, text_item("request_id"));
  } else if (key == "received_at") {
    bit = received_at;
    WEIR_TRY(record.head.received_at, time_value());
  } else if (key == "content_type") {
    bit = content_type;
    WEIR_TRY(record.head.content_type, text_item("content_type"));
  } else if (key == "payload") {
    bit = payload;
    WEIR_CHECK(value(record.payload, depth_max));
    if (record.payload.kind != Node::Kind::map || record.payload.members.size() != 1) {
      return corrupt_at(offset, "a payload is a map of one pair, the root element");
    }
  } else {
    Node unknown;
    WEIR_CHECK(value(unknown, depth_max));
  }
  if ((seen & bit) != 0) return corrupt_at(offset, "the key " + std::string(key) + " came before");
  seen |= bit;
  return {};
}

Result<Time> PackReader::time_value() {
  CborItem tag;
  WEIR_CHECK(item(tag));
  if (tag.kind != Kind::tag || tag.count != date_time_tag) {
    return corrupt_at(tag.offset, "received_at is no date and time (tag 0)");
  }
  WEIR_TRY(const std::string_view text, text_item("received_at"));
  if (text == time_text_) return time_;
  const auto time = parse_time(text);
  if (!time) return corrupt_at(tag.offset, "received_at is no RFC 3339 time");
  time_text_ = text;
  time_ = *time;
  return time_;
}

Result<void> PackReader::item(CborItem& found) {
  if (looked_at_) {
    found = *looked_at_;
    looked_at_.reset();
    return {};
  }
  if (items_.next_plain(found)) return {};
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

Result<void> PackReader::value(Node& node, std::uint32_t depth) {
  CborItem head;
  WEIR_CHECK(item(head));
  if (depth == 0) return corrupt_at(head.offset, "nested too deep");
  if (++nodes_ > nodes_max) return corrupt_at(head.offset, "too many values in one record");
  switch (head.kind) {
    case Kind::null:
      return {};
    case Kind::text:
      node.kind = Node::Kind::text;
      node.text = head.text;
      return {};
    case Kind::text_start: {
      node.kind = Node::Kind::text;
      WEIR_TRY(node.text, text_value(head));
      return {};
    }
    case Kind::array:
    case Kind::array_start:
      return array_value(node, head, depth);
    case Kind::map:
    case Kind::map_start:
      return map_value(node, head, depth);
    case Kind::tag:
    case Kind::end:
    case Kind::bytes_start:
    case Kind::other:
      break;
  }
  return corrupt_at(head.offset, "a value is null, text, an array or a map; this is neither");
}

Result<void> PackReader::array_value(Node& node, const CborItem& head, std::uint32_t depth) {
  node.kind = Node::Kind::array;
  Container items(head);
  node.members.reserve(std::min(head.count, reserve_max));
  while (true) {
    WEIR_TRY(const bool more, has_next(items));
    if (!more) return {};
    WEIR_CHECK(value(node.members.emplace_back().value, depth - 1));
  }
}

Result<void> PackReader::map_value(Node& node, const CborItem& head, std::uint32_t depth) {
  node.kind = Node::Kind::map;
  Container pairs(head);
  node.members.reserve(std::min(head.count, reserve_max));
  while (true) {
    WEIR_TRY(const bool more, has_next(pairs));
    if (!more) return {};
    Member& member = node.members.emplace_back();
    WEIR_TRY(member.key, text_item("a key"));
    WEIR_CHECK(value(member.value, depth - 1));
  }
}

Result<std::string_view> PackReader::text_item(std::string_view what) {
  CborItem head;
  WEIR_CHECK(item(head));
  if (head.kind != Kind::text && head.kind != Kind::text_start) {
    return corrupt_at(head.offset, std::string(what) + " is no text");
  }
  return text_value(head);
}

Result<std::string_view> PackReader::text_value(const CborItem& head) {
  if (head.kind == Kind::text) return head.text;
  std::string& whole = joined_.emplace_back();
  while (true) {
    WEIR_TRY(const CborItem chunk, items_.next());
    if (chunk.kind == Kind::end) return std::string_view(whole);
    if (chunk.kind != Kind::text) {
      return corrupt_at(chunk.offset, "a text in chunks holds something else");
    }
    whole.append(chunk.text);
  }
}

}  // namespace weir::xml
