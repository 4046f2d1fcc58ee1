#pragma once

#include <string>
#include <string_view>

#include "base/payload.hpp"
#include "base/result.hpp"
#include "pipeline/gateway/expander.hpp"

namespace weir::gateway {

struct ContentType {
  PayloadType type;
  std::string_view charset;  // empty: none was said; a view into what was read
};

/// What a Content-Type names: application/json, application/xml or text/xml, with any parameters.
/// A charset of JSON must be UTF-8, one of XML must be known (xml/encoding.hpp). Anything else,
/// also none, is unsupported_media.
Result<ContentType> content_type_of(std::string_view content_type);

/// What a Content-Encoding names: gzip, zstd, or nothing. Anything else, also several codings one
/// over the other, is unsupported_media.
Result<Coding> coding_of(std::string_view content_encoding);

/// What a caller sent, fit for a message: in quotes, printable ASCII, not long.
std::string quoted(std::string_view text);

}  // namespace weir::gateway
