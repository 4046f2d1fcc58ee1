#include "torture/connections/simulated_client.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

/// A reset is made of what the kernel does with local sockets: a side that is closed while bytes
/// for it are unread resets the other. TCP's own way, SO_LINGER, does nothing here.
namespace weir::torture {
namespace {

template <auto free_one>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    free_one(thing);
  }
};

bool write_certificate(const http::TlsFiles& files) {
  const std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const std::unique_ptr<X509, Freed<X509_free>> certificate(X509_new());
  if (!key || !certificate) return false;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const std::unique_ptr<std::FILE, Freed<std::fclose>> pem(
      std::fopen(files.certificate.c_str(), "w"));
  const std::unique_ptr<std::FILE, Freed<std::fclose>> key_pem(std::fopen(files.key.c_str(), "w"));
  return pem && key_pem && PEM_write_X509(pem.get(), certificate.get()) == 1 &&
         PEM_write_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
}

}  // namespace

Result<std::unique_ptr<TlsSetup>> TlsSetup::make() {
  std::unique_ptr<TlsSetup> setup(new TlsSetup);
  std::string path = (std::filesystem::temp_directory_path() / "weir-torture-XXXXXX").string();
  if (!::mkdtemp(path.data()))
    return fail(Errc::io, "Cannot make " + path + " for a certificate. Set TMPDIR.");
  setup->directory_ = path;
  const http::TlsFiles files{path + "/cert.pem", path + "/key.pem"};
  if (!write_certificate(files)) return fail(Errc::io, "Cannot write a certificate to " + path);
  WEIR_TRY(setup->server_, http::Tls::load(files));
  setup->client_.reset(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  return setup;
}

TlsSetup::~TlsSetup() {
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

std::string TlsSetup::greeting() const {
  const std::unique_ptr<SSL, Freed<SSL_free>> session(SSL_new(client_.get()));
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(session.get(), BIO_new(BIO_s_mem()), out);
  SSL_connect(session.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

SimulatedClient::SimulatedClient(ServerWorld& world, const TlsSetup* tls,
                                 std::optional<int> reply_room)
    : world_(world),
      pair_(world.connect(reply_room)),
      session_(tls ? SSL_new(&tls->client()) : nullptr, &SSL_free) {
  if (session_) {
    SSL_set_fd(session_.get(), pair_.client);
    SSL_set_connect_state(session_.get());
    for (int moves = 0; moves < 10 && SSL_do_handshake(session_.get()) != 1; ++moves)
      world_.settle();
  }
  world_.settle();
}

SimulatedClient::~SimulatedClient() {
  if (pair_.client >= 0) ::close(pair_.client);
}

long SimulatedClient::write_some(std::string_view bytes) {
  if (!session_) return ::send(pair_.client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ERR_clear_error();
  return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
}

void SimulatedClient::send(std::string_view bytes, bool reads) {
  bool stuck = false;
  while (!bytes.empty()) {
    const long sent = write_some(bytes);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    world_.settle();
    if (reads) take();
    if (sent <= 0 && std::exchange(stuck, true)) return;  // it does not read on, or has closed
    if (sent > 0) stuck = false;
  }
}

void SimulatedClient::take() {
  std::array<char, 16384> room;
  while (!ended_) {
    if (!session_) {
      const auto received = ::recv(pair_.client, room.data(), room.size(), 0);
      if (received < 0 && errno == EAGAIN) return;
      ended_ = received <= 0;
      if (received > 0) taken_.append(room.data(), static_cast<std::size_t>(received));
    } else {
      ERR_clear_error();
      const int received = SSL_read(session_.get(), room.data(), static_cast<int>(room.size()));
      if (received > 0)
        taken_.append(room.data(), static_cast<std::size_t>(received));
      else if (SSL_get_error(session_.get(), received) == SSL_ERROR_WANT_READ)
        return;
      else
        ended_ = true;
    }
  }
}

void SimulatedClient::say_goodbye() {
  if (session_ && SSL_is_init_finished(session_.get()) != 0) SSL_shutdown(session_.get());
}

void SimulatedClient::half_close(bool with_goodbye) {
  if (with_goodbye) say_goodbye();
  ::shutdown(pair_.client, SHUT_WR);
}

void SimulatedClient::close(bool with_goodbye) {
  if (with_goodbye) say_goodbye();
  ::close(std::exchange(pair_.client, -1));
}

void SimulatedClient::reset() {
  // Something to leave unread, written from the server's end behind the server's back.
  if (world_.connections() > 0) ::send(pair_.server, "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  ::close(std::exchange(pair_.client, -1));
}

std::vector<int> SimulatedClient::statuses(const std::vector<bool>& head_only) const {
  std::vector<int> found;
  std::string_view rest = taken_;
  while (rest.starts_with("HTTP/1.1 ")) {
    int status = 0;
    std::from_chars(rest.data() + 9, rest.data() + std::min<std::size_t>(rest.size(), 12), status);
    const std::size_t end = rest.find("\r\n\r\n");
    if (end == std::string_view::npos) break;
    constexpr std::string_view length_is = "\r\nContent-Length: ";
    const std::size_t length = rest.substr(0, end).find(length_is);
    std::size_t bytes = 0;
    if (length != std::string_view::npos)
      std::from_chars(rest.data() + length + length_is.size(), rest.data() + end, bytes);
    rest.remove_prefix(end + 4);
    if (status < 200) continue;
    const bool has_body = found.size() >= head_only.size() || !head_only[found.size()];
    found.push_back(status);
    if (has_body) rest.remove_prefix(std::min(bytes, rest.size()));
  }
  return found;
}

}  // namespace weir::torture
