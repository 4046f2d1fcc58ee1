#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// The encoding of an XML document's bytes. RFC 7303 names three sources, in this order: a byte
/// order mark, the charset parameter of the Content-Type, the document's own declaration. Any
/// thread may call these functions.
namespace weir::xml {

/// The bytes of U+FEFF in UTF-8. A document that begins with them is UTF-8, whatever it declares.
inline constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

enum class ByteOrderMark : std::uint8_t { none, utf8, utf16 };
ByteOrderMark byte_order_mark(std::string_view document);

/// The encoding in `<?xml ... encoding="..."?>` at the front of a document; empty when there is
/// none, or when the document's encoding is not a superset of ASCII.
std::string_view declared_encoding(std::string_view document);

/// Whether two names mean one encoding: case does not matter, and `utf8` is `utf-8`.
bool same_encoding(std::string_view a, std::string_view b);

/// Whether `to_utf8` knows this name.
bool is_known_encoding(std::string_view name);

/// Converts `bytes` from this encoding and appends them as UTF-8. bad_request when the bytes or the
/// encoding are invalid, or the result exceeds `bytes_max`; `out` is undefined then.
Result<void> to_utf8(std::string_view bytes, std::string_view encoding, std::uint64_t bytes_max,
                     std::string& out);

/// Makes a document declare its own encoding, given its charset parameter (empty: none). It is
/// unchanged if its mark or declaration says the encoding, otherwise UTF-8 after a byte order mark,
/// in `scratch`. Later stages need no charset. For the usual charset=utf-8 only the declaration is
/// read. Errors: bad_request as above.
Result<std::string_view> self_describing(std::string_view document, std::string_view charset,
                                         std::uint64_t bytes_max, std::string& scratch);

}  // namespace weir::xml
