#include "catalog/audit.hpp"
#include "catalog/users.hpp"
#include "control/answers.hpp"
#include "control/provider_sign_ins.hpp"
#include "control/routes.hpp"
#include "control/session_start.hpp"

/// Signing in with a provider. A browser follows these addresses, so that what is refused leads to
/// the page for signing in, with a word of ours for why; the server's log has the reason.
namespace weir::control {
namespace {

constexpr std::string_view binding_cookie = "weir_sign_in";
constexpr std::string_view secure_binding_cookie = "__Host-weir_sign_in";
constexpr std::chrono::seconds binding_life{600};
constexpr const char* user_administration = "user-administration";

http::Response redirect(const std::string& to) {
  http::Response response{302, "", "", {}};
  response.headers.emplace_back("Location", to);
  return response;
}

http::Response to_sign_in_page(const Call& call, const std::string& failed, const Error& why) {
  if (call.services.note_refused_sign_in) call.services.note_refused_sign_in(why.message);
  return redirect("/ui/login?failed=" + failed);
}

std::string word_for(const Error& why) {
  if (why.code == Errc::unavailable) return "provider";
  return why.code == Errc::overloaded ? "busy" : "refused";
}

Failure no_provider() {
  return fail(Errc::not_found,
              "This server has no sign-in provider. Sign in with a password, or set oidc.issuer.");
}

Result<http::Response> start(const Call& call) {
  if (call.services.provider_sign_ins == nullptr) return no_provider();
  const auto session = session_token(call.request);
  const auto begun = call.services.provider_sign_ins->begin(
      query_text(call.request, "to").value_or("/"), session ? stored_form(*session) : "");
  if (!begun) return to_sign_in_page(call, word_for(begun.error()), begun.error());
  http::Response response = redirect(begun->url);
  response.headers.emplace_back(
      "Set-Cookie", cookie_line(call, secure_binding_cookie, binding_cookie, begun->binding,
                                binding_life, "Lax"));
  return response;
}

/// The user, made or with the policies that the provider says now.
Result<catalog::User> user_of(const Call& call, const ProvidedPerson& person) {
  auto& users = call.services.catalog.users();
  const auto& rules = call.services.provider_sign_ins->rules();
  WEIR_TRY(auto known, users.of_provider(person.issuer, person.subject));
  if (!known) {
    if (rules.tenant.empty())
      return fail(Errc::forbidden,
                  "Nobody is made a user at the first sign-in here (oidc.tenant is not set).");
    return users.add_of_provider(
        rules.tenant,
        {person.name, person.email, person.policies.value_or(std::vector<std::string>())},
        person.issuer, person.subject);
  }
  if (known->state != catalog::UserState::active)
    return fail(Errc::forbidden, "User " + known->id + " is not active.");
  if (!person.policies || *person.policies == known->policies) return *std::move(known);
  call.act->tenant_no = known->tenant_no;
  call.act->principal_id = call.act->object = known->id;
  auto changed =
      users.set_policies(known->tenant_no, known->id, *person.policies, user_administration);
  if (changed || changed.error().code != Errc::conflict) return changed;
  // The tenant's last one who may: that stays, as it would for who takes it away by hand.
  auto policies = *person.policies;
  policies.emplace_back(user_administration);
  return users.set_policies(known->tenant_no, known->id, policies, user_administration);
}

std::string word_for_user(const Error& why) {
  if (why.code == Errc::conflict) return "name";
  return why.code == Errc::forbidden ? "nobody" : word_for(why);
}

Result<http::Response> finish(const Call& call) {
  if (call.services.provider_sign_ins == nullptr) return no_provider();
  const std::string state = query_text(call.request, "state").value_or("");
  const std::string code = query_text(call.request, "code").value_or("");
  const std::string binding = cookie_of(call.request, secure_binding_cookie, binding_cookie);
  // RFC 9207: an answer that says whose it is must be of the one that was asked.
  if (const auto issuer = query_text(call.request, "iss");
      issuer && *issuer != call.services.provider_sign_ins->issuer())
    return to_sign_in_page(call, "refused",
                           {Errc::unauthorized, "The answer is of another provider."});
  const auto finished = call.services.provider_sign_ins->finish(state, binding, code);
  if (!finished) return to_sign_in_page(call, word_for(finished.error()), finished.error());
  const auto user = user_of(call, finished->person);
  if (!user) return to_sign_in_page(call, word_for_user(user.error()), user.error());
  const auto started = start_session(call, *user, finished->replaces);
  if (!started) return to_sign_in_page(call, "nobody", started.error());
  http::Response response = redirect("/ui" + finished->to);
  response.headers.emplace_back("Set-Cookie", started->cookie);
  response.headers.emplace_back(
      "Set-Cookie",
      cookie_line(call, secure_binding_cookie, binding_cookie, "", std::chrono::seconds(0), "Lax"));
  return response;
}

}  // namespace

void add_provider_routes(Routes& routes) {
  constexpr auto access = Access::sign_in;
  routes.push_back({"GET", "/api/v0/oidc/start", "startProviderSignIn", access, start, {"to"}});
  // Providers add some of their own.
  routes.push_back({"GET",
                    "/api/v0/oidc/callback",
                    "finishProviderSignIn",
                    access,
                    finish,
                    {"code", "state", "iss", "session_state", "scope", "authuser", "hd", "prompt",
                     "error", "error_description", "error_uri"}});
}

}  // namespace weir::control
