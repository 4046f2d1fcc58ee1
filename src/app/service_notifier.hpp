#pragma once

#include <string>
#include <string_view>

namespace weir::app {

/// Tells the service manager (systemd, or whoever started us with NOTIFY_SOCKET) how we are, by its
/// protocol of sd_notify(3). Without such a socket every call does nothing.
class ServiceNotifier {
 public:
  /// `socket_path`: what NOTIFY_SOCKET says; '@' in front names an abstract one; empty: nobody.
  explicit ServiceNotifier(std::string socket_path) : path_(std::move(socket_path)) {}
  /// For the socket of the environment.
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
