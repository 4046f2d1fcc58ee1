#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/http.hpp"
#include "env/random.hpp"
#include "ui/bundle.hpp"

namespace weir::ui {

/// Everything below this path is the UI's.
inline constexpr std::string_view path_prefix = "/ui";

/// Serves the web UI: its files by their names, and index.html for every other address below
/// /ui, since the page finds its way by itself. Asks nobody who one is: the files are the same for
/// all, and the data comes from the control API. Thread-safe; does not block.
class Pages {
 public:
  Pages(std::span<const File> files, Random& random) : files_(files), random_(random) {}

  /// GET and HEAD; anything else is a 405.
  http::Response handle(const http::Request& request) const;

 private:
  const File* find(std::string_view path) const;

  const std::span<const File> files_;
  Random& random_;
};

/// Where an address that people type leads: "/" to the UI's first page, "/api" to the API's page,
/// or to its OpenAPI document for what takes no page. nullopt: it is none of these.
std::optional<http::Response> way_in(const http::Request& request);

}  // namespace weir::ui
