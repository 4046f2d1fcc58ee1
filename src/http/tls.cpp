#include "http/tls.hpp"

#include <array>
#include <cerrno>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace weir::http {
namespace {

int socket_of(BIO* bio) {
  return *static_cast<const int*>(BIO_get_data(bio));
}

bool is_patience_needed() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int bio_write(BIO* bio, const char* data, int bytes) {
  BIO_clear_retry_flags(bio);
  const auto sent =
      ::send(socket_of(bio), data, static_cast<std::size_t>(bytes), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && is_patience_needed()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* room, int bytes) {
  BIO_clear_retry_flags(bio);
  const auto received = ::recv(socket_of(bio), room, static_cast<std::size_t>(bytes), MSG_DONTWAIT);
  if (received < 0 && is_patience_needed()) BIO_set_retry_read(bio);
  if (received == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(received);
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

/// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a closed peer would end this process.
BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weir socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

std::string openssl_says() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(error);
  return reason ? reason : "no reason given";
}

Failure unusable(const char* what, const std::string& path) {
  return fail(Errc::bad_request, std::string("Cannot use ") + path + " as the TLS " + what + ": " +
                                     openssl_says() + ". Give a PEM file that is readable here.");
}

}  // namespace

void TlsSession::Freed::operator()(ssl_st* session) const {
  SSL_free(session);
}

TlsSession::TlsSession(ssl_st* session, int socket) : session_(session), socket_(socket) {
  BIO* bio = BIO_new(socket_method());
  if (!bio) {
    failed_ = true;
    return;
  }
  BIO_set_data(bio, &socket_);
  BIO_set_init(bio, 1);
  SSL_set_bio(session, bio, bio);  // which owns the BIO now
  SSL_set_accept_state(session);
}

TlsSession::~TlsSession() = default;

TlsSession::Moved TlsSession::read(char* room, std::size_t bytes) {
  if (failed_) return {Step::failed};
  ERR_clear_error();
  std::size_t received = 0;
  const int answer = SSL_read_ex(session_.get(), room, bytes, &received);
  return moved(answer, received);
}

TlsSession::Moved TlsSession::write(const char* data, std::size_t bytes) {
  if (failed_) return {Step::failed};
  std::size_t all = 0;
  while (all < bytes) {  // a record at a time
    ERR_clear_error();
    std::size_t sent = 0;
    const int answer = SSL_write_ex(session_.get(), data + all, bytes - all, &sent);
    const Moved one = moved(answer, sent);
    all += one.bytes;
    if (one.step != Step::done) return {one.step, all};
  }
  return {Step::done, all};
}

TlsSession::Moved TlsSession::moved(int answer, std::size_t bytes) {
  if (answer == 1) return {Step::done, bytes};
  switch (SSL_get_error(session_.get(), answer)) {
    case SSL_ERROR_WANT_READ:
      return {Step::want_read};
    case SSL_ERROR_WANT_WRITE:
      return {Step::want_write};
    case SSL_ERROR_ZERO_RETURN:
      return {Step::ended};
    default:
      failed_ = true;
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) refuse_plain_http();
      ERR_clear_error();
      return {Step::failed};
  }
}

bool TlsSession::handshaking() const {
  return SSL_is_init_finished(session_.get()) == 0;
}

void TlsSession::end() {
  if (failed_ || handshaking()) return;
  ERR_clear_error();
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

/// Tells a client that used http instead of https what to do.
void TlsSession::refuse_plain_http() {
  constexpr std::string_view reply =
      "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 70\r\n"
      "Connection: close\r\n\r\n"
      R"({"status":400,"message":"This port speaks TLS: use https in the URL."})";
  static_assert(reply.size() - reply.find("\r\n\r\n") - 4 == 70);
  std::array<char, std::size_t{16} * 1024>
      unread;  // left there, it would turn the close into a reset
  while (::recv(socket_, unread.data(), unread.size(), MSG_DONTWAIT) > 0) {
  }
  [[maybe_unused]] const auto sent =
      ::send(socket_, reply.data(), reply.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

Result<std::shared_ptr<Tls>> Tls::load(const TlsFiles& files) {
  auto tls = std::make_shared<Tls>();
  WEIR_CHECK(tls->reload(files));
  return tls;
}

Result<Tls::Context> Tls::read(const TlsFiles& files) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (!context) return fail(Errc::internal, "OpenSSL could not be set up: " + openssl_says());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         // Many clients close without the goodbye that TLS asks
                                         // for. Requests say their own length, so nothing that
                                         // was cut passes for whole, and those that are whole
                                         // still get their replies.
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  // The caller may move a reply while its rest waits for the socket.
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
    return unusable("certificate", files.certificate);
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return unusable("key", files.key);
  if (SSL_CTX_check_private_key(context.get()) != 1)
    return fail(Errc::bad_request, "The key " + files.key + " is not of the certificate " +
                                       files.certificate + ". Give the two that belong together.");
  return context;
}

Result<void> Tls::reload(const TlsFiles& files) {
  WEIR_TRY(Context next, read(files));
  const std::lock_guard lock(mutex_);
  context_ = std::move(next);
  return {};
}

std::unique_ptr<TlsSession> Tls::session(int socket) const {
  const std::lock_guard lock(mutex_);
  ssl_st* session = SSL_new(context_.get());
  return session ? std::make_unique<TlsSession>(session, socket) : nullptr;
}

}  // namespace weir::http
