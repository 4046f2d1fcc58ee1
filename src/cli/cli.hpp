#pragma once

#include "cli/terminal.hpp"

namespace CLI {
class App;
}

/// The commands: a thin client of the control API, and the demo. One file per noun in commands/.
namespace weir::cli {

/// Adds every client command and the options they share to `app`. Parsing then runs the one that
/// was named; what it came to is in terminal.exit_code. `terminal` outlives `app`'s parsing.
void add_client_commands(CLI::App& app, Terminal& terminal);

/// Parses and runs; returns the process's exit code: the command's, 0 for --help and --version,
/// 2 for a command line that cannot be read, which is explained on terminal.err.
int run(CLI::App& app, Terminal& terminal, int argc, const char* const* argv);

}  // namespace weir::cli
