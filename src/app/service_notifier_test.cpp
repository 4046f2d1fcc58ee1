#include "app/service_notifier.hpp"

#include <cstddef>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "env/fake/test_directory.hpp"

namespace weir::app {
namespace {

using ::testing::MatchesRegex;

/// A service manager's end of the socket.
class Manager {
 public:
  explicit Manager(const std::string& path)
      : path_(path), socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    if (path.front() == '@') address.sun_path[0] = '\0';
    ::unlink(path.c_str());
    const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), bytes), 0);
  }
  ~Manager() {
    ::close(socket_);
    ::unlink(path_.c_str());
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  std::string heard() {
    char text[256];
    const auto bytes = ::recv(socket_, text, sizeof text, MSG_DONTWAIT);
    return bytes < 0 ? "nothing" : std::string(text, static_cast<std::size_t>(bytes));
  }

 private:
  const std::string path_;
  const int socket_;
};

TEST(ServiceNotifier, TellsTheManagerHowWeAre) {
  const TestDirectory directory;
  const std::string name = "weir-notify-" + std::to_string(::getpid());
  for (const std::string& path : {directory.file("socket"), "@" + name}) {
    Manager manager(path);
    const ServiceNotifier notifier(path);
    notifier.ready();
    EXPECT_EQ(manager.heard(), "READY=1");
    notifier.reloading();
    EXPECT_THAT(manager.heard(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
    notifier.status("Serving");
    EXPECT_EQ(manager.heard(), "STATUS=Serving");
    notifier.stopping();
    EXPECT_EQ(manager.heard(), "STOPPING=1");
  }
}

TEST(ServiceNotifier, DoesNothingWhereNobodyListens) {
  ServiceNotifier("").ready();
  ServiceNotifier("/nowhere/at/all").ready();
  ServiceNotifier(std::string(500, 'x')).ready();
}

}  // namespace
}  // namespace weir::app
