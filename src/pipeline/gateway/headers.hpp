#pragma once

#include <string>
#include <string_view>

#include "base/payload.hpp"
#include "base/result.hpp"
#include "pipeline/gateway/expander.hpp"

namespace weir::gateway {

struct ContentType {
  PayloadType type;
  std::string_view charset;  // empty: none was sent; a view into the header
};

/// Parses a Content-Type: application/json, application/xml or text/xml, with any parameters. A
/// charset of JSON must be UTF-8, one of XML must be known (xml/encoding.hpp). Everything else,
/// including an absent header, is unsupported_media.
Result<ContentType> content_type_of(std::string_view content_type);

/// Parses a Content-Encoding: gzip, zstd, or none. Everything else, including several codings, is
/// unsupported_media.
Result<Coding> coding_of(std::string_view content_encoding);

/// Quotes a caller's text for a message: printable ASCII, shortened.
std::string quoted(std::string_view text);

}  // namespace weir::gateway
