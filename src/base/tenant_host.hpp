#pragma once

#include <string>
#include <string_view>

namespace weir {

/// Whether a Host header names a host below `domain` (spec/ingest.md 10), as acme.weir.example.org
/// below weir.example.org; then `tenant` is what stands before it, in lower case, and "" where that
/// is no name of a tenant. An empty domain has no hosts. Allocates nothing once `tenant` has room
/// for a name.
bool reads_tenant_host(std::string_view host, std::string_view domain, std::string& tenant);

/// "https://weir.example.org:8443/at" for a tenant: "https://acme.weir.example.org:8443/at".
std::string url_of_tenant(std::string_view url, std::string_view domain, std::string_view tenant);

}  // namespace weir
