#include "app/logging.hpp"

#include <memory>
#include <string>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

// A line's members reach the formatter through a thread-local pointer. spdlog passes text only, and
// a text with the members in it would have to be parsed again for JSON.
namespace weir::app {
namespace {

/// The members of the line that this thread is logging: formatters run on the logging thread.
thread_local const std::initializer_list<LogMember>* current_members = nullptr;

std::string moment_text(const spdlog::log_clock::time_point& time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), millis.count());
}

std::string_view view_of(const spdlog::string_view_t& text) {
  return {text.data(), text.size()};
}

boost::json::string_view json_text(const spdlog::string_view_t& text) {
  return {text.data(), text.size()};
}

class TextLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
    std::string text =
        fmt::format("{} {} {}", moment_text(line.time),
                    view_of(spdlog::level::to_string_view(line.level)), view_of(line.payload));
    if (current_members)
      for (const LogMember& member : *current_members) {
        const bool is_word =
            member.value.is_string() &&
            member.value.get_string().find_first_of(" \"=\n\r") == boost::json::string_view::npos;
        text += fmt::format(" {}={}", member.name,
                            is_word ? std::string(member.value.get_string())
                                    : boost::json::serialize(member.value));
      }
    text += '\n';
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<formatter> clone() const override { return std::make_unique<TextLines>(); }
};

class JsonLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
    boost::json::object object{{"time", moment_text(line.time)},
                               {"level", json_text(spdlog::level::to_string_view(line.level))},
                               {"message", json_text(line.payload)}};
    if (current_members)
      for (const LogMember& member : *current_members)
        object[member.name] = member.value;
    const std::string text = boost::json::serialize(object) + "\n";
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonLines>(); }
};

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

void set_up_logging(std::string_view format, std::string_view level) {
  constexpr const char* name = "weir";
  if (spdlog::default_logger()->name() != name)
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>(name, std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  if (format == "json")
    spdlog::set_formatter(std::make_unique<JsonLines>());
  else
    spdlog::set_formatter(std::make_unique<TextLines>());
  spdlog::set_level(spdlog::level::from_str(std::string(level)));
  spdlog::flush_on(spdlog::level::debug);
}

void log_event(LogLevel level, std::string_view message, std::initializer_list<LogMember> members) {
  current_members = &members;
  spdlog::log(level_of(level), spdlog::string_view_t(message.data(), message.size()));
  current_members = nullptr;
}

}  // namespace weir::app
