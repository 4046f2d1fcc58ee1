#pragma once

#include <span>
#include <string_view>

/// The web UI's files, as `script/ui` built them (ui/README.md) and cmake/ui.cmake put them into
/// the program. Constant data; any thread.
namespace weir::ui {

struct File {
  std::string_view path;  // below /ui: "assets/index-B2xV.js"
  std::string_view content_type;
  std::string_view etag;   // with its quotes
  std::string_view gzip;   // its bytes, compressed
  std::size_t bytes = 0;   // once expanded
  bool immutable = false;  // its name is made of its content, so it never changes
};

/// All of them, by path in ascending order.
std::span<const File> files();

}  // namespace weir::ui
