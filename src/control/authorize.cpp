#include "control/authorize.hpp"

#include <algorithm>

#include "base/credentials.hpp"
#include "base/sha256.hpp"
#include "catalog/policies.hpp"
#include "token/token.hpp"

namespace weir::control {
namespace {

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

Result<Caller> key_of(const http::Request& request, const catalog::Snapshot& snapshot, Time now) {
  WEIR_TRY(const std::string_view token, token_of(request));
  WEIR_TRY(const auto claims, token::verify(token, snapshot, now));
  const catalog::KeyView& key = snapshot.keys.at(claims.key_id);  // verify found it there
  return Caller{key.tenant_no, key.tenant, key.id, key.policies, rights_of_key(key.policies)};
}

Result<Caller> user_of(const std::string& session, const Known& known, Time now) {
  const std::string stored = stored_form(session);
  const auto found = known.people.sessions.find(stored);
  const bool lives = found != known.people.sessions.end() && now < found->second.expires_at &&
                     now - found->second.seen_at < known.session_idle_max;
  if (!lives)
    return fail(Errc::unauthorized, "The session is over, or there is none. Sign in again.");
  const catalog::SessionView& view = found->second;
  return Caller{view.tenant_no, view.tenant, view.user_id, 0, rights_of_user(view.policies),
                stored};
}

Failure may_not(const Caller& caller, Access access) {
  const std::string who = (caller.is_user() ? "User " : "API key ") + caller.key_id;
  return fail(Errc::forbidden, who + " may not do this: it needs the policy " +
                                   policies_with(access, caller.is_user()) +
                                   (caller.is_user() ? ". Ask an administrator of users for it."
                                                     : ". Use a token of a key that has it."));
}

/// A browser sends the cookie with a request of any page; SameSite alone is kept by browsers only.
Result<void> check_own_page(const http::Request& request, const std::string& session) {
  if (request.method == "GET" || request.method == "HEAD") return {};
  const auto header = request.headers.find("x-csrf-token");
  if (header != request.headers.end() &&
      stored_form(header->second) == stored_form(csrf_token(session)))
    return {};
  return fail(Errc::forbidden,
              "A change by a session needs the header X-CSRF-Token, with the csrf_token that GET "
              "/api/v0/session answers.");
}

}  // namespace

Result<void> authorize_metrics(const http::Request& request, const std::string& expected) {
  WEIR_TRY(const std::string_view token, token_of(request));
  // Of hashes, so that the time it takes tells nothing of how much was right.
  if (sha256_hex(token) == sha256_hex(expected)) return {};
  return fail(Errc::unauthorized,
              "This is not the token for metrics. Send the one of the setting metrics.token.");
}

Result<void> check_may_hand_out(const Caller& caller, const std::vector<std::string>& policies) {
  const auto wanted = to_string(catalog::Policy::administer);
  if (permits(Access::administer_users, caller.rights) ||
      std::find(policies.begin(), policies.end(), wanted) == policies.end())
    return {};
  return fail(Errc::forbidden, (caller.is_user() ? "User " : "API key ") + caller.key_id +
                                   " may not hand out the policy \"" + std::string(wanted) +
                                   "\", with which one could do everything. It takes one who has " +
                                   policies_with(Access::administer_users, caller.is_user()) + ".");
}

std::optional<std::string> session_token(const http::Request& request) {
  const auto header = request.headers.find("cookie");
  if (header == request.headers.end()) return std::nullopt;
  std::string_view left = header->second;
  std::optional<std::string> plain;
  while (!left.empty()) {
    const std::string_view pair = left.substr(0, left.find(';'));
    left.remove_prefix(std::min(left.size(), pair.size() + 1));
    const std::size_t begin = std::min(pair.find_first_not_of(' '), pair.size());
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(begin, equals - std::min(begin, equals));
    const std::string value(pair.substr(std::min(equals + 1, pair.size())));
    if (name == secure_session_cookie) return value;
    if (name == session_cookie) plain = value;
  }
  return plain;
}

std::string stored_form(const std::string& token) {
  return sha256_hex("weir: " + token);
}

std::string csrf_token(const std::string& session_token) {
  return sha256_hex("weir csrf: " + session_token);
}

Result<Caller> authorize(const http::Request& request, Access access, const Known& known,
                         Time now) {
  if (access == Access::everyone || access == Access::sign_in) return Caller{};
  const auto session = session_token(request);
  const bool by_cookie = session && !request.headers.contains("authorization");
  WEIR_TRY(Caller caller,
           by_cookie ? user_of(*session, known, now) : key_of(request, known.snapshot, now));
  WEIR_CHECK(check_tenant_headers(request, caller.tenant));
  if (!permits(access, caller.rights)) return may_not(caller, access);
  if (by_cookie) WEIR_CHECK(check_own_page(request, *session));
  return caller;
}

}  // namespace weir::control
