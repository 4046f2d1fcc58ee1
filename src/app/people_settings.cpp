#include "app/people_settings.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "alert/mail.hpp"
#include "app/server_settings.hpp"

// The secret may come from a file or the environment, so that neither the command line, which other
// users of the machine see, nor a file of settings that is kept somewhere has to hold it.
namespace weir::app {
namespace {

std::string without_slash(std::string url) {
  if (url.ends_with('/')) url.pop_back();
  return url;
}

Result<std::string> client_secret(const Config& config) {
  const std::string& path = config.text("oidc.client_secret_file");
  if (path.empty()) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment of the process
    const char* const given = std::getenv("WEIR_OIDC_CLIENT_SECRET");
    return given != nullptr ? std::string(given) : config.text("oidc.client_secret");
  }
  std::ifstream file(path);
  std::string secret((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  secret.erase(secret.find_last_not_of(" \r\n") + 1);
  if (!file.is_open() || file.bad() || secret.empty())
    return fail(Errc::bad_request,
                fmt::format("oidc.client_secret_file: no secret can be read from {}.", path));
  return secret;
}

std::string host_of(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, url.find('/', begin) - begin);
}

}  // namespace

Result<oidc::ProviderSettings> provider_settings(const Config& config) {
  oidc::ProviderSettings settings;
  settings.issuer = config.text("oidc.issuer");
  if (settings.issuer.empty()) return settings;
  settings.client_id = config.text("oidc.client_id");
  settings.scopes = config.text("oidc.scopes");
  settings.redirect_uri = without_slash(config.text("http.public_url")) + "/api/v0/oidc/callback";
  WEIR_TRY(settings.client_secret, client_secret(config));
  WEIR_CHECK(oidc::check(settings));
  return settings;
}

Result<control::ProviderRules> provider_rules(const Config& config) {
  control::ProviderRules rules;
  rules.label = config.text("oidc.label");
  if (rules.label.empty()) rules.label = host_of(config.text("oidc.issuer"));
  rules.tenant = config.text("oidc.tenant");
  rules.name_claim = config.text("oidc.name_claim");
  rules.policy_claim = config.text("oidc.policy_claim");
  WEIR_TRY(rules.policies, control::read_policy_rules(config.text("oidc.policies")));
  if (!rules.policies.empty() && rules.policy_claim.empty())
    return fail(Errc::bad_request,
                "oidc.policies needs oidc.policy_claim, which names the claim of the values.");
  return rules;
}

Result<SendMail> send_mail(const Config& config, const Clock& clock, Random& random) {
  WEIR_TRY(const auto network, alert_settings(config));
  if (network.mail.url.empty() || config.text("http.public_url").empty()) return SendMail();
  return SendMail([network, &clock, &random](const std::string& to, const std::string& subject,
                                             const std::string& text) {
    return alert::send_letter(network.mail, network.bounds,
                              {.from = {},
                               .to = to,
                               .subject = subject,
                               .text = text,
                               .id = random_id(random, "mail-", 24),
                               .written_at = clock.now()});
  });
}

}  // namespace weir::app
