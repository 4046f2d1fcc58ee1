#include <map>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "base/credentials.hpp"
#include "catalog/audit.hpp"
#include "catalog/keys.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "token/token.hpp"

/// OAuth 2 client credentials of an API key (spec/access.md 8; RFC 6749 4.4). The client's id is
/// the key's; the secret is shown once, and stored as a hash.
namespace weir::control {
namespace {

namespace json = boost::json;

constexpr std::size_t secret_length = 43;  // alphanumerics: 256 bits
constexpr std::chrono::seconds token_life{3600};
constexpr const char* token_path = "/api/v0/oauth2/token";

Result<http::Response> create_credentials(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  auto& keys = call.services.catalog.keys();
  WEIR_TRY(const auto key, keys.find(call.caller.tenant_no, call.id));
  WEIR_CHECK(check_may_hand_out(call.caller, key.policies));
  const std::string secret = random_id(call.services.random, "", secret_length);
  WEIR_CHECK(keys.set_client_secret(call.caller.tenant_no, call.id, stored_form(secret)));
  return answer(201, {{"client_id", call.id},
                      {"client_secret", secret},
                      {"token_endpoint", call.services.base_url(call.request) + token_path}});
}

Result<http::Response> delete_credentials(const Call& call) {
  WEIR_CHECK(call.services.catalog.keys().drop_client_secret(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::map<std::string, std::string> form_of(std::string_view body) {
  std::map<std::string, std::string> form;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    form[decoded(pair.substr(0, equals))] = decoded(pair.substr(std::min(equals + 1, pair.size())));
  }
  return form;
}

/// Errors are as RFC 6749 5.2 has them: this is what clients of OAuth read.
http::Response refused(int status, const char* error, const char* description) {
  http::Response response = answer(status, {{"error", error}, {"error_description", description}});
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

bool names_tenant(const http::Request& request, const std::string& tenant) {
  for (const std::string_view name : tenant_header_names) {
    const auto header = request.headers.find(std::string(name));
    if (header != request.headers.end() && header->second != tenant) return false;
  }
  return true;
}

Result<http::Response> create_oauth_token(const Call& call) {
  auto form = form_of(call.request.body);
  if (form["grant_type"] != "client_credentials")
    return refused(400, "unsupported_grant_type",
                   "Send a form with grant_type=client_credentials.");
  const std::string& id = form["client_id"];
  auto& catalog = call.services.catalog;
  WEIR_TRY(const bool is_secret,
           catalog.keys().is_client_secret(id, stored_form(form["client_secret"])));
  const auto snapshot = catalog.snapshots().current();
  const auto key = snapshot->keys.find(id);
  if (!is_secret || key == snapshot->keys.end() || !names_tenant(call.request, key->second.tenant))
    return refused(
        401, "invalid_client",
        "client_id, client_secret and the tenant header, where sent, do not go together.");
  call.act->tenant_no = key->second.tenant_no;
  call.act->principal_id = call.act->object = id;
  const Time now = call.services.clock.now();
  WEIR_TRY(const auto token, token::mint(key->second, now, now + token_life, call.services.random));
  return answer(
      200, {{"access_token", token}, {"expires_in", token_life.count()}, {"token_type", "Bearer"}});
}

}  // namespace

void add_oauth_routes(Routes& routes) {
  constexpr std::string_view of_key = "/api/v0/admin/api-keys/{id}/oauth-credentials";
  routes.push_back(
      {"POST", of_key, "createOauthCredentials", Access::administer_keys, create_credentials});
  routes.push_back(
      {"DELETE", of_key, "deleteOauthCredentials", Access::administer_keys, delete_credentials});
  routes.push_back({"POST", token_path, "createOauthToken", Access::sign_in, create_oauth_token});
}

}  // namespace weir::control
