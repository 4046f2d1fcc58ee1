#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/data_directory.hpp"
#include "app/settings.hpp"
#include "base/result.hpp"

namespace weir::app {

/// Where to listen.
struct Listen {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: a free one
};

/// Reads "HOST:PORT".
Result<Listen> parse_listen(const std::string& text);

/// All of Weir in one process on one data directory. Built in the order a payload travels
/// (embedded_server.cpp is the way of the data in code), torn down in such an order that what was
/// accepted is safe: first no more requests, then the log, then what reads it.
class EmbeddedServer {
 public:
  static Result<std::unique_ptr<EmbeddedServer>> start(DataDirectory directory,
                                                       const Config& config, const Listen& listen);
  ~EmbeddedServer();

  /// "http://127.0.0.1:8080", or https with TLS, with the port it really has.
  std::string url() const;
  /// Takes over the settings of `next` that a running server can change, the TLS files anew even
  /// where their names are the same. When one of them cannot be used, nothing is changed.
  Result<Config::Changes> reload(const Config& next);
  /// Answers what is in flight and stops. Once.
  void stop();

 private:
  struct Stages;
  explicit EmbeddedServer(std::unique_ptr<Stages> stages);
  std::unique_ptr<Stages> stages_;
};

}  // namespace weir::app
