#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// In which encoding the bytes of an XML document are. RFC 7303 gives three places that may say so,
/// and which of them counts: a byte order mark, then the charset parameter of the Content-Type,
/// then the document's own declaration. Any thread may call these.
namespace weir::xml {

/// The bytes of U+FEFF in UTF-8, at the front of a document: it is UTF-8, whatever it declares.
inline constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

enum class ByteOrderMark : std::uint8_t { none, utf8, utf16 };
ByteOrderMark byte_order_mark(std::string_view document);

/// What `<?xml ... encoding="..."?>` at the front of a document names; empty when nothing does, or
/// when the document is not in an encoding that keeps ASCII as it is.
std::string_view declared_encoding(std::string_view document);

/// Two names of one encoding: letters in any case, `utf8` is `utf-8`.
bool same_encoding(std::string_view a, std::string_view b);

/// Whether `to_utf8` knows this name.
bool is_known_encoding(std::string_view name);

/// Appends `bytes`, which are in this encoding, as UTF-8. bad_request when they are not, or when
/// the encoding is not known, or when it would be more than `bytes_max`; `out` is undefined then.
Result<void> to_utf8(std::string_view bytes, std::string_view encoding, std::uint64_t bytes_max,
                     std::string& out);

/// A document with the charset it came with (empty: none), made such that it says by itself what it
/// is in: as it was sent where its mark or its declaration says so, otherwise as UTF-8 behind a
/// byte order mark, in `scratch`. Nobody behind this needs to know the charset. Costs nothing but a
/// look at the declaration for the usual charset=utf-8. bad_request as above.
Result<std::string_view> self_describing(std::string_view document, std::string_view charset,
                                         std::uint64_t bytes_max, std::string& scratch);

}  // namespace weir::xml
