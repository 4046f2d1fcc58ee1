#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "catalog/alerts.hpp"

namespace weir::alert {

/// A secret as people and their receivers hold it: "whsec_" and Base64.
std::string secret_text(std::string_view secret);

/// "v1,<base64>": HMAC-SHA256 of "{id}.{timestamp}.{body}" (Standard Webhooks 1.0.0).
std::string signature_of(std::string_view secret, std::string_view id, std::string_view timestamp,
                         std::string_view body);

/// The body of a webhook (spec/workflows.md 7). The same message always has the same one.
std::string webhook_body(const catalog::DueAlert& alert);

/// webhook-id, webhook-timestamp and webhook-signature of a try at `now`.
std::map<std::string, std::string> webhook_headers(const catalog::DueAlert& alert,
                                                   std::string_view body, Time now);

}  // namespace weir::alert
