#pragma once

#include <string>
#include <string_view>

#include "base/payload.hpp"
#include "base/result.hpp"
#include "pipeline/gateway/expander.hpp"

namespace weir::gateway {

/// The payload type a Content-Type names: application/json, application/xml or text/xml, with any
/// parameters; a charset must be UTF-8. Anything else, also none, is unsupported_media.
Result<PayloadType> payload_type_of(std::string_view content_type);

/// What a Content-Encoding names: gzip, zstd, or nothing. Anything else, also several codings one
/// over the other, is unsupported_media.
Result<Coding> coding_of(std::string_view content_encoding);

/// The token of "Bearer <token>"; empty when it is not that.
std::string_view bearer_token(std::string_view authorization);

/// What a caller sent, fit for a message: in quotes, printable ASCII, not long.
std::string quoted(std::string_view text);

}  // namespace weir::gateway
