#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "base/http.hpp"
#include "control/conditions.hpp"
#include "control/live.hpp"
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
  /// Checks a request of GET /api/v0/live, whose connection then stays open; asked again, whether
  /// it still may. The refusal is what to answer. Does not block.
  std::variant<LiveGrant, http::Response> admit_live(const http::Request& request) const;
  const Services& services() const { return services_; }

 private:
  Result<http::Response> answer(const http::Request& request, const Match& match);
  Result<Caller> admit(const http::Request& request, const Match& match) const;
  /// Things have ETags, and an edit with If-Match is made only where it holds.
  Result<http::Response> conditional(const Call& call, const Route& route);
  /// A call that may change something leaves an audit event.
  Result<http::Response> audited(Call call, const Route& route);
  Result<http::Response> called(const Call& call, const Route& route);
  void note_use(const Caller& caller);

  Services services_;
  const Routes routes_;
  Turns turns_;
  std::mutex mutex_;
  std::unordered_map<std::string, Time> last_noted_;  // by key or session; guarded by mutex_
};

}  // namespace weir::control
