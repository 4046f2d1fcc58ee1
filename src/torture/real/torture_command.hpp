#pragma once

#include "cli/command_line/command_line.hpp"
#include "cli/terminal.hpp"

namespace weir::torture {

/// `weir torture`: stories on the fake disk, or kill -9 of real servers on a real disk.
void add_torture_command(cli::Command app, cli::Terminal& terminal);

}  // namespace weir::torture
