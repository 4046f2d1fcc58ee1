#include "xml/node.hpp"

namespace weir::xml {
namespace {

void take_each(const Node& value, const std::function<void(const Node&)>& take) {
  if (value.kind != Node::Kind::array) return take(value);
  for (const Member& item : value.members)
    take_each(item.value, take);
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  if (kind != Kind::map) return nullptr;
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

// Recursion is bounded by the reader, which bounds depth.
void find_rows(const Node& payload, std::string_view row_tag,
               const std::function<void(const Node& row)>& take) {
  for (const Member& member : payload.members) {
    if (payload.kind == Node::Kind::map && member.key == row_tag) {
      take_each(member.value, take);
    } else {
      find_rows(member.value, row_tag, take);
    }
  }
}

}  // namespace weir::xml
