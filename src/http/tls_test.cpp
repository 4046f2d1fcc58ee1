#include "http/tls.hpp"

#include <cstdio>
#include <thread>

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "env/fake/counting_random.hpp"
#include "env/fake/test_directory.hpp"
#include "http/server.hpp"
#include "http/test_client.hpp"

namespace weir::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr std::chrono::seconds soon{5};

template <auto free_one>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    free_one(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL_free>>;

/// Writes a self-signed certificate with this serial number, and its key.
TlsFiles make_files(const std::string& name, long serial) {
  static const TestDirectory directory;
  const std::string base = directory.file(name);
  const TlsFiles files{base + ".pem", base + ".key"};
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  std::FILE* out = std::fopen(files.certificate.c_str(), "w");
  PEM_write_X509(out, certificate.get());
  std::fclose(out);
  out = std::fopen(files.key.c_str(), "w");
  PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
  return files;
}

/// A blocking client that trusts anyone.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int version_max = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_client_method())), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SSL_CTX_set_security_level(context_.get(), 0);  // what is refused, the server refuses
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    session_.reset(SSL_new(context_.get()));
    SSL_set_fd(session_.get(), socket_);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                 SSL_connect(session_.get()) == 1;
  }
  ~TlsClient() { ::close(socket_); }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  /// Closes its sending side: with TLS's goodbye, or as many clients do it, without.
  void end_sending(bool with_goodbye) {
    if (with_goodbye) SSL_shutdown(session_.get());
    ::shutdown(socket_, SHUT_WR);
  }
  std::string version() const { return SSL_get_version(session_.get()); }
  long serial() const {
    const Certificate certificate(SSL_get1_peer_certificate(session_.get()));
    return ASN1_INTEGER_get(X509_get0_serialNumber(certificate.get()));
  }
  void send(const std::string& bytes) {
    ASSERT_EQ(SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
  }
  /// The next reply's body.
  std::string read() {
    std::size_t head;
    while ((head = buffer_.find("\r\n\r\n")) == std::string::npos)
      if (!receive()) return "the connection ended";
    const std::size_t at = buffer_.find("Content-Length: ");
    const std::size_t bytes = std::strtoul(buffer_.c_str() + at + 16, nullptr, 10);
    while (buffer_.size() < head + 4 + bytes)
      if (!receive()) return "the connection ended";
    const std::string body = buffer_.substr(head + 4, bytes);
    buffer_.erase(0, head + 4 + bytes);
    return body;
  }
  /// Whether the server has said that nothing follows, rather than just hung up.
  bool at_end() {
    char byte = 0;
    const int read = SSL_read(session_.get(), &byte, 1);
    return SSL_get_error(session_.get(), read) == SSL_ERROR_ZERO_RETURN;
  }

 private:
  bool receive() {
    char bytes[4096];
    const int read = SSL_read(session_.get(), bytes, sizeof bytes);
    if (read > 0) buffer_.append(bytes, static_cast<std::size_t>(read));
    return read > 0;
  }

  Context context_;
  Session session_;
  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

/// Sends bodies back.
class Echo final : public Responder {
 public:
  explicit Echo(Loop& loop) : loop_(loop) {}
  std::optional<std::uint64_t> admit(const RequestView&, Ticket) override { return 5'000'000; }
  void handle(const RequestView& request, Ticket ticket) override {
    loop_.reply(ticket, {200, "text/plain", {}, request.body()});
  }
  void on_wake() override {}

 private:
  Loop& loop_;
};

class TlsTest : public ::testing::Test {
 protected:
  void start(const TlsFiles& files) {
    auto tls = Tls::load(files);
    ASSERT_TRUE(tls) << tls.error().message;
    options_.tls = *tls;
    options_.timeouts.tick = std::chrono::milliseconds(5);
    server_ =
        std::make_unique<Server>(options_,
                                 std::vector<Route>{{"",
                                                     [](Loop& loop) -> std::unique_ptr<Responder> {
                                                       return std::make_unique<Echo>(loop);
                                                     }}},
                                 random_);
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  std::uint16_t port() const { return server_->port(); }
  static std::string post(const std::string& body, const std::string& more = "") {
    return "POST / HTTP/1.1\r\nHost: h\r\n" + more +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  Options options_;
  CountingRandom random_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, RequestsAreAnsweredOver12And13AndNothingOlder) {
  start(make_files("versions", 1));
  for (const auto& [version, name] :
       {std::pair(TLS1_2_VERSION, "TLSv1.2"), std::pair(TLS1_3_VERSION, "TLSv1.3")}) {
    TlsClient client(port(), version);
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(client.version(), name);
    for (const char* body : {"one", "two"}) {
      client.send(post(body));
      EXPECT_EQ(client.read(), body);
    }
  }
  EXPECT_FALSE(TlsClient(port(), TLS1_1_VERSION).connected());
}

TEST_F(TlsTest, PipelinedAndLargeRequestsArriveWhole) {
  start(make_files("large", 1));
  TlsClient client(port());
  const std::string large(3'000'000, 'x');
  std::jthread sender([&] { client.send(post("a") + post("b") + post(large) + post("c")); });
  sender.join();
  EXPECT_EQ(client.read(), "a");
  EXPECT_EQ(client.read(), "b");
  EXPECT_EQ(client.read(), large);
  EXPECT_EQ(client.read(), "c");
}

TEST_F(TlsTest, TheEndOfAConnectionIsTold) {
  start(make_files("end", 1));
  TlsClient client(port());
  client.send(post("bye", "Connection: close\r\n"));
  EXPECT_EQ(client.read(), "bye");
  EXPECT_TRUE(client.at_end());
}

TEST_F(TlsTest, ACertificateIsChangedWithoutDisturbingThoseWhoAreConnected) {
  start(make_files("old", 1));
  TlsClient before(port());
  EXPECT_EQ(before.serial(), 1);
  ASSERT_TRUE(options_.tls->reload(make_files("new", 2)));
  TlsClient after(port());
  EXPECT_EQ(after.serial(), 2);
  before.send(post("still here"));
  EXPECT_EQ(before.read(), "still here");
}

TEST_F(TlsTest, FilesThatCannotBeUsedAreNamedAndTheOnesBeforeStay) {
  const TlsFiles good = make_files("good", 7);
  start(good);
  const auto missing = options_.tls->reload({"/nowhere/cert.pem", good.key});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::bad_request);
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere/cert.pem"));
  const auto stranger = options_.tls->reload({good.certificate, make_files("other", 8).key});
  ASSERT_FALSE(stranger);
  EXPECT_THAT(stranger.error().message, HasSubstr("other.key"));
  EXPECT_EQ(TlsClient(port()).serial(), 7);
}

TEST_F(TlsTest, PlainHttpIsToldToUseHttps) {
  start(make_files("plain", 1));
  LoopbackClient client(port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto reply = client.read();
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("https"));
  EXPECT_TRUE(client.at_end());
}

TEST_F(TlsTest, AHandshakeThatDoesNotEndIsGivenUp) {
  options_.timeouts.head = std::chrono::milliseconds(30);
  start(make_files("slow", 1));
  LoopbackClient client(port());
  client.send("\x16\x03\x01");
  EXPECT_TRUE(client.at_end());
}

TEST_F(TlsTest, AHandshakeOfSlowBytesIsGivenUpToo) {
  options_.timeouts.head = std::chrono::milliseconds(100);
  start(make_files("slower", 1));
  LoopbackClient client(port());
  const auto begun = std::chrono::steady_clock::now();
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  const auto passed = [&] { return std::chrono::steady_clock::now() - begun; };
  for (std::size_t i = 0; server_->stats().connections_accepted == 0 ||
                          (server_->stats().connections_open > 0 && passed() < soon);
       ++i) {
    client.send(hello.substr(std::min(i, hello.size() - 1), 1));
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_LT(passed(), soon);
}

TEST_F(TlsTest, ARequestIsAnsweredHoweverItsClientEndsItsSide) {
  start(make_files("half", 1));
  for (const bool with_goodbye : {true, false}) {
    TlsClient client(port());
    client.send(post("one") + post("two") + "POST / HT");
    client.end_sending(with_goodbye);
    EXPECT_EQ(client.read(), "one");
    EXPECT_EQ(client.read(), "two");
    EXPECT_TRUE(client.at_end());
  }
}

TEST_F(TlsTest, AClientThatClosesInTheMiddleOfABodyLeavesNothingBehind) {
  start(make_files("cut", 1));
  for (const bool with_goodbye : {true, false}) {
    {
      TlsClient client(port());
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n" +
                  std::string(50'000, 'x'));
      client.end_sending(with_goodbye);
    }
    const auto begun = std::chrono::steady_clock::now();
    while (server_->stats().connections_open > 0 && std::chrono::steady_clock::now() - begun < soon)
      std::this_thread::sleep_for(milliseconds(1));
    EXPECT_EQ(server_->stats().connections_open, 0u) << with_goodbye;
    EXPECT_EQ(server_->stats().large_body_bytes, 0u) << with_goodbye;
  }
}

TEST_F(TlsTest, AClientThatGoesAwayInTheMiddleHarmsNobody) {
  start(make_files("gone", 1));
  for (int i = 0; i < 3; ++i) {
    auto client = std::make_unique<TlsClient>(port());
    client->send(post(std::string(1'000'000, 'x')));  // and never reads the reply
  }
  TlsClient client(port());
  client.send(post("here"));
  EXPECT_EQ(client.read(), "here");
}

}  // namespace
}  // namespace weir::http
