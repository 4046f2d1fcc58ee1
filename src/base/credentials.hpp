#pragma once

#include <array>
#include <string_view>

/// Reads a caller's credentials from a request, for the gateway and for the control API. Cannot
/// fail; any thread.
namespace weir {

/// The token of an Authorization header "Bearer <token>" (RFC 6750; the scheme in any case); empty
/// when the header has another form.
std::string_view bearer_token(std::string_view authorization);

/// The header that names the tenant, and its earlier names; in lower case.
inline constexpr std::array<std::string_view, 3> tenant_header_names = {
    "x-amperity-tenant", "amperity-tenant", "tenant"};

}  // namespace weir
