#include "catalog/credentials.hpp"

#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"

/// Credentials that couriers may name (spec/users.md 6).
namespace weir::control {
namespace {

boost::json::value json_of_credential(const catalog::Credential& credential) {
  return {{"id", credential.id},
          {"name", credential.name},
          {"description", credential.description},
          {"created_at", to_string(credential.created_at)}};
}

Result<catalog::Credential> credential_of(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name", "description"}));
  catalog::Credential credential;
  WEIR_TRY(credential.name, body.text("name"));
  WEIR_TRY(credential.description, body.text_or("description", ""));
  return credential;
}

Result<http::Response> list_credentials(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  auto& credentials = call.services.catalog.credentials();
  WEIR_TRY(const auto page, credentials.list(call.caller.tenant_no, request));
  return answer_page(page, json_of_credential);
}

Result<http::Response> create_credential(const Call& call) {
  WEIR_TRY(const auto credential, credential_of(call));
  auto& credentials = call.services.catalog.credentials();
  WEIR_TRY(const auto added, credentials.add(call.caller.tenant_no, credential));
  return answer(201, json_of_credential(added));
}

Result<http::Response> get_credential(const Call& call) {
  auto& credentials = call.services.catalog.credentials();
  WEIR_TRY(const auto credential, credentials.find(call.caller.tenant_no, call.id));
  return answer(200, json_of_credential(credential));
}

Result<http::Response> update_credential(const Call& call) {
  auto& credentials = call.services.catalog.credentials();
  WEIR_TRY(auto credential, credential_of(call));
  credential.id = call.id;
  WEIR_TRY(const auto updated, credentials.update(call.caller.tenant_no, credential));
  return answer(200, json_of_credential(updated));
}

Result<http::Response> delete_credential(const Call& call) {
  WEIR_CHECK(call.services.catalog.credentials().remove(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

}  // namespace

void add_credential_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/credentials";
  constexpr std::string_view one = "/api/v0/credentials/{id}";
  constexpr auto operate = Access::operate;
  routes.push_back({"GET", all, "listCredentials", operate, list_credentials, paged({"q"})});
  routes.push_back({"POST", all, "createCredential", Access::configure, create_credential});
  routes.push_back({"GET", one, "getCredential", operate, get_credential});
  routes.push_back({"PUT", one, "updateCredential", Access::configure, update_credential});
  routes.push_back({"DELETE", one, "deleteCredential", Access::configure, delete_credential});
}

}  // namespace weir::control
