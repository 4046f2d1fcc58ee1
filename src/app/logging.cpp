#include "app/logging.hpp"

#include <algorithm>
#include <cstdint>
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

constexpr bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// How many bytes the UTF-8 character has that begins here; 0 for none.
std::size_t character_size(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  if (!std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(size),
                   is_continuation))
    return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool is_overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool is_none = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return is_overlong || is_none ? 0 : size;
}

/// What others have sent is shown, never obeyed: bytes that are not UTF-8 and, for a terminal, each
/// control character, C1 and line breaks among them, as "\\x1b".
enum class Controls : std::uint8_t { shown, kept };
std::string shown(std::string_view text, Controls controls) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    const bool is_control = size == 1   ? byte < 0x20 || byte == 0x7F
                            : size == 2 ? byte == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0
                                        : false;
    if (size == 0 || (is_control && controls == Controls::shown)) {
      const std::size_t bytes = std::max<std::size_t>(size, 1);
      for (const char c : text.substr(0, bytes))
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      text.remove_prefix(bytes);
    } else {
      out.append(text.substr(0, size));
      text.remove_prefix(size);
    }
  }
  return out;
}

/// A member's text for a line of text: in quotes where it is not one word.
std::string word_of(const boost::json::string& text) {
  std::string word = shown(std::string_view(text.data(), text.size()), Controls::shown);
  if (word == std::string_view(text.data(), text.size()) && !word.empty() &&
      word.find_first_of(" \"=") == std::string::npos)
    return word;
  // Escaped twice, what was shown as \x1b could not be told from that text itself.
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

class TextLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
    std::string text = fmt::format("{} {} {}", moment_text(line.time),
                                   view_of(spdlog::level::to_string_view(line.level)),
                                   shown(view_of(line.payload), Controls::shown));
    if (current_members)
      for (const LogMember& member : *current_members)
        text += fmt::format(" {}={}", member.name,
                            member.value.is_string() ? word_of(member.value.get_string())
                                                     : boost::json::serialize(member.value));
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
                               {"message", shown(view_of(line.payload), Controls::kept)}};
    if (current_members)
      for (const LogMember& member : *current_members) {
        const auto* text = member.value.if_string();
        object[member.name] =
            text == nullptr ? member.value
                            : boost::json::value(shown(std::string_view(text->data(), text->size()),
                                                       Controls::kept));
      }
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
