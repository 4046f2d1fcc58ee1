#pragma once

#include <memory>
#include <string>

#include "app/data_directory.hpp"
#include "app/listen.hpp"
#include "app/roles.hpp"
#include "app/settings.hpp"
#include "base/result.hpp"

namespace weir::app {

/// All of Weir in one process on one data directory, or what the process's roles say of it. The
/// parts are built in the order in which a payload passes them (see server_stages.hpp). They are
/// stopped so that accepted records are safe: first the server takes no more requests, then the log
/// closes, then the readers of the log.
class EmbeddedServer {
 public:
  static Result<std::unique_ptr<EmbeddedServer>> start(DataDirectory directory,
                                                       const Config& config, const Listen& listen,
                                                       const Roles& roles = {});
  ~EmbeddedServer();

  /// "http://127.0.0.1:8080", or https with TLS, with the port it really has.
  std::string url() const;
  /// Makes the first user (spec/users.md 1); empty where there is one.
  const std::string& setup_code() const;
  /// Applies the settings of `next` that a running server can change. TLS files are read again even
  /// if their names are unchanged. When one setting cannot be used, nothing is changed.
  Result<Config::Changes> reload(const Config& next);
  /// Answers the requests in flight and stops. Call it once.
  void stop();

 private:
  struct Stages;
  explicit EmbeddedServer(std::unique_ptr<Stages> stages);
  std::unique_ptr<Stages> stages_;
};

}  // namespace weir::app
