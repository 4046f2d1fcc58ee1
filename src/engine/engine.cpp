// Words for the columns of results, the same whichever engine made them.

#include "engine/engine.hpp"

#include <algorithm>

namespace weir::engine {

namespace {

constexpr std::size_t errors_shown = 3;

std::string described(const RowError& error) {
  std::string text = error.file.empty() ? "row " : error.file + " row ";
  text += std::to_string(error.row);
  if (!error.field.empty()) text += ", field \"" + error.field + "\"";
  return text + ": " + error.reason;
}

}  // namespace

std::string_view name_of(ErrorState state) {
  constexpr std::string_view names[] = {"open", "mended", "repeated", "dismissed"};
  return names[static_cast<std::size_t>(state)];
}

Error over_threshold_error(const Load& load, const LoadCounts& counts) {
  std::string message = std::to_string(counts.errors) + " of " + std::to_string(counts.read) +
                        " rows for \"" + load.table + "\" have errors, more than the " +
                        std::to_string(load.error_threshold) +
                        " % allowed; nothing was loaded. Mend the data or the feed, or raise the "
                        "feed's error threshold. The first errors: ";
  const std::size_t shown = std::min(errors_shown, counts.row_errors.size());
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) message += "; ";
    message += described(counts.row_errors[i]);
  }
  return Error{Errc::bad_request, std::move(message)};
}

}  // namespace weir::engine
