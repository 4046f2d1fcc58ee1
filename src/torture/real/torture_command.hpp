#pragma once

#include "cli/terminal.hpp"

namespace CLI {
class App;
}

namespace weir::torture {

/// `weir torture`: stories on the fake disk, or kill -9 on a real one.
void add_torture_command(CLI::App& app, cli::Terminal& terminal);

}  // namespace weir::torture
