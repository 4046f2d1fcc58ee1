#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"

namespace weir::cli::demo {

/// Runs a program to its end and returns what it wrote to standard output; a non-zero exit is an
/// error with what it wrote to standard error.
Result<std::string> run_program(const std::vector<std::string>& command);

/// A real `weir serve` as a child process, in its own process group (Ctrl-C reaches only us). The
/// child is stopped when this process dies, and by the destructor. Used from one thread.
class ServerProcess {
 public:
  struct Settings {
    std::string program;  // the weir binary
    std::string data;     // made by `weir init`
    std::string log;      // what the server prints is appended here
    std::string host = "127.0.0.1";
    std::string port = "0";               // "0": a free one, the same again after a restart
    std::vector<std::string> settings{};  // key=value, for --set
  };
  explicit ServerProcess(Settings settings) : settings_(std::move(settings)) {}
  ~ServerProcess() { static_cast<void>(stop()); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Starts the server and returns once it reports that it listens.
  Result<void> start();
  /// Only starts the server; for callers that kill it before it listens.
  Result<void> launch();
  /// Sends SIGKILL; the process has ended on return.
  void kill();
  /// Sends SIGTERM and waits for the end. Fails when the server exits with an error.
  Result<void> stop();

  /// "http://127.0.0.1:40123", after start().
  const std::string& url() const { return url_; }
  pid_t pid() const { return pid_; }
  const std::string& log() const { return settings_.log; }

 private:
  Result<void> await_listening();

  Settings settings_;
  pid_t pid_ = -1;
  long log_begin_ = 0;  // where this process's output begins in the log
  std::string url_;
};

}  // namespace weir::cli::demo
