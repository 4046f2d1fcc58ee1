#include "xml/cbor_items.hpp"

#include <optional>
#include <vector>

#include <cbor.h>
#include <simdjson.h>

namespace weir::xml {
namespace {

using Kind = CborItem::Kind;

constexpr std::size_t skip_depth_max = 100'000;

CborItem& item(void* context) {
  return *static_cast<CborItem*>(context);
}

template <Kind kind>
void on_plain(void* context) noexcept {
  item(context).kind = kind;
}

template <Kind kind>
void on_counted(void* context, std::size_t count) noexcept {
  item(context).kind = kind;
  item(context).count = count;
}

void on_tag(void* context, std::uint64_t number) noexcept {
  item(context).kind = Kind::tag;
  item(context).count = number;
}

void on_text(void* context, cbor_data bytes, std::size_t size) noexcept {
  item(context).kind = Kind::text;
  item(context).text = {reinterpret_cast<const char*>(bytes), size};
}

/// What is not set here does nothing and leaves the item what it began as: other.
cbor_callbacks make_callbacks() {
  cbor_callbacks callbacks = cbor_empty_callbacks;
  callbacks.null = on_plain<Kind::null>;
  callbacks.string = on_text;
  callbacks.string_start = on_plain<Kind::text_start>;
  callbacks.byte_string_start = on_plain<Kind::bytes_start>;
  callbacks.array_start = on_counted<Kind::array>;
  callbacks.indef_array_start = on_plain<Kind::array_start>;
  callbacks.map_start = on_counted<Kind::map>;
  callbacks.indef_map_start = on_plain<Kind::map_start>;
  callbacks.tag = on_tag;
  callbacks.indef_break = on_plain<Kind::end>;
  return callbacks;
}

}  // namespace

Failure corrupt_at(std::uint64_t offset, const std::string& what) {
  return fail(Errc::corrupt, "CBOR batch, byte " + std::to_string(offset) + ": " + what);
}

Result<CborItem> CborItems::decode() {
  static const cbor_callbacks callbacks = make_callbacks();
  CborItem found;
  found.offset = offset();
  const std::string_view rest = content_.substr(offset_);
  const auto* bytes = reinterpret_cast<cbor_data>(rest.data());
  const auto result = cbor_stream_decode(bytes, rest.size(), &callbacks, &found);
  if (rest.empty() || result.status == CBOR_DECODER_NEDATA)
    return cut_short("the content ends within an item");
  if (result.status != CBOR_DECODER_FINISHED) return corrupt_at(offset(), "not a CBOR item");
  offset_ += result.read;
  return found;
}

Result<CborItem> CborItems::next() {
  CborItem plain;
  if (next_plain(plain)) return plain;
  WEIR_TRY(const CborItem found, decode());
  if (found.kind != Kind::text || simdjson::validate_utf8(found.text.data(), found.text.size()))
    return found;
  offset_ = found.offset - first_offset_;
  return corrupt_at(found.offset, "a text is not UTF-8");
}

Failure CborItems::cut_short(const std::string& what) {
  cut_short_ = true;
  return corrupt_at(offset(), what);
}

Result<void> CborItems::skip() {
  std::vector<std::optional<std::uint64_t>> open;  // what each container still expects; or an end
  while (true) {
    CborItem item;
    if (!next_plain(item)) {
      WEIR_TRY(item, decode());
    }
    if (open.size() == skip_depth_max) return corrupt_at(item.offset, "nested too deep");
    switch (item.kind) {
      case Kind::tag:
        continue;
      case Kind::text_start:
      case Kind::bytes_start:
      case Kind::array_start:
      case Kind::map_start:
        open.emplace_back();
        continue;
      case Kind::array:
      case Kind::map:
        if (item.count > content_.size()) return cut_short("more items than bytes");
        if (item.count == 0) break;
        open.emplace_back(item.kind == Kind::map ? 2 * item.count : item.count);
        continue;
      case Kind::end:
        if (open.empty() || open.back()) return corrupt_at(item.offset, "an end of nothing");
        open.pop_back();
        break;
      case Kind::null:
      case Kind::text:
      case Kind::other:
        break;
    }
    while (!open.empty() && open.back() && --*open.back() == 0)
      open.pop_back();
    if (open.empty()) return {};
  }
}

}  // namespace weir::xml
