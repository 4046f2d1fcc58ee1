/// A connection is a small state machine that its worker advances in turns. A few flags hold what
/// waits for what, and end_turn() decides after each turn what the connection waits for next. Every
/// wait ends: by a deadline, or by a reply that a responder owes (gateway: the commit timeout). Why
/// not one coroutine per connection: each would need a frame and would hide those waits. One sweep
/// over all connections per tick costs less than a timer per request.
#include "http/connection.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace weir::http {
namespace {

// A buffer that one large reply has enlarged is freed.
constexpr std::size_t kept_reply_bytes = 64 * limits::kib;
// The kernel would hold megabytes for each client that reads slowly.
constexpr std::size_t stream_socket_bytes = 64 * limits::kib;

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

Connection::Connection(Worker& worker, int socket, std::unique_ptr<TlsSession> session,
                       std::uint64_t ticket_base, std::string peer)
    : worker_(worker),
      transport_(socket, std::move(session)),
      ticket_base_(ticket_base),
      peer_(std::move(peer)),
      parser_(worker.shared().no_memory, worker.shared().options.body_bytes_max),
      slots_(1) {
  set_deadline();
}

void Connection::on_ready(Poller::Ready ready) {
  if (closed_) return;
  // The client is gone, and no read will report that while requests wait for their replies.
  if (ready.broken && !is_reading()) return close();
  hung_up_ |= ready.hung_up;
  if (hung_up_ && !std::exchange(gone_reported_, true)) tell_gone();
  may_read_ |= ready.readable || transport_.handshaking() || (ready.writable && read_waits_);
  if (writing_) write();
  if (!closed_) read();
}

void Connection::read() {
  if (closed_) return;
  if (draining_) return drain();
  if (!may_read_ || !is_reading()) return worker_.mark_dirty(*this);
  const auto room = parser_.room();
  if (room.empty()) return refuse(no_memory());
  const auto [step, bytes] = transport_.read(room);
  read_waits_ = step == Transport::Step::want_write;
  switch (step) {
    case Transport::Step::done:
      may_read_ = hung_up_ || transport_.may_have_more(bytes, room.size());
      parser_.filled(bytes);
      parse();
      break;
    case Transport::Step::want_read:
    case Transport::Step::want_write:
      may_read_ = false;
      break;
    case Transport::Step::ended:
      end_of_input();
      break;
    case Transport::Step::failed:
      return close();
  }
  worker_.mark_dirty(*this);
}

/// The client sends no more. It may have disconnected, or have closed only its sending side and
/// still read replies. So complete requests are answered. A request whose body was cut is refused,
/// or it would keep its slot and memory for a body that never comes.
void Connection::end_of_input() {
  if (admitted_)
    refuse({Errc::bad_request,
            "The connection ended before the request's body was whole. Send all of it."});
  else
    take_no_more();
}

void Connection::take_no_more() {
  last_request_ = true;
  parser_.discard();
}

void Connection::tell_gone() {
  for (std::uint64_t number = first_; number < next_; ++number)
    if (slot(number).waiting) worker_.tell_gone({ticket_base_ | (number & 0xFFFF)});
}

bool Connection::backlogged() const {
  const bool no_slot = !admitted_ && next_ - first_ == limits::pipelined_requests_max;
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
    must_drain_ = true;
    return take_no_more();
  }
  own.close = close_after;
  own.continue_first = head.expects_continue() && !head.is_http10();
  admitted_ = ticket;
  request_deadline_ = worker_.tick_after(worker_.shared().options.timeouts.body);
  parser_.limit_body(std::min(*bytes_max, worker_.shared().options.body_bytes_max));
}

/// nullopt: the request has been answered.
std::optional<std::uint64_t> Connection::admit(const RequestView& head, Ticket ticket) {
  std::optional<std::uint64_t> bytes_max;
  try {
    const Worker::Destination* destination = worker_.route(head.path());
    if (!destination)
      reply_error(ticket, nothing_here());
    else if (!parser_.charge_to(destination->body_memory))
      reply_error(ticket, no_memory());
    else
      bytes_max = destination->responder->admit(head, ticket);
  } catch (const std::exception& error) {
    reply_internal_error(ticket, error);
    return std::nullopt;
  }
  if (!bytes_max) return std::nullopt;
  if (head.content_length() > *bytes_max)
    reply_error(ticket, too_large(*bytes_max));
  else if (!head.is_chunked() && !parser_.has_memory_for_body())
    reply_error(ticket, no_memory());
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
  // The end of the client's input may have arrived with it.
  if (hung_up_ && slot(next_ - 1).waiting) worker_.tell_gone(ticket);
  parser_.take();
  request_deadline_ = 0;
  must_drain_ = last_request_ && !parser_.idle();
  if (last_request_) take_no_more();
}

void Connection::handle(const RequestView& request, Ticket ticket) {
  if (request.is_for_server()) return worker_.reply(ticket, about_server);
  try {
    if (const Worker::Destination* destination = worker_.route(request.path()))
      destination->responder->handle(request, ticket);
    else
      reply_error(ticket, nothing_here());
  } catch (const std::exception& error) {
    reply_internal_error(ticket, error);
  }
}

/// An exception of a responder, such as out of memory, fails one request and not the server.
void Connection::reply_internal_error(Ticket ticket, const std::exception& error) {
  Slot& own = slot(next_ - 1);
  if (std::exchange(own.streaming, false)) own.waiting = false;
  if (!own.waiting) return;
  own.close = last_request_ = true;
  reply_error(ticket, unexpected(error));
}

void Connection::refuse(const Error& error) {
  const Ticket ticket = admitted_ ? *admitted_ : open_slot(nullptr);
  admitted_.reset();
  Slot& own = slot(next_ - 1);
  own.close = true;
  own.continue_first = false;
  must_drain_ = true;
  reply_error(ticket, error);
  take_no_more();
}

/// With what the responder adds to its own errors: without, a browser keeps them from its page.
void Connection::reply_error(Ticket ticket, const Error& error) {
  std::string headers;
  if (parser_.has_head()) {
    const RequestView head = parser_.request(peer_);
    if (const Worker::Destination* destination = worker_.route(head.path()))
      headers = destination->responder->refusal_headers(head);
  }
  worker_.reply(ticket, error, headers);
}

Ticket Connection::open_slot(const RequestView* request) {
  WEIR_ASSERT(next_ - first_ < limits::pipelined_requests_max);
  if (next_ - first_ == slots_.size()) grow_slots();
  Slot& own = slot(next_);
  own.waiting = true;
  own.close = !request || !request->keep_alive() || worker_.stopping();
  own.is_http10 = request && request->is_http10();
  own.head_only = request && request->method() == "HEAD";
  own.continue_first = false;
  return {ticket_base_ | (next_++ & 0xFFFF)};
}

void Connection::grow_slots() {
  std::vector<Slot> larger(slots_.size() * 2);
  for (std::uint64_t number = first_; number < next_; ++number)
    larger[number & (larger.size() - 1)] = std::move(slot(number));
  slots_ = std::move(larger);
}

Connection::Slot* Connection::open_slot_of(Ticket ticket) {
  const auto behind = static_cast<std::uint16_t>(ticket.value - first_);
  if (closed_ || behind >= next_ - first_) return nullptr;
  return &slot(first_ + behind);
}

bool Connection::fill(Ticket ticket, const Reply& reply) {
  Slot* const found = open_slot_of(ticket);
  if (!found) return false;
  Slot& own = *found;
  WEIR_ASSERT(own.waiting && !own.streaming);
  const Persistence persistence = own.close       ? Persistence::close
                                  : own.is_http10 ? Persistence::keep_http10
                                                  : Persistence::keep;
  append_reply(own.reply, reply, persistence, own.head_only);
  own.waiting = false;
  return true;
}

/// Its end is the connection's, so that it needs no chunks: a client that stops reading in the
/// middle of an event loses that event only, and asks for it again.
bool Connection::begin_stream(Ticket ticket, const Reply& head) {
  Slot* const own = open_slot_of(ticket);
  if (!own) return false;
  WEIR_ASSERT(own->waiting && own == &slot(next_ - 1));
  append_head(own->reply, head);
  const bool has_body = !own->head_only;
  if (has_body) own->reply += head.body;
  own->close = last_request_ = true;
  transport_.bound_unsent(stream_socket_bytes);
  own->streaming = own->waiting = has_body;
  return true;
}

std::optional<std::size_t> Connection::add_to_stream(Ticket ticket, std::string_view bytes) {
  Slot* const own = open_slot_of(ticket);
  if (!own || !own->streaming) return std::nullopt;
  own->reply += bytes;
  return own->reply.size() + out_.size() - written_;
}

bool Connection::end_stream(Ticket ticket) {
  Slot* const own = open_slot_of(ticket);
  if (!own || !own->streaming) return false;
  own->streaming = own->waiting = false;
  return true;
}

void Connection::end_streams() {
  for (std::uint64_t number = first_; number < next_; ++number)
    if (std::exchange(slot(number).streaming, false)) slot(number).waiting = false;
  worker_.mark_dirty(*this);
}

void Connection::flush() {
  if (closed_) return;
  gather();
  if (!writing_ && !out_.empty()) write();
  if (closed_) return;
  if (parked_) parse();
  end_turn();
}

/// Moves the replies that are next in order to the output buffer.
void Connection::gather() {
  while (!slots_empty()) {
    Slot& own = slot(first_);
    if (own.waiting && !own.streaming) {
      if (std::exchange(own.continue_first, false)) out_ += continue_reply;
      return;
    }
    if (out_.empty())
      out_.swap(own.reply);
    else
      out_ += own.reply;
    if (own.streaming) {
      own.reply = {};
      return;
    }
    clear(own.reply);
    ++first_;
  }
}

void Connection::write() {
  const auto [step, bytes] = transport_.write(std::string_view(out_).substr(written_));
  written_ += bytes;
  if (step == Transport::Step::ended || step == Transport::Step::failed) return close();
  writing_ = written_ < out_.size();
  if (writing_) {
    write_deadline_ = worker_.tick_after(worker_.shared().options.timeouts.write);
    return;
  }
  write_deadline_ = 0;
  clear(out_);
  written_ = 0;
  // A stream is mostly waiting for its next event, and keeps no buffer for it.
  if (!slots_empty() && slot(first_).streaming) out_ = {};
}

/// The end of the connection's turn: decides what the connection waits for.
void Connection::end_turn() {
  if (draining_) return;
  if (last_request_ && all_written()) return finish();
  if (may_read_ && !last_request_ && !parked_) worker_.mark_has_more(*this);
  set_deadline();
}

void Connection::set_deadline() {
  const Timeouts& timeouts = worker_.shared().options.timeouts;
  if (last_request_ || parked_) {
    deadline_ = 0;
  } else if (!parser_.idle() || transport_.handshaking()) {
    if (request_deadline_ == 0) request_deadline_ = worker_.tick_after(timeouts.head);
    deadline_ = request_deadline_;
  } else {
    request_deadline_ = 0;
    deadline_ = all_written() ? worker_.tick_after(timeouts.idle) : 0;
  }
}

void Connection::on_tick() {
  if (closed_) return;
  const auto is_over = [this](std::uint64_t deadline) {
    return deadline != 0 && worker_.tick() >= deadline;
  };
  if (is_over(write_deadline_)) return close();
  if (!is_over(deadline_)) return;
  if (draining_ || parser_.idle()) return close();
  refuse({Errc::request_timeout, parser_.in_body() ? "The request's body did not arrive in time."
                                                   : "The request's head did not arrive in time."});
}

void Connection::wind_down() {
  if (closed_) return;
  end_streams();
  if (last_request_ || !parser_.idle()) return;
  last_request_ = true;
  if (!slots_empty() && slot(next_ - 1).waiting) slot(next_ - 1).close = true;
  worker_.mark_dirty(*this);
}

/// All is written. Closing with unread input would reset the connection, and the client might never
/// see the reply.
void Connection::finish() {
  if (!must_drain_) return close();
  transport_.end_writing();
  draining_ = may_read_ = true;
  deadline_ = worker_.tick_after(worker_.shared().options.timeouts.drain);
  drain();
}

void Connection::drain() {
  while (may_read_) {
    const auto [step, bytes] = transport_.read(worker_.discard());
    drained_ += bytes;
    const bool over = step == Transport::Step::ended || step == Transport::Step::failed;
    if (over || drained_ > limits::drain_bytes_max) return close();
    may_read_ = step == Transport::Step::done;
  }
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  tell_gone();
  transport_.close();
  worker_.retire(*this);
}

}  // namespace weir::http
