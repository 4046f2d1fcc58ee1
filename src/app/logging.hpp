#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

/// What the server says about itself, on standard error. Plain lines go through spdlog's own
/// functions; those that carry members, a request_id say, through log_event().
namespace weir::app {

/// "text" or "json", and "debug", "info", "warning" or "error", as the settings have them. May be
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

/// As text: the message, then name=value of each member. As JSON: the members beside `time`,
/// `level` and `message`. Any thread.
void log_event(LogLevel level, std::string_view message, std::initializer_list<LogMember> members);

}  // namespace weir::app
