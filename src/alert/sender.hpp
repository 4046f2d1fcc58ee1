#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "base/time.hpp"
#include "catalog/alerts.hpp"

namespace weir::alert {

/// The result of one try.
struct Sent {
  int status = 0;     // of HTTP or SMTP; 0: no answer
  std::string error;  // empty: it was delivered
  bool is_gone = false;
  bool was_stopped = false;  // by the token; nothing is known about the delivery
  std::optional<std::chrono::seconds> retry_after;
  std::chrono::milliseconds duration{0};
};

/// Sends a message to where it goes. Blocking, bounded in time; called from several threads at
/// once.
class Sender {
 public:
  virtual ~Sender() = default;
  virtual Sent send(const catalog::DueAlert& alert, Time now, const std::stop_token& stop) = 0;
};

}  // namespace weir::alert
