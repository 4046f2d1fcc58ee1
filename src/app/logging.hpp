#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

/// The server's log on standard error. Plain lines use spdlog's own functions; lines with members,
/// such as a request_id, use log_event().
namespace weir::app {

/// Takes the settings' values: "text" or "json"; "debug", "info", "warning" or "error". May be
/// called again while the server runs.
void set_up_logging(std::string_view format, std::string_view level);

enum class LogLevel { debug, info, warning, error };

struct LogMember {
  LogMember(std::string_view n, std::string_view text)
      : name(n), value(boost::json::string(text.data(), text.size())) {}
  LogMember(std::string_view n, const char* text) : LogMember(n, std::string_view(text)) {}
  LogMember(std::string_view n, const std::string& text) : LogMember(n, std::string_view(text)) {}
  LogMember(std::string_view n, std::int64_t number) : name(n), value(number) {}
  LogMember(std::string_view n, boost::json::array items) : name(n), value(std::move(items)) {}

  std::string_view name;
  boost::json::value value;
};

/// In text format: the message, then name=value for each member. In JSON format: the members beside
/// `time`, `level` and `message`. Any thread.
void log_event(LogLevel level, std::string_view message, std::initializer_list<LogMember> members);

}  // namespace weir::app
