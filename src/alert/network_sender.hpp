#pragma once

#include <functional>
#include <string>

#include "alert/sender.hpp"
#include "alert/transfer.hpp"

namespace weir::alert {

/// How mail is sent.
struct MailSettings {
  std::string url;   // "smtp://mail.example.org:587" or "smtps://..."; empty: no mail is sent
  std::string user;  // empty: without a login
  std::string password;
  std::string from;  // a mail address
  MailTls tls = MailTls::required;
};

/// bad_request where mail could not be sent with them.
Result<void> check(const MailSettings& settings);

struct Letter;

/// Sends one mail now, without another try. bad_request: the address is none that mail goes to.
/// unavailable: the mail server did not take it, and why.
Result<void> send_letter(const MailSettings& settings, const NetworkBounds& bounds, Letter letter);

/// Sends webhooks by HTTP and mail by SMTP, with libcurl. A connection of its own for each try.
class NetworkSender final : public Sender {
 public:
  struct Settings {
    NetworkBounds bounds;
    MailSettings mail;
    /// A text of an event as it may leave the server; called from several threads.
    std::function<std::string(std::string)> as_told;
  };
  explicit NetworkSender(Settings settings) : settings_(std::move(settings)) {}
  Sent send(const catalog::DueAlert& alert, Time now, const std::stop_token& stop) override;

 private:
  Sent send_webhook(const catalog::DueAlert& alert, Time now, const std::stop_token& stop) const;
  Sent send_mail(const catalog::DueAlert& alert, const std::stop_token& stop) const;

  const Settings settings_;
};

}  // namespace weir::alert
