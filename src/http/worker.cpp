#include "http/worker.hpp"

#include <charconv>

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.hpp"
#include "base/http.hpp"
#include "http/connection.hpp"

namespace weir::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// A ticket is seat, generation and the request's running number within its connection.
constexpr unsigned seat_bits = 20;
constexpr unsigned generation_bits = 28;
constexpr unsigned number_bits = 16;
constexpr std::uint32_t seats_max = 1u << seat_bits;
static_assert(seat_bits + generation_bits + number_bits == 64);
static_assert(limits::pipelined_requests_max < (1u << number_bits));

int new_eventfd() {
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  WEIR_ASSERT(fd >= 0);
  return fd;
}

}  // namespace

Error too_large(std::uint64_t bytes_max) {
  return {Errc::too_large, "The body is over the limit of " + std::to_string(bytes_max) +
                               " bytes. Send a smaller one."};
}

Worker::Worker(Shared& shared, unsigned number)
    : shared_(shared),
      number_(number),
      io_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
      mailbox_(io_.get_executor(), new_eventfd()),
      timer_(io_.get_executor()) {
  for (const Route& route : shared.routes)
    responders_.push_back(route.responder(*this));
}

Worker::~Worker() = default;

void Worker::run() noexcept {
  watch_mailbox();
  start_ticking();
  io_.run();
  seats_.clear();  // whatever the grace time did not suffice for
}

void Worker::wake() noexcept {
  if (woken_.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  const auto written = ::write(mailbox_.native_handle(), &one, sizeof one);
  WEIR_ASSERT(written == sizeof one);
}

void Worker::hand_over(int socket, std::string peer) {
  open_.fetch_add(1, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    arrivals_.push_back({socket, std::move(peer)});
  }
  wake();
}

void Worker::request_stop() {
  stop_requested_.store(true, std::memory_order_release);
  wake();
}

void Worker::watch_mailbox() {
  mailbox_.async_read_some(asio::buffer(mailbox_count_),
                           [this](const error_code& error, std::size_t) {
                             if (error == asio::error::operation_aborted) return;
                             watch_mailbox();
                             empty_mailbox();
                             flush();
                           });
}

void Worker::empty_mailbox() {
  // Before looking: what is put in from now on wakes us again.
  woken_.store(false, std::memory_order_seq_cst);
  std::vector<Arrival> arrivals;
  {
    const std::lock_guard lock(mutex_);
    arrivals.swap(arrivals_);
  }
  for (Arrival& arrival : arrivals) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    adopt(arrival.socket, std::move(arrival.peer));
  }
  for (const auto& responder : responders_)
    responder->on_wake();
  if (stop_requested_.load(std::memory_order_acquire) && !stopping_) begin_stop();
}

void Worker::adopt(int socket, std::string peer) {
  const auto& tls = shared_.options.tls;
  auto session = tls && !stopping_ ? tls->session(socket) : nullptr;
  if (stopping_ || (tls && !session) || (free_seats_.empty() && seats_.size() == seats_max)) {
    ::close(socket);
    return;
  }
  if (free_seats_.empty()) {
    free_seats_.push_back(static_cast<std::uint32_t>(seats_.size()));
    seats_.emplace_back();
  }
  const std::uint32_t number = free_seats_.back();
  free_seats_.pop_back();
  Seat& seat = seats_[number];
  seat.generation = (seat.generation + 1) & ((1u << generation_bits) - 1);
  const std::uint64_t ticket_base = (std::uint64_t{number} << generation_bits | seat.generation)
                                    << number_bits;
  Socket accepted(io_.get_executor(), asio::ip::tcp::v4(), socket);
  seat.connection = std::make_unique<Connection>(
      *this, Stream(std::move(accepted), std::move(session)), ticket_base, std::move(peer));
  open_.fetch_add(1, std::memory_order_relaxed);
  accepted_.add();
  seat.connection->start();
}

Connection* Worker::find(Ticket ticket) {
  const std::uint64_t seat = ticket.value >> (generation_bits + number_bits);
  const std::uint64_t generation = ticket.value >> number_bits & ((1u << generation_bits) - 1);
  if (seat >= seats_.size() || seats_[seat].generation != generation) return nullptr;
  return seats_[seat].connection.get();
}

void Worker::reply(Ticket ticket, const Reply& reply) {
  Connection* connection = find(ticket);
  if (!connection || !connection->fill(ticket, reply)) return;
  replies_.add(reply.status);
  mark_dirty(*connection);
}

void Worker::reply(Ticket ticket, const Error& error, std::string_view headers) {
  const Response response = error_response(error, request_id());
  std::string lines(headers);
  for (const auto& [name, value] : response.headers)
    if (lines.find(name + ": ") == std::string::npos) lines += name + ": " + value + "\r\n";
  reply(ticket, {response.status, response.content_type, lines, response.body});
}

std::string Worker::request_id() {
  char text[2 * 16 + 2];
  char* end = text;
  *end++ = '-';
  end = std::to_chars(end, text + sizeof text, number_, 16).ptr;
  *end++ = '-';
  end = std::to_chars(end, text + sizeof text, ++ids_, 16).ptr;
  return shared_.id_prefix + std::string(text, end);
}

Responder* Worker::route(std::string_view path) {
  for (std::size_t i = 0; i < responders_.size(); ++i)
    if (path.starts_with(shared_.routes[i].prefix)) return responders_[i].get();
  return nullptr;
}

void Worker::mark_dirty(Connection& connection) {
  if (std::exchange(connection.dirty, true)) return;
  dirty_.push_back(&connection);
}

void Worker::retire(Connection& connection) {
  retired_.push_back(&connection);
}

void Worker::flush() {
  for (std::size_t i = 0; i < dirty_.size(); ++i) {  // grows meanwhile
    dirty_[i]->dirty = false;
    dirty_[i]->flush();
  }
  dirty_.clear();
  for (Connection* connection : retired_) {
    const std::uint32_t seat = connection->seat();
    seats_[seat].connection.reset();
    free_seats_.push_back(seat);
    open_.fetch_sub(1, std::memory_order_relaxed);
  }
  retired_.clear();
  end_if_drained();
}

std::uint64_t Worker::tick_after(std::chrono::milliseconds time) const {
  const auto tick = shared_.options.timeouts.tick;
  return tick_ + static_cast<std::uint64_t>((time + tick - std::chrono::milliseconds(1)) / tick) +
         1;
}

void Worker::start_ticking() {
  timer_.expires_after(shared_.options.timeouts.tick);
  timer_.async_wait([this](const error_code& error) {
    if (error) return;
    ++tick_;
    for (const auto& responder : responders_)
      responder->on_tick(shared_.options.timeouts.tick);
    sweep();
    if (on_tick_) on_tick_();
    start_ticking();
    flush();
  });
}

/// One look at every connection a tick costs nothing beside a timer per request.
void Worker::sweep() {
  const bool over = stopping_ && tick_ >= stop_tick_;
  for (const Seat& seat : seats_) {
    if (!seat.connection) continue;
    if (over)
      seat.connection->close();
    else
      seat.connection->on_tick();
  }
}

void Worker::begin_stop() {
  stopping_ = true;
  stop_tick_ = tick_after(shared_.options.timeouts.grace);
  if (on_stop_) on_stop_();
  for (const Seat& seat : seats_)
    if (seat.connection) seat.connection->wind_down();
}

void Worker::end_if_drained() {
  if (!stopping_ || free_seats_.size() != seats_.size()) return;
  io_.stop();
}

void Worker::add_to(ServerStats& stats) const {
  stats.connections_open += open_.load(std::memory_order_relaxed);
  stats.connections_accepted += accepted_.value();
  for (std::size_t i = 0; i < stats.replies.size(); ++i)
    stats.replies[i] += replies_.value(i);
}

}  // namespace weir::http
