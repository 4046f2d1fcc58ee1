#pragma once

#include "cli/command_line/command_line.hpp"
#include "cli/terminal.hpp"

/// The commands: a thin client of the control API, and the demo. One file per noun in commands/.
namespace weir::cli {

/// Adds every client command, and the options they share, to `app`. Parsing then runs the named
/// command and sets terminal.exit_code. `terminal` outlives the parsing.
void add_client_commands(Command app, Terminal& terminal);

/// Parses and runs; returns the process's exit code: the command's, 0 for --help and --version, 2
/// for an invalid command line, which is explained on terminal.err.
int run(CommandLine& line, Terminal& terminal, int argc, const char* const* argv);

}  // namespace weir::cli
