#pragma once

#include <functional>
#include <string>

#include "app/settings.hpp"
#include "base/result.hpp"
#include "control/provider_sign_ins.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"
#include "oidc/provider.hpp"

/// What the settings say of people: the provider they sign in with, and mail to them.
namespace weir::app {

/// bad_request where the settings of a provider are not whole; an issuer of "" is none.
Result<oidc::ProviderSettings> provider_settings(const Config& config);
Result<control::ProviderRules> provider_rules(const Config& config);

using SendMail = std::function<Result<void>(const std::string& to, const std::string& subject,
                                            const std::string& text)>;
/// Null where no mail is sent: without alerts.smtp_url, and without http.public_url, since a link
/// made of a request's Host could lead elsewhere.
Result<SendMail> send_mail(const Config& config, const Clock& clock, Random& random);

}  // namespace weir::app
