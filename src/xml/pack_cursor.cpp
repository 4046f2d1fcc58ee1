// The reader has checked all that could be wrong, so that no value costs a Result here. What goes
// past the members of a container reads their heads: CBOR does not tell where it ends.

#include "xml/pack_cursor.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace weir::xml {
namespace {

using Kind = CborItem::Kind;

// A declared count is not believed further than this before its items were seen.
constexpr std::uint64_t reserve_max = 64;

}  // namespace

PackCursor::PackCursor(std::string_view content, std::size_t at) : items_(content.substr(at), at) {}

CborItem PackCursor::item() {
  if (looked_at_) return *std::exchange(looked_at_, std::nullopt);
  const auto found = items_.next();
  WEIR_ASSERT(found);
  return *found;
}

PackValue PackCursor::value() {
  CborItem head;
  if (looked_at_ || !items_.next_plain(head, CborItems::Texts::checked)) head = item();
  const auto at = static_cast<std::size_t>(head.offset);
  switch (head.kind) {
    case Kind::null:
      return {Node::Kind::null, {}, 0, false, at};
    case Kind::text:
      return {Node::Kind::text, head.text, 0, false, at};
    case Kind::text_start:
      return {Node::Kind::text, joined(), 0, false, at};
    case Kind::array:
    case Kind::array_start:
      return {Node::Kind::array, {}, head.count, head.kind == Kind::array_start, at};
    default:
      WEIR_ASSERT(head.kind == Kind::map || head.kind == Kind::map_start);
      return {Node::Kind::map, {}, head.count, head.kind == Kind::map_start, at};
  }
}

std::string_view PackCursor::joined() {
  std::string& whole = joined_.emplace_back();
  for (CborItem chunk = item(); chunk.kind != Kind::end; chunk = item())
    whole.append(chunk.text);
  return whole;
}

bool PackCursor::has_next(PackValue& container) {
  if (!container.open) {
    if (container.left == 0) return false;
    --container.left;
    return true;
  }
  CborItem next = item();
  container.open = next.kind != Kind::end;
  if (container.open) {
    looked_at_ = next;
  } else {
    container.left = 0;
  }
  return container.open;
}

void PackCursor::skip(PackValue& value) {
  if (value.kind == Node::Kind::null || value.kind == Node::Kind::text) return;
  while (has_next(value)) {
    if (value.kind == Node::Kind::map) key();
    PackValue member = this->value();
    skip(member);
  }
}

Node PackCursor::tree(PackValue& value) {
  Node out;
  out.kind = value.kind;
  out.text = value.text;
  if (value.kind == Node::Kind::null || value.kind == Node::Kind::text) return out;
  out.members.reserve(std::min(value.left, reserve_max));
  while (has_next(value)) {
    Member& member = out.members.emplace_back();
    if (value.kind == Node::Kind::map) member.key = key();
    PackValue inner = this->value();
    member.value = tree(inner);
  }
  return out;
}

}  // namespace weir::xml
