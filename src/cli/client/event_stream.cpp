#include "cli/client/event_stream.hpp"

#include <algorithm>
#include <utility>

// Byte by byte, after the standard's own rules: a line ends with a line feed, a carriage return, or
// both; an empty line ends an event; one without data is none.
namespace weir::cli {

void EventStream::feed(std::string_view bytes, const Take& take) {
  for (const char c : bytes) {
    const bool is_second_half = std::exchange(after_return_, c == '\r') && c == '\n';
    if (is_second_half) continue;
    if (c == '\n' || c == '\r')
      end_line(take);
    else
      line_ += c;
  }
}

void EventStream::end_line(const Take& take) {
  const std::string line = std::exchange(line_, {});
  if (line.empty()) {
    last_id_ = id_;
    if (event_.name.empty()) event_.name = "message";
    if (has_data_) take(event_);
    event_ = {};
    has_data_ = false;
    return;
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view field = std::string_view(line).substr(0, colon);
  std::string_view value = std::string_view(line).substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") event_.name = value;
  if (field == "id") id_ = value;
  if (field != "data") return;
  if (std::exchange(has_data_, true)) event_.data += '\n';
  event_.data += value;
}

void EventStream::restart() {
  line_.clear();
  event_ = {};
  has_data_ = after_return_ = false;
  id_ = last_id_;
}

}  // namespace weir::cli
