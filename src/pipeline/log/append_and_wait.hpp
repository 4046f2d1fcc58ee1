#pragma once

#include "pipeline/log/log.hpp"

namespace weir::log {

/// Appends one entry and waits for its result. Only for threads that may block, never for those
/// that take requests. log_failed: the record may or may not exist after a restart.
Result<Address> append_and_wait(Log& log, const Entry& entry);

}  // namespace weir::log
