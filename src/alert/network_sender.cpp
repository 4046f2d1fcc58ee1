#include "alert/network_sender.hpp"

#include <utility>

#include "alert/endpoint.hpp"
#include "alert/mail.hpp"
#include "alert/webhook.hpp"

// What is sent is made of the stored event at each try, not stored as bytes: the same message gives
// the same body, and a mail and a webhook are two forms of one event.
namespace weir::alert {

Result<void> check(const MailSettings& settings) {
  if (settings.url.empty()) return {};
  if (!settings.url.starts_with("smtp://") && !settings.url.starts_with("smtps://"))
    return fail(Errc::bad_request,
                "alerts.smtp_url must look like smtp://mail.example.org:587 or smtps://...");
  if (!is_mail_address(settings.from))
    return fail(Errc::bad_request,
                "alerts.smtp_from must be a mail address, as in weir@example.org: mail needs a "
                "sender.");
  return {};
}

Result<void> send_letter(const MailSettings& settings, const NetworkBounds& bounds, Letter letter) {
  if (!is_mail_address(letter.to))
    return fail(Errc::bad_request, "\"" + letter.to + "\" is no address that mail can be sent to.");
  letter.from = settings.from;
  const Sent sent = submit({.url = settings.url,
                            .user = settings.user,
                            .password = settings.password,
                            .tls = settings.tls,
                            .from = settings.from,
                            .to = letter.to,
                            .text = mail_of(letter)},
                           bounds, {});
  if (sent.error.empty()) return {};
  return fail(Errc::unavailable, "The mail server did not take it: " + sent.error + ".");
}

Sent NetworkSender::send(const catalog::DueAlert& alert, Time now, const std::stop_token& stop) {
  catalog::DueAlert told = alert;
  if (settings_.as_told) {
    told.message.event.title = settings_.as_told(std::move(told.message.event.title));
    told.message.event.text = settings_.as_told(std::move(told.message.event.text));
  }
  if (alert.channel == catalog::AlertChannel::email) return send_mail(told, stop);
  return send_webhook(told, now, stop);
}

Sent NetworkSender::send_webhook(const catalog::DueAlert& alert, Time now,
                                 const std::stop_token& stop) const {
  WebhookRequest request{.url = alert.target, .headers = {}, .body = webhook_body(alert)};
  request.headers = webhook_headers(alert, request.body, now);
  return post(request, settings_.bounds, stop);
}

Sent NetworkSender::send_mail(const catalog::DueAlert& alert, const std::stop_token& stop) const {
  const MailSettings& mail = settings_.mail;
  if (mail.url.empty()) return {.error = "this server sends no mail: alerts.smtp_url is not set"};
  return submit({.url = mail.url,
                 .user = mail.user,
                 .password = mail.password,
                 .tls = mail.tls,
                 .from = mail.from,
                 .to = alert.target,
                 .text = mail_of(alert, mail.from)},
                settings_.bounds, stop);
}

}  // namespace weir::alert
