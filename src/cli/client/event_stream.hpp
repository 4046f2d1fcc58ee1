#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace weir::cli {

/// One event of `text/event-stream` (HTML standard, server-sent events).
struct ServerEvent {
  std::string name;  // "message" where it has none
  std::string data;  // lines joined by line feeds
};

/// Reads events out of bytes that come in pieces of any size. Used by one thread.
class EventStream {
 public:
  using Take = std::function<void(const ServerEvent&)>;

  void feed(std::string_view bytes, const Take& take);
  /// Of the last event that had one: where to go on after a break.
  const std::string& last_id() const { return last_id_; }
  /// Forgets an event of which the end has not come.
  void restart();

 private:
  void end_line(const Take& take);

  std::string line_;
  ServerEvent event_;
  bool has_data_ = false;
  bool after_return_ = false;
  std::string id_;
  std::string last_id_;
};

}  // namespace weir::cli
