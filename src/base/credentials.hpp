#pragma once

#include <array>
#include <string_view>

/// How a request says who asks: read by the gateway and by the control API, so read once, here.
/// Nothing fails; any thread.
namespace weir {

/// The token of an Authorization header "Bearer <token>" (RFC 6750; the scheme in any case); empty
/// when it is not that.
std::string_view bearer_token(std::string_view authorization);

/// The header that names the tenant, and the names it has had; in lower case.
inline constexpr std::array<std::string_view, 3> tenant_header_names = {
    "x-amperity-tenant", "amperity-tenant", "tenant"};

}  // namespace weir
