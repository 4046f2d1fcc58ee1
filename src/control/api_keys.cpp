#include <boost/json.hpp>

#include "catalog/keys.hpp"
#include "catalog/policies.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "token/token.hpp"

/// API keys and the tokens minted from them (spec/access.md). Secrets never leave through here.
namespace weir::control {
namespace {

boost::json::value json_of_key(const catalog::ApiKey& key) {
  return {{"id", key.id},
          {"name", key.name},
          {"policies", boost::json::array(key.policies.begin(), key.policies.end())},
          {"status", key.status},
          {"created_at", to_string(key.created_at)},
          {"last_used_at", json_of(key.last_used_at)}};
}

Result<http::Response> list_api_keys(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const auto page, call.services.catalog.keys().list(call.caller.tenant_no, request));
  return answer_page(page, json_of_key);
}

Result<http::Response> create_api_key(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name", "policies"}));
  WEIR_TRY(const auto name, body.text("name"));
  WEIR_TRY(const auto policies, body.texts("policies"));
  WEIR_CHECK(check_may_hand_out(call.caller, policies));
  WEIR_TRY(const auto key, call.services.catalog.keys().add(call.caller.tenant_no, name, policies));
  return answer(201, json_of_key(key));
}

Result<http::Response> get_api_key(const Call& call) {
  WEIR_TRY(const auto key, call.services.catalog.keys().find(call.caller.tenant_no, call.id));
  return answer(200, json_of_key(key));
}

Result<http::Response> update_api_key(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name", "policies"}));
  std::optional<std::string> name;
  std::optional<std::vector<std::string>> policies;
  if (body.has("name")) {
    WEIR_TRY(name, body.text("name"));
  }
  if (body.has("policies")) {
    WEIR_TRY(policies, body.texts("policies"));
    WEIR_CHECK(check_may_hand_out(call.caller, *policies));
  }
  auto& keys = call.services.catalog.keys();
  WEIR_TRY(const auto key, keys.update(call.caller.tenant_no, call.id, name, policies));
  return answer(200, json_of_key(key));
}

Result<http::Response> delete_api_key(const Call& call) {
  WEIR_CHECK(call.services.catalog.keys().remove(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

Result<http::Response> rotate_api_key(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto key, call.services.catalog.keys().rotate(call.caller.tenant_no, call.id));
  return answer(200, json_of_key(key));
}

Result<http::Response> revoke_tokens(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"all"}));
  WEIR_TRY(const bool all, body.flag_or("all", false));
  auto& keys = call.services.catalog.keys();
  WEIR_CHECK(keys.revoke(call.caller.tenant_no, call.id, all));
  WEIR_TRY(const auto key, keys.find(call.caller.tenant_no, call.id));
  return answer(200, json_of_key(key));
}

/// Who may create a new secret: whoever administers keys, and the key itself.
Result<void> check_may_rotate(const Caller& caller, const std::string& id) {
  if (permits(Access::administer_keys, caller.rights) || caller.key_id == id) return {};
  return fail(Errc::forbidden, "API key " + caller.key_id +
                                   " may issue tokens, but rotate no secret but its own. Leave out "
                                   "\"rotate\", or use a token of a key that administers.");
}

/// nullopt: valid as long as its secret. Tokens have whole seconds, and the answer has the same
/// value.
Result<std::optional<Time>> expiry_of(const Fields& body, Time now, std::chrono::days life_max) {
  WEIR_TRY(const auto at, body.time("expires-at"));
  WEIR_TRY(const int days, body.number_or("expires-in-days", 0, 1, 36'500));
  if (at && days != 0)
    return fail(Errc::bad_request,
                "Give \"expires-at\" or \"expires-in-days\", not both: they may differ.");
  std::optional<Time> end = at;
  if (days != 0) end = now + std::chrono::days(days);
  if (end) end = std::chrono::floor<std::chrono::seconds>(*end);
  if (life_max.count() > 0 && (!end || *end > now + life_max))
    return fail(Errc::bad_request,
                "Access tokens are good for " + std::to_string(life_max.count()) +
                    " days at most here (the setting tokens.days_max), so until " +
                    to_string(std::chrono::floor<std::chrono::seconds>(now + life_max)) +
                    ". Give an \"expires-at\" or \"expires-in-days\" within that.");
  if (end && *end <= now) return fail(Errc::bad_request, "\"expires-at\" must be in the future.");
  return end;
}

Result<http::Response> create_token(const Call& call) {
  auto& catalog = call.services.catalog;
  auto snapshot = catalog.snapshots().current();
  const auto find = [&]() -> const catalog::KeyView* {
    const auto found = snapshot->keys.find(call.id);
    const bool ours =
        found != snapshot->keys.end() && found->second.tenant_no == call.caller.tenant_no;
    return ours ? &found->second : nullptr;
  };
  const catalog::KeyView* key = find();
  const auto gone = [&] {
    return fail(Errc::not_found, "There is no API key \"" + call.id + "\" in this tenant.");
  };
  if (!key) return gone();
  // An issuer mints for any key of its tenant (spec/access.md 4) but those that administer.
  WEIR_CHECK(check_may_hand_out(call.caller, catalog::policy_names(key->policies)));
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"expires-at", "expires-in-days", "rotate"}));
  const Time now = call.services.clock.now();
  WEIR_TRY(const auto expires_at, expiry_of(body, now, call.services.token_life_max));
  WEIR_TRY(const bool rotate, body.flag_or("rotate", false));
  if (rotate) {
    WEIR_CHECK(check_may_rotate(call.caller, call.id));
    WEIR_CHECK(catalog.keys().rotate(call.caller.tenant_no, call.id));
    snapshot = catalog.snapshots().current();
    key = find();
    if (!key) return gone();
  }
  WEIR_TRY(const auto token, token::mint(*key, now, expires_at, call.services.random));
  return answer(201, {{"token", token}, {"expires-at", json_of(expires_at)}});
}

}  // namespace

void add_api_key_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/admin/api-keys";
  constexpr std::string_view one = "/api/v0/admin/api-keys/{id}";
  constexpr auto admin = Access::administer_keys;
  routes.push_back({"GET", all, "listApiKeys", admin, list_api_keys, paged({"q"})});
  routes.push_back({"POST", all, "createApiKey", admin, create_api_key});
  routes.push_back({"GET", one, "getApiKey", admin, get_api_key});
  routes.push_back({"PATCH", one, "updateApiKey", admin, update_api_key});
  routes.push_back({"DELETE", one, "deleteApiKey", admin, delete_api_key});
  routes.push_back({"POST", "/api/v0/admin/api-keys/{id}/tokens", "createToken",
                    Access::issue_tokens, create_token});
  routes.push_back(
      {"POST", "/api/v0/admin/api-keys/{id}/rotate", "rotateApiKey", admin, rotate_api_key});
  routes.push_back(
      {"POST", "/api/v0/admin/api-keys/{id}/revoke", "revokeTokens", admin, revoke_tokens});
}

}  // namespace weir::control
