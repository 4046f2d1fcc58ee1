#pragma once

#include <memory>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "http/tls.hpp"

namespace weir::http {

// The concrete executor: the type-erased default costs an indirection and a count per operation.
using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

/// What a connection reads from and writes to: its socket, or TLS over it. As with a socket, one
/// read and one wait may be outstanding; they end with an error once it is closed.
class Stream {
 public:
  using error_code = boost::system::error_code;

  /// `session`: null for plain HTTP.
  Stream(Socket socket, std::unique_ptr<TlsSession> session)
      : socket_(std::move(socket)), session_(std::move(session)) {}

  bool handshaking() const { return session_ && session_->handshaking(); }

  void non_blocking(bool mode, error_code& error) { socket_.non_blocking(mode, error); }
  template <class Option>
  void set_option(const Option& option, error_code& error) {
    socket_.set_option(option, error);
  }

  /// `done(error, bytes)`; not before this returns.
  template <class Done>
  void async_read_some(const boost::asio::mutable_buffer& room, Done done) {
    if (!session_) return socket_.async_read_some(room, std::move(done));
    if (!session_->has_pending()) return read_when(Socket::wait_read, room, std::move(done));
    boost::asio::post(socket_.get_executor(),
                      [this, room, done = std::move(done)] { read_now(room, done); });
  }

  std::size_t write_some(const boost::asio::const_buffer& data, error_code& error) {
    if (!session_) return socket_.write_some(data, error);
    const auto moved = session_->write(static_cast<const char*>(data.data()), data.size());
    if (moved.step == TlsSession::Step::want_write)
      error = boost::asio::error::would_block;
    else if (moved.step != TlsSession::Step::done)
      error = boost::asio::error::connection_reset;
    return moved.bytes;
  }

  template <class Done>
  void async_wait(Socket::wait_type what, Done done) {
    socket_.async_wait(what, std::move(done));
  }

  void shutdown(Socket::shutdown_type what, error_code& error) {
    if (session_) session_->end();
    socket_.shutdown(what, error);
  }

  void close(error_code& error) {
    if (session_ && socket_.is_open()) session_->end();
    socket_.close(error);
  }

 private:
  template <class Done>
  void read_when(Socket::wait_type what, const boost::asio::mutable_buffer& room, Done done) {
    socket_.async_wait(what, [this, room, done = std::move(done)](const error_code& error) {
      if (error) return done(error, 0);
      read_now(room, done);
    });
  }

  template <class Done>
  void read_now(const boost::asio::mutable_buffer& room, Done done) {
    if (!socket_.is_open()) return done(boost::asio::error::operation_aborted, 0);
    const auto moved = session_->read(static_cast<char*>(room.data()), room.size());
    switch (moved.step) {
      case TlsSession::Step::done:
        return done({}, moved.bytes);
      case TlsSession::Step::want_read:
        return read_when(Socket::wait_read, room, std::move(done));
      case TlsSession::Step::want_write:
        return read_when(Socket::wait_write, room, std::move(done));
      case TlsSession::Step::ended:
        return done(boost::asio::error::eof, 0);
      case TlsSession::Step::failed:
        return done(boost::asio::error::connection_reset, 0);
    }
  }

  Socket socket_;
  std::unique_ptr<TlsSession> session_;
};

}  // namespace weir::http
