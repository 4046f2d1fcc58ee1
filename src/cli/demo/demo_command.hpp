#pragma once

#include "cli/terminal.hpp"

namespace CLI {
class App;
}

namespace weir::cli::demo {

/// Adds `weir demo`: the main job on real payloads against a real `weir serve`, killed on the way.
void add_demo_command(CLI::App& app, Terminal& terminal);

}  // namespace weir::cli::demo
