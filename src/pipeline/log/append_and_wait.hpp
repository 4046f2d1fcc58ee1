#pragma once

#include "pipeline/log/log.hpp"

namespace weir::log {

/// Appends one entry and waits for its result: for threads that may block, never for those that
/// take requests. log_failed: nobody knows whether the record will be there after a restart.
Result<Address> append_and_wait(Log& log, const Entry& entry);

}  // namespace weir::log
