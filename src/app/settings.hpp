#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir::app {

/// Whether a running server applies a new value on SIGHUP, or only at its next start.
enum class Takes : std::uint8_t { at_start, on_reload };

/// One setting whose value is a whole number, in the unit at the end of its key. All settings are
/// in two tables (settings.cpp). Parsing, bounds, `weir settings` and docs/configuration.md derive
/// from them.
struct Setting {
  std::string_view key;
  std::string_view doc;
  std::int64_t standard;
  std::int64_t min;
  std::int64_t max;
  Takes takes = Takes::at_start;
};

/// One setting whose value is text.
struct TextSetting {
  std::string_view key;
  std::string_view doc;
  std::string_view standard;
  std::string_view choices;  // "text|json"; empty: anything
  Takes takes = Takes::at_start;
};

std::span<const Setting> settings();
std::span<const TextSetting> text_settings();

/// The values a server runs with.
class Config {
 public:
  Config();
  /// "key=value", as --set gives it. An unknown key or a value out of bounds is bad_request.
  Result<void> set(std::string_view assignment);
  /// A TOML file of the same keys: [batch] age_s = 60.
  Result<void> load(const std::string& path);
  /// The value of a number setting. The key must be in the table.
  std::int64_t operator[](std::string_view key) const;
  /// The value of a text setting. The key must be in the table.
  const std::string& text(std::string_view key) const;

  struct Changes {
    std::vector<std::string> taken;    // keys whose new value applies now
    std::vector<std::string> waiting;  // keys whose new value applies at the next start
  };
  /// Applies the values of `next` that a running server can change.
  Changes reload(const Config& next);

 private:
  Result<void> set(std::string_view key, std::int64_t value);
  Result<void> set(std::string_view key, std::string_view value);
  std::map<std::string, std::int64_t, std::less<>> numbers_;
  std::map<std::string, std::string, std::less<>> texts_;
};

/// The settings of a file, where one is named, and then of assignments, "key=value".
Result<Config> read_config(const std::string& file, const std::vector<std::string>& assignments);

/// The settings tables as docs/configuration.md shows them.
std::string settings_markdown();

}  // namespace weir::app
