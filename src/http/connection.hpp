#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "http/reply_format.hpp"
#include "http/request_parser.hpp"
#include "http/stream.hpp"
#include "http/worker.hpp"

namespace weir::http {

/// One client. A turn is: read what is there, parse all of it, let handlers answer now or later,
/// write what is ready, in order, at once. Lives on its worker's thread.
///
/// Replies wait in a ring of slots, one a request in flight; a ticket's low bits are its slot's
/// running number. The connection is deleted by its worker once closed and no operation of Asio's
/// is outstanding.
class Connection {
 public:
  Connection(Worker& worker, Stream stream, std::uint64_t ticket_base, std::string peer);

  std::uint32_t seat() const { return static_cast<std::uint32_t>(ticket_base_ >> 44); }
  void start();
  /// Fills the slot the ticket names; false if it waits for no reply any more.
  bool fill(Ticket ticket, const Reply& reply);
  /// Writes what is ready and goes on with what waited for room.
  void flush();
  void on_tick();
  /// The server stops: no new requests, those in flight are answered.
  void wind_down();
  void close();

  bool dirty = false;  // the worker's mark

 private:
  struct Slot {
    bool waiting = false;
    bool close = false;
    bool is_http10 = false;
    bool head_only = false;
    bool continue_first = false;  // tell it to send its body
    std::string reply;
  };

  void read();
  void on_read(const boost::system::error_code& error, std::size_t bytes);
  void parse();
  void take_head();
  std::optional<std::uint64_t> admit(const RequestView& head, Ticket ticket);
  void take_request();
  void handle(const RequestView& request, Ticket ticket);
  void own_up(Ticket ticket, const std::exception& error);
  void refuse(const Error& error);
  Ticket open_slot(const RequestView* request);
  Slot& slot(std::uint64_t number) { return slots_[number % slots_.size()]; }
  bool slots_empty() const { return first_ == next_; }
  bool backlogged() const;
  void gather();
  void write();
  void on_writable(const boost::system::error_code& error);
  bool all_written() const { return slots_empty() && out_.empty(); }
  void finish();
  void drain();
  void settle();
  void set_deadline();
  void retire_if_done();

  Worker& worker_;
  Stream socket_;
  const std::uint64_t ticket_base_;
  const std::string peer_;
  RequestParser parser_;
  std::array<Slot, limits::pipelined_requests_max> slots_;
  std::uint64_t first_ = 0;         // number of the oldest slot
  std::uint64_t next_ = 0;          // of the next to open
  std::optional<Ticket> admitted_;  // the request whose body is on its way
  std::string out_;
  std::size_t written_ = 0;  // of out_
  std::uint64_t drained_ = 0;
  std::uint64_t request_deadline_ = 0;  // in ticks; 0: none
  std::uint64_t deadline_ = 0;

  bool reading_ = false;       // an operation is outstanding
  bool writing_ = false;       // the same
  bool parked_ = false;        // has requests that wait for slots or room
  bool last_request_ = false;  // no further request is taken: close once all is written
  bool draining_ = false;      // all is said; drop what still comes so that it can be read
  bool must_drain_ = false;
  bool closed_ = false;
};

}  // namespace weir::http
