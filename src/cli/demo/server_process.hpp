#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"

namespace weir::cli::demo {

/// Runs a program to its end and returns what it wrote to standard output; a non-zero exit is an
/// error with what it wrote to standard error.
Result<std::string> run_program(const std::vector<std::string>& command);

/// A real `weir serve` as a child process, in a process group of its own (Ctrl-C reaches us only).
/// It is told to stop when we die; the destructor stops it, too. Used from one thread.
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

  /// Returns once it says that it listens.
  Result<void> start();
  /// Only starts it, for whoever wants to kill it before it listens.
  Result<void> launch();
  /// SIGKILL, and gone when this returns.
  void kill();
  /// SIGTERM; waits for it to finish what it has begun. Fails when it ends with an error.
  Result<void> stop();

  /// "http://127.0.0.1:40123", after start().
  const std::string& url() const { return url_; }
  pid_t pid() const { return pid_; }
  const std::string& log() const { return settings_.log; }

 private:
  Result<void> await_listening();

  Settings settings_;
  pid_t pid_ = -1;
  long log_begin_ = 0;  // where what this process says begins
  std::string url_;
};

}  // namespace weir::cli::demo
