#pragma once

#include <string>

#include "base/result.hpp"
#include "catalog/alerts.hpp"

namespace weir::alert {

/// Whether an endpoint can be used: a webhook's URL is http or https with a host and without user
/// or password; an e-mail address is one of plain ASCII. bad_request says what to change.
Result<void> check(const catalog::AlertEndpoint& endpoint);

/// Whether the text is one address, as in operator@example.org, that can stand in a mail's header
/// and in an SMTP command as it is.
bool is_mail_address(const std::string& text);

}  // namespace weir::alert
