#include "alert/private_address.hpp"

#include <cstring>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <unistd.h>

#include "alert/transfer.hpp"

namespace weir::alert {
namespace {

sockaddr_storage address_of(const char* text) {
  sockaddr_storage storage{};
  sockaddr_in four{};
  sockaddr_in6 six{};
  if (::inet_pton(AF_INET, text, &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    std::memcpy(&storage, &four, sizeof four);
  } else {
    EXPECT_EQ(::inet_pton(AF_INET6, text, &six.sin6_addr), 1) << text;
    six.sin6_family = AF_INET6;
    std::memcpy(&storage, &six, sizeof six);
  }
  return storage;
}

bool judged(const char* text) {
  const sockaddr_storage address = address_of(text);
  return is_private(reinterpret_cast<const sockaddr&>(address));
}

TEST(PrivateAddressTest, OnlyAddressesOfThePublicInternetAreNot) {
  for (const char* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.9.9.9",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.0.1",
                              "192.0.0.8",
                              "198.18.0.1",
                              "198.19.255.255",
                              "203.0.113.9",
                              "224.0.0.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "fc00::1",
                              "fdff::1",
                              "fe80::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "2002:7f00:1::",
                              "2001:db8::1",
                              "2001::1",
                              "100::1"})
    EXPECT_TRUE(judged(address)) << address;
  for (const char* address :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.0.1",
        "172.32.0.1", "169.253.0.1", "192.167.0.1", "198.17.0.1", "198.20.0.1", "223.255.255.255",
        "2606:4700::1111", "2a00::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"})
    EXPECT_FALSE(judged(address)) << address;
}

TEST(PrivateAddressTest, MetadataServicesOfCloudsGetNothingWhateverIsAllowed) {
  const auto of_metadata = [](const char* text) {
    const sockaddr_storage address = address_of(text);
    return is_of_metadata(reinterpret_cast<const sockaddr&>(address));
  };
  for (const char* address :
       {"169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fe80::1",
        "febf::1", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"})
    EXPECT_TRUE(of_metadata(address)) << address;
  for (const char* address : {"127.0.0.1", "10.0.0.1", "169.253.1.1", "169.255.1.1", "::1",
                              "fec0::1", "fd00::1", "1.1.1.1", "2606:4700::1111"})
    EXPECT_FALSE(of_metadata(address)) << address;
  for (const char* host :
       {"169.254.169.254", "0xa9fea9fe", "2852039166", "[::ffff:169.254.169.254]"}) {
    const Sent sent = post(
        {.url = "http://" + std::string(host) + "/latest/meta-data/", .headers = {}, .body = "{}"},
        {.time_max = std::chrono::seconds(5)}, {});
    EXPECT_NE(sent.error.find("credentials of machines"), std::string::npos)
        << host << ": " << sent.error;
  }
}

/// A listener that takes what connects to it.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_, 4), 0);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::string url(const std::string& host) const {
    return "http://" + host + ":" + std::to_string(port_) + "/";
  }
  bool was_connected_to() const {
    const int connection = ::accept(socket_, nullptr, nullptr);
    if (connection < 0) return false;
    ::close(connection);
    return true;
  }

 private:
  int socket_;
  int port_ = 0;
};

TEST(PrivateAddressTest, TheAddressThatIsConnectedToIsJudgedNotTheName) {
  const Listener listener;
  NetworkBounds bounds{.time_max = std::chrono::milliseconds(300)};
  bounds.are_private_addresses_allowed = false;
  for (const char* host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0.0.0.0"}) {
    const Sent sent = post({.url = listener.url(host), .headers = {}, .body = "{}"}, bounds, {});
    EXPECT_NE(sent.error.find("private"), std::string::npos) << host << ": " << sent.error;
    EXPECT_FALSE(listener.was_connected_to()) << host;
  }
  bounds.are_private_addresses_allowed = true;
  const Sent sent =
      post({.url = listener.url("127.0.0.1"), .headers = {}, .body = "{}"}, bounds, {});
  EXPECT_EQ(sent.error, "no answer in time");
  EXPECT_TRUE(listener.was_connected_to());
}

TEST(PrivateAddressTest, AStopEndsATry) {
  const Listener listener;
  std::stop_source stop;
  stop.request_stop();
  const Sent sent = post({.url = listener.url("127.0.0.1"), .headers = {}, .body = "{}"},
                         {.time_max = std::chrono::seconds(30)}, stop.get_token());
  EXPECT_TRUE(sent.was_stopped);
}

}  // namespace
}  // namespace weir::alert
