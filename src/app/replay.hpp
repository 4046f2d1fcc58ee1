#pragma once

#include <string>

#include "base/payload.hpp"
#include "base/result.hpp"
#include "pipeline/log/log.hpp"

namespace weir::app {

/// Appends a payload from the quarantine, possibly corrected, to the log as a new record, in the
/// partition of the record `of`, so that a repetition of the call meets it. It is
/// checked as in the gateway, and the call returns once the record is durable. Repeating the call
/// with the same `key` and body within the idempotency window adds a duplicate, not a second
/// record. Errors: bad_request when the payload still does not parse.
Result<Address> replay(log::Log& log, const Address& of, PayloadType type, const std::string& key,
                       const std::string& body);

}  // namespace weir::app
