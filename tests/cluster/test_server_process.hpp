#pragma once

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.hpp"

/// For tests only: a server on loopback as a child process, which ends with this one.
namespace weir {

/// One that nobody listens on at this moment.
inline std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  WEIR_ASSERT(::bind(probe, generic, size) == 0);
  WEIR_ASSERT(::getsockname(probe, generic, &size) == 0);
  ::close(probe);
  return ntohs(address.sin_port);
}

class TestServerProcess {
 public:
  /// Starts it, and waits until it takes connections.
  TestServerProcess(std::vector<std::string> command, std::vector<std::string> environment,
                    std::uint16_t port) {
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (std::string& one : environment)
        ::putenv(one.data());
      std::vector<char*> words;
      for (std::string& word : command)
        words.push_back(word.data());
      words.push_back(nullptr);
      ::execv(words[0], words.data());
      ::_exit(127);
    }
    for (int tries = 0; tries < 600 && !takes_connections(port); ++tries) {
      WEIR_ASSERT(::waitpid(child_, nullptr, WNOHANG) == 0);  // else it has ended
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  ~TestServerProcess() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  TestServerProcess(const TestServerProcess&) = delete;
  TestServerProcess& operator=(const TestServerProcess&) = delete;

 private:
  static bool takes_connections(std::uint16_t port) {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const bool connected =
        ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    return connected;
  }

  pid_t child_ = -1;
};

}  // namespace weir
