#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir::app {

/// One setting of the server. All of them stand in one table (settings.cpp), from which come
/// parsing, bounds, `weir settings` and docs/configuration.md. Values are whole numbers in the unit
/// the key ends with.
struct Setting {
  std::string_view key;
  std::string_view doc;
  std::int64_t standard;
  std::int64_t min;
  std::int64_t max;
};

std::span<const Setting> settings();

/// The values a server runs with.
class Config {
 public:
  Config();
  /// "key=value", as --set gives it. An unknown key or a value out of bounds is bad_request.
  Result<void> set(std::string_view assignment);
  /// A TOML file of the same keys: [batch] age_s = 60.
  Result<void> load(const std::string& path);
  std::int64_t operator[](std::string_view key) const;

 private:
  Result<void> set(std::string_view key, std::int64_t value);
  std::map<std::string, std::int64_t, std::less<>> values_;
};

/// The settings table as docs/configuration.md shows it.
std::string settings_markdown();

}  // namespace weir::app
