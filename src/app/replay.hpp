#pragma once

#include <string>

#include "base/payload.hpp"
#include "base/result.hpp"
#include "pipeline/log/log.hpp"

namespace weir::app {

/// A payload from the quarantine, perhaps mended, goes into the log as a new record: checked as the
/// gateway checks, returned once it is durable. Doing it again with the same `key` and body within
/// the idempotency window makes a duplicate of it, not a second record. bad_request: it still does
/// not parse.
Result<Address> replay(log::Log& log, StreamNo stream, PayloadType type, const std::string& key,
                       const std::string& body);

}  // namespace weir::app
