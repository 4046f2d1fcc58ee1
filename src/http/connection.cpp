#include "http/connection.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace weir::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// A buffer that one large reply has stretched is not kept.
constexpr std::size_t kept_reply_bytes = 64 * limits::kib;

// RFC 9110 9.3.7: "OPTIONS *" asks what the server as a whole can do.
const Reply about_server{204, {}, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n", {}};

Error nothing_here() {
  return {Errc::not_found, "There is nothing at this path."};
}

Error no_memory() {
  return {Errc::overloaded, "Too many large bodies are being received. Send this one again."};
}

void clear(std::string& text) {
  if (text.capacity() > kept_reply_bytes)
    text = {};
  else
    text.clear();
}

}  // namespace

Connection::Connection(Worker& worker, Stream stream, std::uint64_t ticket_base, std::string peer)
    : worker_(worker),
      socket_(std::move(stream)),
      ticket_base_(ticket_base),
      peer_(std::move(peer)),
      parser_(worker.shared().large_bodies, worker.shared().options.body_bytes_max) {}

void Connection::start() {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  worker_.mark_dirty(*this);
}

void Connection::read() {
  const auto room = parser_.room();
  if (room.empty()) return refuse(no_memory());
  reading_ = true;
  socket_.async_read_some(
      asio::buffer(room.data(), room.size()),
      [this](const error_code& error, std::size_t bytes) { on_read(error, bytes); });
}

void Connection::on_read(const error_code& error, std::size_t bytes) {
  reading_ = false;
  if (closed_) {
    retire_if_done();
  } else if (draining_) {
    drained_ += bytes;
    if (error || drained_ > limits::drain_bytes_max)
      close();
    else
      drain();
  } else if (error == asio::error::eof) {
    last_request_ = true;  // the client may still want its replies
    worker_.mark_dirty(*this);
  } else if (error) {
    close();
  } else if (!last_request_) {
    parser_.filled(bytes);
    parse();
    worker_.mark_dirty(*this);
  }
  worker_.flush();
}

bool Connection::backlogged() const {
  const bool no_slot = !admitted_ && next_ - first_ == slots_.size();
  return no_slot || out_.size() - written_ > limits::unsent_reply_bytes_max;
}

void Connection::parse() {
  parked_ = false;
  while (!last_request_) {
    if (backlogged()) {
      parked_ = true;
      return;
    }
    switch (parser_.next()) {
      case RequestParser::Event::need_more:
        return;
      case RequestParser::Event::head:
        take_head();
        break;
      case RequestParser::Event::request:
        take_request();
        break;
      case RequestParser::Event::refused:
        refuse(parser_.refusal());
        break;
    }
  }
}

void Connection::take_head() {
  const RequestView head = parser_.request(peer_);
  const Ticket ticket = open_slot(&head);
  Slot& own = slot(next_ - 1);
  const bool close_after = std::exchange(own.close, true);  // a refusal leaves the body unread
  const auto bytes_max = admit(head, ticket);
  if (!bytes_max) {
    WEIR_ASSERT(!own.waiting);
    last_request_ = must_drain_ = true;
    return;
  }
  own.close = close_after;
  own.continue_first = head.expects_continue() && !head.is_http10();
  admitted_ = ticket;
  request_deadline_ = worker_.tick_after(worker_.shared().options.timeouts.body);
  parser_.limit_body(std::min(*bytes_max, worker_.shared().options.body_bytes_max));
}

/// Without a value it has been answered.
std::optional<std::uint64_t> Connection::admit(const RequestView& head, Ticket ticket) {
  std::optional<std::uint64_t> bytes_max;
  try {
    if (Responder* responder = worker_.route(head.path()))
      bytes_max = responder->admit(head, ticket);
    else
      worker_.reply(ticket, nothing_here(), {});
  } catch (const std::exception& error) {
    own_up(ticket, error);
    return std::nullopt;
  }
  if (!bytes_max) return std::nullopt;
  if (head.content_length() > *bytes_max)
    worker_.reply(ticket, too_large(*bytes_max), {});
  else if (!head.is_chunked() && !parser_.has_memory_for_body())
    worker_.reply(ticket, no_memory(), {});
  else
    return bytes_max;
  return std::nullopt;
}

void Connection::take_request() {
  const RequestView request = parser_.request(peer_);
  const Ticket ticket = admitted_ ? *admitted_ : open_slot(&request);
  admitted_.reset();
  Slot& own = slot(next_ - 1);
  own.close = own.close || worker_.stopping();
  own.continue_first = false;
  last_request_ = own.close;
  handle(request, ticket);
  parser_.take();
  request_deadline_ = 0;
  must_drain_ = last_request_ && !parser_.idle();
}

void Connection::handle(const RequestView& request, Ticket ticket) {
  if (request.is_for_server()) return worker_.reply(ticket, about_server);
  try {
    if (Responder* responder = worker_.route(request.path()))
      responder->handle(request, ticket);
    else
      worker_.reply(ticket, nothing_here(), {});
  } catch (const std::exception& error) {
    own_up(ticket, error);
  }
}

/// What a responder threw, out of memory say, is one request's misfortune and not the server's end.
void Connection::own_up(Ticket ticket, const std::exception& error) {
  Slot& own = slot(next_ - 1);
  if (!own.waiting) return;
  own.close = last_request_ = true;
  worker_.reply(ticket,
                {Errc::internal, std::string("Unexpected: ") + error.what() +
                                     ". Please report this with its request_id."},
                {});
}

void Connection::refuse(const Error& error) {
  const Ticket ticket = admitted_ ? *admitted_ : open_slot(nullptr);
  admitted_.reset();
  Slot& own = slot(next_ - 1);
  own.close = true;
  own.continue_first = false;
  last_request_ = must_drain_ = true;
  worker_.reply(ticket, error, {});
}

Ticket Connection::open_slot(const RequestView* request) {
  WEIR_ASSERT(next_ - first_ < slots_.size());
  Slot& own = slot(next_);
  own.waiting = true;
  own.close = !request || !request->keep_alive() || worker_.stopping();
  own.is_http10 = request && request->is_http10();
  own.head_only = request && request->method() == "HEAD";
  own.continue_first = false;
  return {ticket_base_ | (next_++ & 0xFFFF)};
}

bool Connection::fill(Ticket ticket, const Reply& reply) {
  const auto behind = static_cast<std::uint16_t>(ticket.value - first_);
  if (closed_ || behind >= next_ - first_) return false;
  Slot& own = slot(first_ + behind);
  WEIR_ASSERT(own.waiting);
  const Persistence persistence = own.close       ? Persistence::close
                                  : own.is_http10 ? Persistence::keep_http10
                                                  : Persistence::keep;
  append_reply(own.reply, reply, persistence, own.head_only);
  own.waiting = false;
  return true;
}

void Connection::flush() {
  if (closed_) return;
  gather();
  if (!writing_ && !out_.empty()) write();
  if (closed_) return;
  if (parked_) parse();
  settle();
}

/// Moves the replies that are next in order to what is being written.
void Connection::gather() {
  while (!slots_empty()) {
    Slot& own = slot(first_);
    if (own.waiting) {
      if (std::exchange(own.continue_first, false)) out_ += continue_reply;
      return;
    }
    if (out_.empty())
      out_.swap(own.reply);
    else
      out_ += own.reply;
    clear(own.reply);
    ++first_;
  }
}

void Connection::write() {
  error_code error;
  written_ +=
      socket_.write_some(asio::buffer(out_.data() + written_, out_.size() - written_), error);
  if (error && error != asio::error::would_block) return close();
  if (written_ == out_.size()) {
    clear(out_);
    written_ = 0;
    return;
  }
  writing_ = true;
  deadline_ = worker_.tick_after(worker_.shared().options.timeouts.write);
  socket_.async_wait(Socket::wait_write, [this](const error_code& failed) { on_writable(failed); });
}

void Connection::on_writable(const error_code& error) {
  writing_ = false;
  if (closed_) {
    retire_if_done();
  } else if (error) {
    close();
  } else {
    write();
    if (!closed_) worker_.mark_dirty(*this);
  }
  worker_.flush();
}

/// The end of the connection's turn: what does it wait for now?
void Connection::settle() {
  if (draining_) return;
  if (last_request_ && all_written()) return finish();
  if (!reading_ && !last_request_ && !parked_) read();
  set_deadline();
}

void Connection::set_deadline() {
  const Timeouts& timeouts = worker_.shared().options.timeouts;
  if (writing_) return;
  if (last_request_ || parked_) {
    deadline_ = 0;
  } else if (!parser_.idle()) {
    if (request_deadline_ == 0) request_deadline_ = worker_.tick_after(timeouts.head);
    deadline_ = request_deadline_;
  } else {
    request_deadline_ = 0;
    const auto patience = socket_.handshaking() ? timeouts.head : timeouts.idle;
    deadline_ = slots_empty() ? worker_.tick_after(patience) : 0;
  }
}

void Connection::on_tick() {
  if (closed_ || deadline_ == 0 || worker_.tick() < deadline_) return;
  if (draining_ || writing_ || parser_.idle()) return close();
  refuse({Errc::request_timeout, parser_.in_body() ? "The request's body did not arrive in time."
                                                   : "The request's head did not arrive in time."});
}

void Connection::wind_down() {
  if (closed_ || last_request_ || !parser_.idle()) return;
  last_request_ = true;
  if (!slots_empty() && slot(next_ - 1).waiting) slot(next_ - 1).close = true;
  worker_.mark_dirty(*this);
}

/// All is written. A close while unread bytes are here would reset the connection, and the client
/// might never see the reply that says why.
void Connection::finish() {
  if (!must_drain_) return close();
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  draining_ = true;
  deadline_ = worker_.tick_after(worker_.shared().options.timeouts.drain);
  drain();
}

void Connection::drain() {
  if (reading_) return;
  reading_ = true;
  socket_.async_read_some(
      asio::buffer(worker_.discard()),
      [this](const error_code& error, std::size_t bytes) { on_read(error, bytes); });
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
  retire_if_done();
}

void Connection::retire_if_done() {
  if (closed_ && !reading_ && !writing_) worker_.retire(*this);
}

}  // namespace weir::http
