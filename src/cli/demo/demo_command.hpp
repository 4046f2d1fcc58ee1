#pragma once

#include "cli/command_line/command_line.hpp"
#include "cli/terminal.hpp"

namespace weir::cli::demo {

/// Adds `weir demo`: the main job on real payloads against a real `weir serve`, killed on the way.
void add_demo_command(Command app, Terminal& terminal);

}  // namespace weir::cli::demo
