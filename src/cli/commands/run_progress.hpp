#pragma once

#include <cstddef>
#include <string>

#include <boost/json/value.hpp>

#include "cli/terminal.hpp"

namespace weir::cli {

/// How far a run is, in one line without a break: "task 3 of 3, load Shop:Orders: reading, 620,000
/// of 1,000,000 records". Empty where no task is at work. `run` is what the API answers.
std::string progress_text(const boost::json::value& run);

/// Tells somebody who waits for a run what is new of it: its notices, a line each, and how far it
/// is. At a terminal that is one line, with a bar, the time and a rate, which is drawn anew; else a
/// line for each change.
class RunProgress {
 public:
  /// `terminal` outlives it.
  explicit RunProgress(Terminal& terminal);

  void show(const boost::json::value& run);
  /// Takes the line away, before anything else is printed.
  void end();

 private:
  void tell_notices(const boost::json::value& run);
  std::string drawn(const boost::json::value& run, const std::string& text);

  Terminal& terminal_;
  Time begun_;
  std::size_t told_ = 0;  // notices
  std::string line_;      // as it was shown last
  std::string task_;      // at work, and since when it was seen
  Time task_seen_;
};

}  // namespace weir::cli
