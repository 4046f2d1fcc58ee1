#pragma once

#include <string>
#include <string_view>

namespace weir::app {

/// Reports the server's state to the service manager (systemd, or another that set NOTIFY_SOCKET),
/// by the protocol of sd_notify(3). Without such a socket every call does nothing.
class ServiceNotifier {
 public:
  /// `socket_path`: NOTIFY_SOCKET's value. A leading '@' is an abstract socket; empty: no socket.
  explicit ServiceNotifier(std::string socket_path) : path_(std::move(socket_path)) {}
  /// Uses the socket named in the environment.
  static ServiceNotifier of_environment();

  void ready() const { send("READY=1"); }
  void reloading() const;
  void stopping() const { send("STOPPING=1"); }
  /// One line for people, shown by `systemctl status`.
  void status(std::string_view text) const;

 private:
  void send(const std::string& message) const;
  std::string path_;
};

}  // namespace weir::app
