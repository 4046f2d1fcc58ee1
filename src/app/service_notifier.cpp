#include "app/service_notifier.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// The protocol of sd_notify is one datagram a message, which is less than the dependency on
// libsystemd would be.
namespace weir::app {

ServiceNotifier ServiceNotifier::of_environment() {
  const char* path = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): nobody sets
  return ServiceNotifier(path ? path : "");
}

void ServiceNotifier::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // the manager tells old messages from new ones by it
  send("RELOADING=1\nMONOTONIC_USEC=" +
       std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000));
}

void ServiceNotifier::status(std::string_view text) const {
  send("STATUS=" + std::string(text));
}

void ServiceNotifier::send(const std::string& message) const {
  sockaddr_un address{};
  if (path_.empty() || path_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::copy(path_.begin(), path_.end(), address.sun_path);
  if (path_.front() == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
  // A manager that does not listen is its own trouble: we serve all the same.
  [[maybe_unused]] const auto sent = ::sendto(socket, message.data(), message.size(), MSG_NOSIGNAL,
                                              reinterpret_cast<const sockaddr*>(&address), bytes);
  ::close(socket);
}

}  // namespace weir::app
