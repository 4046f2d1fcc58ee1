#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir {

/// A bug of ours, or of a library. The first line of an internal error's message is for callers;
/// what follows it (a library's words, with paths and SQL of ours) is for the server's log alone.
inline Error internal_error(std::string for_callers, std::string_view for_log) {
  return {Errc::internal, std::move(for_callers.append("\n").append(for_log))};
}

/// What of an error's message a caller may read.
inline std::string text_for_callers(const Error& error) {
  return error.message.substr(
      0, error.code == Errc::internal ? error.message.find('\n') : std::string::npos);
}

}  // namespace weir
