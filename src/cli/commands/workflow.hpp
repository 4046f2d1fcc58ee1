#pragma once

#include <boost/json/value.hpp>

#include "cli/commands/command.hpp"

/// Workflow runs, for the nouns that start and show them.
namespace weir::cli {

/// Whether a run in this state will change no more.
bool is_final(const std::string& state);

/// Polls the run twice a second until its state is final, and tells what is new of it
/// (run_progress.hpp).
Result<boost::json::value> wait_for_run(Terminal& terminal, Api& api, const std::string& id);

/// The run with its tasks. A run that failed, was stopped or canceled makes the exit code 1.
void print_run(Session& session, const boost::json::value& run);

/// Of a run that was just started: with `wait` waits for its end and prints it; otherwise prints
/// `sentence`.
Result<void> print_started(Session& session, Api& api, const boost::json::value& run, bool wait,
                           const std::string& sentence);

}  // namespace weir::cli
