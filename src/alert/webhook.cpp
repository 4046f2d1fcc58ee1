#include "alert/webhook.hpp"

#include <boost/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.hpp"
#include "base/base64.hpp"

// Standard Webhooks, so that receivers verify with a library they have. The timestamp is that of
// the try: receivers refuse old ones, and a message may be a day old when it is delivered.
namespace weir::alert {
namespace {

namespace json = boost::json;

json::value json_of(const std::string& id) {
  return id.empty() ? json::value() : json::value(id);
}

}  // namespace

std::string secret_text(std::string_view secret) {
  return "whsec_" + to_base64(secret);
}

std::string signature_of(std::string_view secret, std::string_view id, std::string_view timestamp,
                         std::string_view body) {
  std::string content(id);
  content.append(".").append(timestamp).append(".").append(body);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const auto* made =
      HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(content.data()), content.size(), mac, &size);
  WEIR_ASSERT(made != nullptr);
  return "v1," + to_base64({reinterpret_cast<const char*>(mac), size});
}

std::string webhook_body(const catalog::DueAlert& alert) {
  const catalog::AlertEvent& event = alert.message.event;
  return json::serialize(json::object{{"type", to_string(event.kind)},
                                      {"timestamp", to_string(alert.message.happened_at)},
                                      {"data",
                                       {{"tenant", alert.tenant},
                                        {"title", event.title},
                                        {"text", event.text},
                                        {"run_id", json_of(event.run_id)},
                                        {"courier_id", json_of(event.courier_id)},
                                        {"group_id", json_of(event.group_id)},
                                        {"stream_id", json_of(event.stream_id)}}}});
}

std::map<std::string, std::string> webhook_headers(const catalog::DueAlert& alert,
                                                   std::string_view body, Time now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const std::string timestamp = std::to_string(seconds);
  return {{"webhook-id", alert.message.id},
          {"webhook-timestamp", timestamp},
          {"webhook-signature", signature_of(alert.secret, alert.message.id, timestamp, body)}};
}

}  // namespace weir::alert
