#include "control/authorize.hpp"

#include "base/credentials.hpp"
#include "base/sha256.hpp"
#include "catalog/policies.hpp"
#include "token/token.hpp"

namespace weir::control {
namespace {

using catalog::Policy;

Policy policy_of(Access access) {
  switch (access) {
    case Access::operate:
      return Policy::operate;
    case Access::issue_tokens:
      return Policy::token_issue;
    case Access::everyone:
    case Access::administer:
      return Policy::administer;
  }
  return Policy::administer;
}

Result<std::string_view> token_of(const http::Request& request) {
  const auto header = request.headers.find("authorization");
  if (header == request.headers.end())
    return fail(Errc::unauthorized,
                "An access token is missing. Send it as \"Authorization: Bearer <token>\".");
  const std::string_view token = bearer_token(header->second);
  if (token.empty())
    return fail(Errc::unauthorized,
                "The Authorization header is not \"Bearer <token>\". Send the token that way.");
  return token;
}

Result<void> check_tenant_headers(const http::Request& request, const std::string& tenant) {
  for (const std::string_view name : tenant_header_names) {
    const auto header = request.headers.find(std::string(name));
    if (header != request.headers.end() && header->second != tenant)
      return fail(Errc::forbidden, "The access token is not of tenant \"" + header->second +
                                       "\". Send the header with the token's tenant, or without.");
  }
  return {};
}

}  // namespace

bool permits(Access access, catalog::Policies policies) {
  return access == Access::everyone || allows(policies, Policy::administer) ||
         allows(policies, policy_of(access));
}

Result<void> authorize_metrics(const http::Request& request, const std::string& expected) {
  WEIR_TRY(const std::string_view token, token_of(request));
  // Of hashes, so that the time it takes tells nothing of how much was right.
  if (sha256_hex(token) == sha256_hex(expected)) return {};
  return fail(Errc::unauthorized,
              "This is not the token for metrics. Send the one of the setting metrics.token.");
}

Result<Caller> authorize(const http::Request& request, Access access,
                         const catalog::Snapshot& snapshot, Time now) {
  if (access == Access::everyone) return Caller{};
  WEIR_TRY(const std::string_view token, token_of(request));
  WEIR_TRY(const auto claims, token::verify(token, snapshot, now));
  const catalog::KeyView& key = snapshot.keys.at(claims.key_id);  // verify found it there
  WEIR_CHECK(check_tenant_headers(request, key.tenant));
  if (!permits(access, key.policies))
    return fail(Errc::forbidden, "API key " + key.id + " may not do this: it needs the policy \"" +
                                     std::string(to_string(policy_of(access))) +
                                     "\". Use a token of a key that has it.");
  return Caller{key.tenant_no, key.tenant, key.id, key.policies};
}

}  // namespace weir::control
