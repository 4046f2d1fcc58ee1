#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/snapshot.hpp"
#include "catalog/users.hpp"
#include "control/grants.hpp"

namespace weir::control {

/// Who is behind a request: an API key, a user who has signed in, or who operates the server.
struct Caller {
  std::uint32_t tenant_no = 0;  // in which it acts; the operator in none
  std::string tenant;
  std::string key_id;              // of the key, tak-..., of the user, us-..., or "operator"
  catalog::Policies policies = 0;  // of a key
  Rights rights = 0;
  std::string session{};  // the hash of a user's session; empty: an API key
  bool is_user() const { return !session.empty(); }
  bool is_operator() const { return rights == right(Access::operate_server); }
};

/// What the operator's token begins with (docs/decisions/0017-several-tenants.md).
inline constexpr std::string_view operator_token_prefix = "weir-operator-";

/// Says the tenant as the header does, where a browser sends no header: links and event streams.
inline constexpr std::string_view tenant_query = "tenant";

/// Of GET /metrics.
inline constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// Whether the request's bearer token is this one, which is a setting of the server.
Result<void> authorize_metrics(const http::Request& request, const std::string& expected);

/// Whether the caller may make a key with these policies, or a token or credentials of one:
/// forbidden where that would let an issuer or an administrator of keys do everything.
Result<void> check_may_hand_out(const Caller& caller, const std::vector<std::string>& policies);

/// The cookie of a session; over https its name makes browsers hold it to this host.
inline constexpr std::string_view session_cookie = "weir_session";
inline constexpr std::string_view secure_session_cookie = "__Host-weir_session";
/// The value of a cookie, "" where there is none: under its first name, or else under the second.
std::string cookie_of(const http::Request& request, std::string_view secure_name,
                      std::string_view name);
/// The token of a session's cookie, if the request has one.
std::optional<std::string> session_token(const http::Request& request);
/// How the catalog knows a session or a one-time code: a hash, from which neither can be found.
std::string stored_form(const std::string& token);
/// What a page of ours sends as X-CSRF-Token with each change: pages of others cannot know it.
std::string csrf_token(const std::string& session_token);

struct Known {
  const catalog::Snapshot& snapshot;
  const catalog::People& people;
  std::chrono::seconds session_idle_max;
  std::string_view operator_token;  // empty: there is none
  std::string_view host_tenant{};   // the tenant whose host was asked; empty: none's
};

/// Whose host was asked (spec/ingest.md 10); "" where it is none's. not_found: it is below the
/// domain, and of no tenant.
Result<std::string> tenant_of_host(const http::Request& request, const catalog::Snapshot& snapshot,
                                   const std::string& domain);

/// Checks the token, or without one the session's cookie; the tenant header where sent, by which a
/// user who belongs to several tenants says in which one this is; what the caller may do; and for a
/// change by cookie the CSRF token. In this order: unauthorized or forbidden, with what to do.
/// Access::everyone and sign_in: nothing is checked and the caller is empty.
Result<Caller> authorize(const http::Request& request, Access access, const Known& known, Time now);

}  // namespace weir::control
