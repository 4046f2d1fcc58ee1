#pragma once

#include "cli/commands/command.hpp"

namespace weir::cli {

void add_stream_validate(Command noun, const SessionPtr& session);  // of the noun stream

}  // namespace weir::cli
