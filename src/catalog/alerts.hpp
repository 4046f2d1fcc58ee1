#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/page.hpp"

namespace weir::catalog {

class Database;

/// What an alert tells of (spec/workflows.md 7). `test` is sent on request only.
enum class AlertKind : std::uint8_t {
  test,
  failure,
  missing,
  success,
  runtime,
  stopped,
  quarantine,
  conservation
};
std::string_view to_string(AlertKind kind);
std::optional<AlertKind> parse_alert_kind(std::string_view text);
/// The kinds an endpoint may name, in the order of the specification.
const std::vector<AlertKind>& alert_kinds();

enum class AlertChannel : std::uint8_t { webhook, email };
std::string_view to_string(AlertChannel channel);
std::optional<AlertChannel> parse_alert_channel(std::string_view text);

/// `gone`: its server answered 410.
enum class AlertEndpointState : std::uint8_t { active, off, gone };
std::string_view to_string(AlertEndpointState state);

/// Where alerts go.
struct AlertEndpoint {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string name;
  AlertChannel channel = AlertChannel::webhook;
  std::string target;  // a URL or an e-mail address
  std::vector<AlertKind> kinds;
  std::vector<std::string> only;  // ids of groups, couriers, streams and runs; empty: all
  AlertEndpointState state = AlertEndpointState::active;
  std::uint64_t waiting = 0;   // messages to be delivered
  std::uint64_t left_out = 0;  // messages not made since too many waited
  Time created_at;
};

/// An endpoint with the secret that signs its webhooks: 32 bytes, empty of an e-mail address.
struct NewAlertEndpoint {
  AlertEndpoint endpoint;
  std::string secret;
};

/// Something to tell. An id is empty where it does not apply.
struct AlertEvent {
  AlertKind kind = AlertKind::test;
  std::string title;  // one line
  std::string text;
  std::string run_id;
  std::string courier_id;
  std::string group_id;
  std::string stream_id;
};

enum class AlertMessageState : std::uint8_t { pending, delivered, failed, canceled };
std::string_view to_string(AlertMessageState state);
std::optional<AlertMessageState> parse_alert_message_state(std::string_view text);

/// An event on its way to one endpoint. Its id is the same in every try.
struct AlertMessage {
  std::string id;
  std::string endpoint_id;
  AlertEvent event;
  Time happened_at;
  AlertMessageState state = AlertMessageState::pending;
  std::uint32_t attempts = 0;
  std::optional<Time> next_attempt_at;  // while it is pending
  std::optional<Time> ended_at;
  Time tried_since;  // from when on its tries count; a person's redelivery begins anew
};

struct AlertAttempt {
  Time at;
  int status = 0;     // of HTTP or SMTP; 0: no answer
  std::string error;  // empty: it was delivered
  std::int64_t duration_ms = 0;
};

/// A message that is due, with all that is needed to send it.
struct DueAlert {
  AlertMessage message;
  AlertChannel channel = AlertChannel::webhook;
  std::string target;
  std::string secret;
  std::string tenant;
};

/// What becomes of a message after a try.
struct AlertVerdict {
  AlertMessageState state = AlertMessageState::delivered;
  std::optional<Time> next_attempt_at;    // of a pending one
  std::optional<Time> others_wait_until;  // of a pending one: for the endpoint's other messages
  bool is_endpoint_gone = false;
};

/// Endpoints of alerts, and the messages to them. Thread-safe; each call is one transaction.
class Alerts {
 public:
  explicit Alerts(Database& database) : database_(database) {}

  /// Stores the endpoint as given, active; alert/endpoint.hpp says what a valid one is. Makes the
  /// secret of a webhook, which no other call returns. conflict where the tenant has too many.
  Result<NewAlertEndpoint> add(std::uint32_t tenant_no, AlertEndpoint endpoint);
  Result<AlertEndpoint> find(std::uint32_t tenant_no, const std::string& id);
  Result<Page<AlertEndpoint>> list(std::uint32_t tenant_no, const PageRequest& page);
  /// Replaces name, target, kinds, only and state. One that is no longer active has its pending
  /// messages canceled.
  Result<AlertEndpoint> update(std::uint32_t tenant_no, const AlertEndpoint& endpoint);
  /// Removes its messages, too.
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);

  /// Writes a message for each active endpoint of the tenant that wants the event. Where the event
  /// is a change of the catalog, raise_alert (alert_rows.hpp) writes them in its transaction.
  Result<void> raise(std::uint32_t tenant_no, const AlertEvent& event);
  /// The same for every tenant: of the server as a whole.
  Result<void> raise_everywhere(const AlertEvent& event);
  /// Writes a test message to one endpoint. conflict where it is not active.
  Result<AlertMessage> test(std::uint32_t tenant_no, const std::string& id);
  /// Raises `quarantine` for streams whose quarantine grew, at most once an hour each.
  Result<void> raise_quarantine();

  struct MessageFilter {
    std::string endpoint_id;  // empty: of all endpoints
    std::optional<AlertMessageState> state;
  };
  /// Newest first.
  Result<Page<AlertMessage>> messages(std::uint32_t tenant_no, const MessageFilter& filter,
                                      const PageRequest& page);
  Result<AlertMessage> message(std::uint32_t tenant_no, const std::string& id);
  /// Its tries, oldest first.
  Result<std::vector<AlertAttempt>> attempts(const std::string& message_id);
  /// Makes a message due now, whatever its state. conflict where its endpoint is not active.
  Result<AlertMessage> redeliver(std::uint32_t tenant_no, const std::string& id);

  /// At most `most` messages that are due, of different endpoints.
  Result<std::vector<DueAlert>> due(std::size_t most);
  /// Keeps the try and decides about the message. One that was removed meanwhile is left alone.
  Result<void> settle(const std::string& message_id, const AlertAttempt& attempt,
                      const AlertVerdict& verdict);
  /// Removes messages that ended before `now - keep`, and the oldest ones of those beyond
  /// limits::alert_messages_kept_max of an endpoint. Returns their number, at most 1000 a call.
  Result<std::uint64_t> trim(std::chrono::seconds keep);

 private:
  Database& database_;
};

}  // namespace weir::catalog
