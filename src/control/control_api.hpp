#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/http.hpp"
#include "control/routes.hpp"
#include "control/services.hpp"

namespace weir::control {

/// The control API: REST over the catalog, described by api/control.yaml. Thread-safe; may block.
/// Answers every path that the gateway does not.
class ControlApi {
 public:
  explicit ControlApi(Services services);
  http::Response handle(const http::Request& request);
  /// Checks a request by its head, before its body is read: path, method, token and policy.
  /// nullopt: the body may be read. Does not block.
  std::optional<http::Response> refuse_by_head(const http::Request& head) const;

 private:
  Result<http::Response> answer(const http::Request& request, const Match& match);
  Result<Caller> admit(const http::Request& request, const Match& match) const;
  void note_use(const std::string& key_id);

  Services services_;
  const Routes routes_;
  std::mutex mutex_;
  std::unordered_map<std::string, Time> last_noted_;  // by key id; guarded by mutex_
};

}  // namespace weir::control
