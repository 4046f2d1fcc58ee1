#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Appends CBOR data items (RFC 8949) to a string: definite lengths, shortest heads. Uses libcbor's
/// encoders.
namespace weir::xml {

void append_map(std::string& out, std::size_t pairs);
void append_array(std::string& out, std::size_t items);
/// `bytes` of UTF-8 must follow.
void append_text_head(std::string& out, std::size_t bytes);
void append_text(std::string& out, std::string_view text);
void append_null(std::string& out);
void append_tag(std::string& out, std::uint64_t tag);

}  // namespace weir::xml
