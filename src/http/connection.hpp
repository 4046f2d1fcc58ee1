#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "http/poller.hpp"
#include "http/reply_format.hpp"
#include "http/request_parser.hpp"
#include "http/transport.hpp"
#include "http/worker.hpp"

namespace weir::http {

/// One client's connection. In a turn it reads what has arrived, parses all of it, lets handlers
/// answer now or later, and writes the ready replies in order. Lives on its worker's thread.
///
/// Replies wait in a ring of slots, one per request in flight; a ticket's low bits are its slot's
/// running number. The worker deletes a closed connection at the end of the turn.
class Connection final : public Poller::Watcher {
 public:
  Connection(Worker& worker, int socket, std::unique_ptr<TlsSession> session,
             std::uint64_t ticket_base, std::string peer);

  std::uint32_t slot() const { return static_cast<std::uint32_t>(ticket_base_ >> 44); }
  void on_ready(Poller::Ready ready) override;
  /// Reads once per turn; the rest of a busy client's bytes waits, so that others get a turn.
  void read();
  /// Fills the slot that the ticket names; false if that slot no longer waits for a reply.
  bool fill(Ticket ticket, const Reply& reply);
  /// As in Loop: begin(), add() and end(), with false or nullopt where nothing is under way.
  bool begin_stream(Ticket ticket, const Reply& head);
  std::optional<std::size_t> add_to_stream(Ticket ticket, std::string_view bytes);
  bool end_stream(Ticket ticket);
  /// Writes what is ready, then continues with requests that waited for room.
  void flush();
  void on_tick();
  /// The server is stopping: takes no new requests and answers those in flight.
  void wind_down();
  void close();

  // State that the worker keeps for this connection.
  bool dirty = false;
  bool has_more = false;

 private:
  struct Slot {
    bool waiting = false;
    bool streaming = false;  // its reply has begun, and is not over
    bool close = false;
    bool is_http10 = false;
    bool head_only = false;
    bool continue_first = false;  // send 100 Continue before the body is read
    std::string reply;
  };

  /// Tells the responders of the requests that still wait for a reply.
  void tell_gone();
  void parse();
  void take_head();
  std::optional<std::uint64_t> admit(const RequestView& head, Ticket ticket);
  void take_request();
  void end_of_input();
  void take_no_more();
  void handle(const RequestView& request, Ticket ticket);
  void reply_internal_error(Ticket ticket, const std::exception& error);
  void refuse(const Error& error);
  void reply_error(Ticket ticket, const Error& error);
  Ticket open_slot(const RequestView* request);
  /// The slot of a reply that has not ended; null: there is none.
  Slot* open_slot_of(Ticket ticket);
  void end_streams();
  Slot& slot(std::uint64_t number) { return slots_[number & (slots_.size() - 1)]; }
  bool slots_empty() const { return first_ == next_; }
  bool is_reading() const { return draining_ || (!last_request_ && !parked_); }
  bool backlogged() const;
  void gather();
  void write();
  bool all_written() const { return slots_empty() && out_.empty(); }
  void finish();
  void drain();
  void end_turn();
  void set_deadline();
  void grow_slots();

  Worker& worker_;
  Transport transport_;
  const std::uint64_t ticket_base_;
  const std::string peer_;
  RequestParser parser_;
  std::vector<Slot> slots_;         // a ring of a power of two, as large as it ever had to be
  std::uint64_t first_ = 0;         // number of the oldest slot
  std::uint64_t next_ = 0;          // of the next to open
  std::optional<Ticket> admitted_;  // the request whose body is on its way
  std::string out_;
  std::size_t written_ = 0;  // of out_
  std::uint64_t drained_ = 0;
  // In ticks; 0: none.
  std::uint64_t request_deadline_ = 0;  // of the request that is arriving, or the handshake
  std::uint64_t deadline_ = 0;
  std::uint64_t write_deadline_ = 0;

  bool may_read_ = false;    // the socket has not returned EAGAIN since its last edge
  bool read_waits_ = false;  // TLS must write before it can read
  bool gone_reported_ = false;
  bool hung_up_ = false;       // the client sent FIN: end of input follows what has arrived
  bool writing_ = false;       // waits until the socket is writable
  bool parked_ = false;        // has requests that wait for slots or room
  bool last_request_ = false;  // takes no further request: closes once all is written
  bool draining_ = false;      // all replies are sent: discards input so the client can read them
  bool must_drain_ = false;
  bool closed_ = false;
};

}  // namespace weir::http
