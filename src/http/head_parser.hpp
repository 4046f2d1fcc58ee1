#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"

namespace weir::http {

/// Reads a whole head, from the request line to the empty line that ends it, into `head`. Strict
/// where leniency is how requests are smuggled (RFC 9112 section 6.3 and 11.2): one length or one
/// "chunked" and nothing else, digits only, no folding, no control characters, Host once.
/// The caller has made sure of the head's size and that its lines end in CRLF and are not folded.
Result<void> parse_head(std::string_view bytes, RequestHead& head);

/// Whether a request may begin with this byte: tells at once that a client speaks TLS, say.
bool is_token_byte(char c);

}  // namespace weir::http
