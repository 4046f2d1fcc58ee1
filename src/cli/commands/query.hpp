#pragma once

#include <string>

#include "cli/commands/command.hpp"

/// The verbs of the noun query that have files of their own.
namespace weir::cli {

void add_query_previews(Command noun, const SessionPtr& session);
void add_query_versions(Command noun, const SessionPtr& session);

/// The SQL that is given, or that of a file; bad_request without either.
Result<std::string> read_sql(Terminal& terminal, const std::string& sql, const std::string& file);

}  // namespace weir::cli
