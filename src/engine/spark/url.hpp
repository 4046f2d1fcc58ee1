#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Addresses as java.net.URI and URLEncoder read and write them. No state; any thread.
namespace weir::spark {

/// HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO of an address; nullopt where it
/// has none, for another part, and for what is no URI (RFC 2396).
[[nodiscard]] std::optional<std::string> url_part(std::string_view url, std::string_view part);
/// The value of a key of the query, as it is written there.
[[nodiscard]] std::optional<std::string> url_query_value(std::string_view url,
                                                         std::string_view key);
/// As application/x-www-form-urlencoded.
[[nodiscard]] std::string url_encoded(std::string_view text);
/// nullopt for a percent sign without two hexadecimal digits.
[[nodiscard]] std::optional<std::string> url_decoded(std::string_view text);

}  // namespace weir::spark
