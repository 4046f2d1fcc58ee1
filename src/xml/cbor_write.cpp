#include "xml/cbor_write.hpp"

#include <cbor.h>

namespace weir::xml {
namespace {

/// The longest head: one byte and a 64-bit argument.
constexpr std::size_t head_bytes_max = 9;

template <class Encode>
void append_head(std::string& out, Encode encode) {
  unsigned char head[head_bytes_max];
  const std::size_t size = encode(head, sizeof head);
  for (std::size_t i = 0; i < size; ++i)
    out.push_back(static_cast<char>(head[i]));
}

}  // namespace

void append_map(std::string& out, std::size_t pairs) {
  append_head(out, [=](auto* at, auto room) { return cbor_encode_map_start(pairs, at, room); });
}

void append_array(std::string& out, std::size_t items) {
  append_head(out, [=](auto* at, auto room) { return cbor_encode_array_start(items, at, room); });
}

void append_text_head(std::string& out, std::size_t bytes) {
  append_head(out, [=](auto* at, auto room) { return cbor_encode_string_start(bytes, at, room); });
}

void append_text(std::string& out, std::string_view text) {
  append_text_head(out, text.size());
  out.append(text);
}

void append_null(std::string& out) {
  append_head(out, [](auto* at, auto room) { return cbor_encode_null(at, room); });
}

void append_tag(std::string& out, std::uint64_t tag) {
  append_head(out, [=](auto* at, auto room) { return cbor_encode_tag(tag, at, room); });
}

}  // namespace weir::xml
