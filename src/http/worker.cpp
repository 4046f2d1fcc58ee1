#include "http/worker.hpp"

#include <algorithm>
#include <charconv>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.hpp"
#include "base/http.hpp"
#include "base/internal_error.hpp"
#include "base/thread.hpp"
#include "http/connection.hpp"

namespace weir::http {
namespace {

// A ticket is slot, generation and the request's running number within its connection.
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

Error unexpected(const std::exception& error) {
  return internal_error(
      "The server failed at this unexpectedly. Please report it with its "
      "request_id, by which the server's log says more.",
      error.what());
}

std::uint64_t Shared::large_body_bytes() const {
  std::uint64_t bytes = 0;
  for (const MemoryBudget& budget : body_memory)
    bytes += budget.used();
  return bytes;
}

Worker::Worker(Shared& shared, unsigned number)
    : shared_(shared), number_(number), wakeup_(new_eventfd()) {
  const bool watched = poller_.watch_readable(wakeup_, *this);
  WEIR_ASSERT(watched);
  for (std::size_t i = 0; i < shared.routes.size(); ++i)
    destinations_.push_back({shared.routes[i].responder(*this), shared.body_memory[i]});
}

Worker::~Worker() {
  close_arrivals();
  ::close(wakeup_);
}

void Worker::run() noexcept {
  name_this_thread(("weir-http-" + std::to_string(number_)).c_str());
  next_tick_at_ = std::chrono::steady_clock::now() + shared_.options.timeouts.tick;
  while (!drained_)
    if (!turn()) take_turn(until_tick());
  slots_.clear();  // connections left after the grace time
}

bool Worker::turn() {
  if (take_turn(std::chrono::milliseconds(0))) return true;
  for (const Destination& destination : destinations_)
    destination.responder->on_idle();
  return false;
}

void Worker::pass_tick() {
  tick_on();
  flush();
}

void Worker::wake() noexcept {
  if (woken_.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  const auto written = ::write(wakeup_, &one, sizeof one);
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

void Worker::close_arrivals() {
  const std::lock_guard lock(mutex_);
  for (const Arrival& arrival : arrivals_) {
    ::close(arrival.socket);
    open_.fetch_sub(1, std::memory_order_relaxed);
  }
  arrivals_.clear();
}

void Worker::request_stop() {
  stop_requested_.store(true, std::memory_order_release);
  wake();
}

/// False: there was nothing to do, and no input is left to read.
bool Worker::take_turn(std::chrono::milliseconds patience) {
  const std::size_t ready = poller_.wait(patience) + read_on();
  if (const auto now = std::chrono::steady_clock::now(); now >= next_tick_at_) {
    next_tick_at_ = now + shared_.options.timeouts.tick;
    tick_on();
  }
  flush();
  return ready > 0 || !have_more_.empty();
}

/// Handles the input that was left in the sockets in the last turn.
std::size_t Worker::read_on() {
  reading_on_.swap(have_more_);
  for (Connection* connection : reading_on_) {
    connection->has_more = false;
    connection->read();
  }
  const std::size_t count = reading_on_.size();
  reading_on_.clear();
  return count;
}

void Worker::drain_wakeup() {
  std::uint64_t wakes = 0;
  [[maybe_unused]] const auto read = ::read(wakeup_, &wakes, sizeof wakes);
  // Cleared before looking: anything added from now on wakes the loop again.
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
  for (const Destination& destination : destinations_)
    destination.responder->on_wake();
  if (stop_requested_.load(std::memory_order_acquire) && !stopping_) begin_stop();
}

void Worker::adopt(int socket, std::string peer) {
  const auto& tls = shared_.options.tls;
  auto session = tls && !stopping_ ? tls->session(socket) : nullptr;
  if (stopping_ || (tls && !session) || (free_slots_.empty() && slots_.size() == seats_max)) {
    ::close(socket);
    return;
  }
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t number = free_slots_.back();
  free_slots_.pop_back();
  ConnectionSlot& slot = slots_[number];
  slot.generation = (slot.generation + 1) & ((1u << generation_bits) - 1);
  const std::uint64_t ticket_base = (std::uint64_t{number} << generation_bits | slot.generation)
                                    << number_bits;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  slot.connection =
      std::make_unique<Connection>(*this, socket, std::move(session), ticket_base, std::move(peer));
  open_.fetch_add(1, std::memory_order_relaxed);
  accepted_.add();
  if (!poller_.watch_edges(socket, *slot.connection)) slot.connection->close();
}

Connection* Worker::find(Ticket ticket) {
  const std::uint64_t slot = ticket.value >> (generation_bits + number_bits);
  const std::uint64_t generation = ticket.value >> number_bits & ((1u << generation_bits) - 1);
  if (slot >= slots_.size() || slots_[slot].generation != generation) return nullptr;
  return slots_[slot].connection.get();
}

void Worker::reply(Ticket ticket, const Reply& reply) {
  Connection* connection = find(ticket);
  if (!connection || !connection->fill(ticket, reply)) return;
  replies_.add(reply.status);
  mark_dirty(*connection);
}

void Worker::reply(Ticket ticket, const Error& error, std::string_view headers) {
  const std::string id = request_id();
  const Response response = error_response(error, id);
  if (!response.cause.empty() && shared_.options.on_internal_error)
    shared_.options.on_internal_error(id, response.cause);
  std::string lines(headers);
  for (const auto& [name, value] : response.headers)
    if (lines.find(name + ": ") == std::string::npos) lines += name + ": " + value + "\r\n";
  reply(ticket, {response.status, response.content_type, lines, response.body});
}

void Worker::begin(Ticket ticket, const Reply& head) {
  Connection* connection = find(ticket);
  if (!connection || !connection->begin_stream(ticket, head)) return;
  replies_.add(head.status);
  mark_dirty(*connection);
}

std::optional<std::size_t> Worker::add(Ticket ticket, std::string_view bytes) {
  Connection* connection = find(ticket);
  if (!connection) return std::nullopt;
  const auto waiting = connection->add_to_stream(ticket, bytes);
  if (waiting) mark_dirty(*connection);
  return waiting;
}

void Worker::end(Ticket ticket) {
  Connection* connection = find(ticket);
  if (connection && connection->end_stream(ticket)) mark_dirty(*connection);
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

const Worker::Destination* Worker::route(std::string_view path) const {
  for (std::size_t i = 0; i < destinations_.size(); ++i)
    if (path.starts_with(shared_.routes[i].prefix)) return &destinations_[i];
  return nullptr;
}

void Worker::mark_dirty(Connection& connection) {
  if (std::exchange(connection.dirty, true)) return;
  dirty_.push_back(&connection);
}

void Worker::mark_has_more(Connection& connection) {
  if (std::exchange(connection.has_more, true)) return;
  have_more_.push_back(&connection);
}

void Worker::retire(Connection& connection) {
  retired_.push_back(&connection);
}

void Worker::tell_gone(Ticket ticket) {
  for (const Destination& destination : destinations_)
    destination.responder->on_gone(ticket);
}

void Worker::flush() {
  for (std::size_t i = 0; i < dirty_.size(); ++i) {  // grows meanwhile
    dirty_[i]->dirty = false;
    dirty_[i]->flush();
  }
  dirty_.clear();
  for (Connection* connection : retired_) {
    if (connection->has_more) std::erase(have_more_, connection);
    const std::uint32_t slot = connection->slot();
    slots_[slot].connection.reset();
    free_slots_.push_back(slot);
    open_.fetch_sub(1, std::memory_order_relaxed);
  }
  retired_.clear();
  drained_ = stopping_ && free_slots_.size() == slots_.size();
}

std::uint64_t Worker::tick_after(std::chrono::milliseconds time) const {
  const auto tick = shared_.options.timeouts.tick;
  return tick_ + static_cast<std::uint64_t>((time + tick - std::chrono::milliseconds(1)) / tick) +
         1;
}

/// Rounded up: epoll counts in milliseconds, and waking too early wastes a turn.
std::chrono::milliseconds Worker::until_tick() const {
  const auto left = next_tick_at_ - std::chrono::steady_clock::now();
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds(0));
}

void Worker::tick_on() {
  const auto tick = shared_.options.timeouts.tick;
  ++tick_;
  for (const Destination& destination : destinations_)
    destination.responder->on_tick(tick);
  sweep();
  if (on_tick_) on_tick_();
}

/// One sweep over all connections per tick is far cheaper than a timer per request.
void Worker::sweep() {
  const bool over = stopping_ && tick_ >= stop_tick_;
  for (const ConnectionSlot& slot : slots_) {
    if (!slot.connection) continue;
    if (over)
      slot.connection->close();
    else
      slot.connection->on_tick();
  }
}

void Worker::begin_stop() {
  stopping_ = true;
  stop_tick_ = tick_after(shared_.options.timeouts.grace);
  if (on_stop_) on_stop_();
  for (const ConnectionSlot& slot : slots_)
    if (slot.connection) slot.connection->wind_down();
}

void Worker::add_to(ServerStats& stats) const {
  stats.connections_open += open_.load(std::memory_order_relaxed);
  stats.connections_accepted += accepted_.value();
  for (std::size_t i = 0; i < stats.replies.size(); ++i)
    stats.replies[i] += replies_.value(i);
}

}  // namespace weir::http
