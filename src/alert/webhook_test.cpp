#include "alert/webhook.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/base64.hpp"

namespace weir::alert {
namespace {

namespace json = boost::json;

/// The vector of the reference implementations of Standard Webhooks.
TEST(WebhookTest, SignsAsThePublishedVectorDoes) {
  const std::string secret = from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
  EXPECT_EQ(secret_text(secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(
      signature_of(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})"),
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

catalog::DueAlert failure() {
  catalog::DueAlert alert;
  alert.message.id = "alm-1";
  alert.message.event = {.kind = catalog::AlertKind::failure,
                         .title = "Run of Orders failed",
                         .text = "line 1\nline \"2\"",
                         .run_id = "wf-1",
                         .courier_id = "cr-1"};
  alert.message.happened_at = *parse_time("2027-03-02T08:00:00.5Z");
  alert.secret = std::string(32, 's');
  alert.tenant = "acme";
  return alert;
}

TEST(WebhookTest, TheBodyIsTheEvent) {
  const json::value body = json::parse(webhook_body(failure()));
  EXPECT_EQ(body, json::parse(R"({"type": "failure", "timestamp": "2027-03-02T08:00:00.500000Z",
      "data": {"tenant": "acme", "title": "Run of Orders failed", "text": "line 1\nline \"2\"",
               "run_id": "wf-1", "courier_id": "cr-1", "group_id": null, "stream_id": null}})"));
}

TEST(WebhookTest, ARepeatedTryHasTheSameIdAndBodyAndItsOwnTime) {
  const catalog::DueAlert alert = failure();
  const std::string body = webhook_body(alert);
  const auto first = webhook_headers(alert, body, *parse_time("2027-03-02T08:00:01.9Z"));
  const auto later = webhook_headers(alert, body, *parse_time("2027-03-02T09:00:00Z"));
  EXPECT_EQ(first.at("webhook-id"), "alm-1");
  EXPECT_EQ(first.at("webhook-id"), later.at("webhook-id"));
  EXPECT_EQ(first.at("webhook-timestamp"), "1803974401");
  EXPECT_EQ(later.at("webhook-signature"),
            signature_of(alert.secret, "alm-1", later.at("webhook-timestamp"), body));
  EXPECT_NE(first.at("webhook-signature"), later.at("webhook-signature"));
}

}  // namespace
}  // namespace weir::alert
