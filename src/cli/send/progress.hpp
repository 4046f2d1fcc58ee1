#pragma once

#include <cstdint>
#include <string>

#include "cli/terminal.hpp"

namespace weir::cli {

/// The progress of a `weir send`.
struct SendState {
  std::uint64_t accepted = 0;
  std::uint64_t failed = 0;       // refused or given up
  std::uint64_t bytes = 0;        // read from the sources and done
  std::uint64_t bytes_total = 0;  // 0: not known
};

/// A progress line on a terminal, redrawn a few times a second. Prints nothing when the output is
/// not a terminal. Used by one thread at a time.
class Progress {
 public:
  Progress(Terminal& terminal, bool is_wanted);
  void show(const SendState& state);
  /// Clears the progress line.
  void end();

 private:
  Terminal& terminal_;
  const bool is_wanted_;
  const Time begun_;
  Time shown_at_;
  bool is_shown_ = false;
};

/// "[=====>    ]  52%  1,234 sent  617/s  2 failed", without bar where the total is not known.
std::string progress_line(const SendState& state, double seconds);

}  // namespace weir::cli
