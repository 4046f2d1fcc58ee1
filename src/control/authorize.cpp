#include "control/authorize.hpp"

#include <algorithm>

#include "base/credentials.hpp"
#include "base/sha256.hpp"
#include "base/tenant_host.hpp"
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

/// Of the host, the headers and the query; nullopt where none is named.
Result<std::optional<std::string>> tenant_asked_for(const http::Request& request,
                                                    const Known& known) {
  std::optional<std::string> tenant;
  if (!known.host_tenant.empty()) tenant = known.host_tenant;
  const auto also = [&](const std::string& named) -> Result<void> {
    if (!tenant) tenant = named;
    if (*tenant == named) return {};
    return fail(Errc::forbidden, "The request names tenant \"" + *tenant + "\" and tenant \"" +
                                     named + "\", in its host, a header or the query. Name one.");
  };
  for (const std::string_view name : tenant_header_names)
    if (const auto header = request.headers.find(std::string(name));
        header != request.headers.end())
      WEIR_CHECK(also(header->second));
  if (const auto named = request.query.find(std::string(tenant_query));
      named != request.query.end())
    WEIR_CHECK(also(named->second));
  return tenant;
}

Result<Caller> operator_of(std::string_view token, std::string_view expected) {
  // Of hashes, so that the time it takes tells nothing of how much was right.
  if (!expected.empty() && sha256_hex(token) == sha256_hex(expected))
    return Caller{0, "", "operator", 0, right(Access::operate_server)};
  return fail(Errc::unauthorized,
              "This is not the operator's token. It is another one after each start of the server: "
              "read it from operator.json in the data directory.");
}

Result<Caller> key_of(const http::Request& request, const Known& known, Time now) {
  WEIR_TRY(const std::string_view token, token_of(request));
  if (token.starts_with(operator_token_prefix)) return operator_of(token, known.operator_token);
  WEIR_TRY(const auto claims, token::verify(token, known.snapshot, now));
  const catalog::KeyView& key = known.snapshot.keys.at(claims.key_id);  // verify found it there
  WEIR_TRY(const auto tenant, tenant_asked_for(request, known));
  if (tenant && *tenant != key.tenant)
    return fail(Errc::forbidden, "The access token is not of tenant \"" + *tenant +
                                     "\". Send the header with the token's tenant, or without.");
  return Caller{key.tenant_no, key.tenant, key.id, key.policies, rights_of_key(key.policies)};
}

/// The one asked for; without, that of the tenant that made the user. Disabled tenants are none,
/// and a user of one is nobody.
Result<const catalog::Membership*> membership_of(const catalog::SessionView& view,
                                                 const std::optional<std::string>& tenant,
                                                 const Known& known) {
  const catalog::Membership& home = view.memberships.front();
  if (!known.snapshot.tenants.contains(home.tenant))
    return fail(Errc::unauthorized,
                "Tenant \"" + home.tenant + "\" is disabled. Ask who operates the server.");
  if (!tenant) return &home;
  for (const catalog::Membership& each : view.memberships)
    if (each.tenant == *tenant && known.snapshot.tenants.contains(*tenant)) return &each;
  return fail(Errc::forbidden, "You do not belong to tenant \"" + *tenant +
                                   "\". Ask its administrator of users, or choose another.");
}

Result<Caller> user_of(const http::Request& request, const std::string& session, const Known& known,
                       Time now) {
  const std::string stored = stored_form(session);
  const auto found = known.people.sessions.find(stored);
  const bool lives = found != known.people.sessions.end() && now < found->second.expires_at &&
                     now - found->second.seen_at < known.session_idle_max;
  if (!lives)
    return fail(Errc::unauthorized, "The session is over, or there is none. Sign in again.");
  const catalog::SessionView& view = found->second;
  WEIR_TRY(const auto tenant, tenant_asked_for(request, known));
  WEIR_TRY(const catalog::Membership* membership, membership_of(view, tenant, known));
  return Caller{membership->tenant_no,
                membership->tenant,
                view.user_id,
                0,
                rights_of_user(membership->policies),
                stored};
}

Failure may_not(const Caller& caller, Access access) {
  if (access == Access::operate_server)
    return fail(
        Errc::forbidden,
        "This is for who operates the server, and no policy allows it. Run `weir tenant` on "
        "the server's machine, where its data directory is.");
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

/// A page of others could sign its visitor in as somebody else, who then works in that one's name:
/// a form sends JSON without asking first. Browsers tell whose page it is; over plain http to
/// another machine by Origin alone. What is no browser sends neither.
Result<void> check_not_of_other_pages(const http::Request& request) {
  const auto header = [&](const char* name) -> std::string_view {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string_view() : found->second;
  };
  const std::string_view site = header("sec-fetch-site");
  const std::string_view origin = header("origin");
  const std::string_view host = header("host");
  const std::size_t scheme = origin.find("://");
  const bool is_own = !site.empty() ? site == "same-origin" || site == "none"
                                    : origin.empty() || (scheme != std::string_view::npos &&
                                                         origin.substr(scheme + 3) == host);
  if (is_own) return {};
  return fail(Errc::forbidden,
              "A page of another site sent this. Sign in on a page of this server; a proxy before "
              "it must pass the Host header on.");
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

std::string cookie_of(const http::Request& request, std::string_view secure_name,
                      std::string_view plain_name) {
  const auto header = request.headers.find("cookie");
  std::string_view left = header == request.headers.end() ? "" : std::string_view(header->second);
  std::string plain;
  while (!left.empty()) {
    const std::string_view pair = left.substr(0, left.find(';'));
    left.remove_prefix(std::min(left.size(), pair.size() + 1));
    const std::size_t begin = std::min(pair.find_first_not_of(' '), pair.size());
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(begin, equals - std::min(begin, equals));
    std::string value(pair.substr(std::min(equals + 1, pair.size())));
    if (name == secure_name) return value;
    if (name == plain_name) plain = value;
  }
  return plain;
}

std::optional<std::string> session_token(const http::Request& request) {
  const std::string token = cookie_of(request, secure_session_cookie, session_cookie);
  return token.empty() ? std::nullopt : std::optional(token);
}

Result<std::string> tenant_of_host(const http::Request& request, const catalog::Snapshot& snapshot,
                                   const std::string& domain) {
  std::string tenant;
  const auto header = request.headers.find("host");
  if (header == request.headers.end() || !reads_tenant_host(header->second, domain, tenant))
    return std::string();
  if (snapshot.tenants.contains(tenant)) return tenant;
  return fail(Errc::not_found,
              "No tenant has the host \"" + header->second + "\". Ask for TENANT." + domain + ".");
}

std::string stored_form(const std::string& token) {
  return sha256_hex("weir: " + token);
}

std::string csrf_token(const std::string& session_token) {
  return sha256_hex("weir csrf: " + session_token);
}

Result<Caller> authorize(const http::Request& request, Access access, const Known& known,
                         Time now) {
  // A provider leads back here from another site; what ends a sign-in is bound to its browser.
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (access == Access::sign_in && !reads) WEIR_CHECK(check_not_of_other_pages(request));
  if (access == Access::everyone || access == Access::sign_in) return Caller{};
  const auto session = session_token(request);
  const bool by_cookie = session && !request.headers.contains("authorization");
  WEIR_TRY(Caller caller,
           by_cookie ? user_of(request, *session, known, now) : key_of(request, known, now));
  if (!permits(access, caller.rights)) return may_not(caller, access);
  if (by_cookie) WEIR_CHECK(check_own_page(request, *session));
  return caller;
}

}  // namespace weir::control
