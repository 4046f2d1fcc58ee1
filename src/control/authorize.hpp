#pragma once

#include <cstdint>
#include <string>

#include "base/http.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/snapshot.hpp"

namespace weir::control {

/// Who may use a route. A key with the policy `administer` may use every route.
enum class Access {
  everyone,      // no token: health; metrics have a token of their own
  operate,       // "datagrid:operate"
  issue_tokens,  // "api-keys:issue"
  administer,    // "api-keys:administer" only
};

bool permits(Access access, catalog::Policies policies);

/// The API key behind a request.
struct Caller {
  std::uint32_t tenant_no = 0;
  std::string tenant;
  std::string key_id;
  catalog::Policies policies = 0;
};

/// Of GET /metrics.
inline constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// Whether the request's bearer token is this one, which is a setting of the server.
Result<void> authorize_metrics(const http::Request& request, const std::string& expected);

/// Checks token, tenant header (where sent) and policy, in this order: unauthorized or forbidden,
/// with what to do. Access::everyone: nothing is checked and the caller is empty.
Result<Caller> authorize(const http::Request& request, Access access,
                         const catalog::Snapshot& snapshot, Time now);

}  // namespace weir::control
