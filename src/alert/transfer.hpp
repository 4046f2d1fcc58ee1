#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "alert/sender.hpp"

namespace weir::alert {

enum class MailTls : std::uint8_t { required, if_offered, off };

/// What holds for every connection.
struct NetworkBounds {
  std::chrono::milliseconds time_max = std::chrono::seconds(10);
  std::string ca_file;                        // trusted authorities, PEM; empty: the system's
  bool are_private_addresses_allowed = true;  // for webhooks
};

struct WebhookRequest {
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;
};

/// A POST of JSON. 2xx is delivered; redirects are not followed; the answer's body is not kept, and
/// at most limits::alert_reply_bytes_max of it are read.
Sent post(const WebhookRequest& request, const NetworkBounds& bounds, const std::stop_token& stop);

struct Mail {
  std::string url;
  std::string user;
  std::string password;
  MailTls tls = MailTls::required;
  std::string from;
  std::string to;
  std::string text;  // RFC 5322
};

/// Hands a mail to a server by SMTP.
Sent submit(const Mail& mail, const NetworkBounds& bounds, const std::stop_token& stop);

}  // namespace weir::alert
