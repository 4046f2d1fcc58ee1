#pragma once

#include <optional>
#include <string>

#include "base/payload.hpp"
#include "base/result.hpp"

namespace weir::control {

/// A payload that somebody tries out.
struct TriedPayload {
  PayloadType type = PayloadType::json;
  std::optional<Error> refused;  // by the gateway; the code says with which status
  std::string quarantined;       // why it would be put aside; empty: it would not
  std::string record;            // else: as it stands in a batch file
};

}  // namespace weir::control
