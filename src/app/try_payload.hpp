#pragma once

#include <string>

#include "base/time.hpp"
#include "catalog/snapshot.hpp"
#include "control/tried_payload.hpp"
#include "pipeline/gateway/gateway.hpp"

namespace weir::app {

/// What it is tried with.
struct TrialDoor {
  gateway::StreamBindings& bindings;
  gateway::XmlChecker check_xml;
  Time received_at;
};

/// Passes a payload through the checks of the gateway and the batcher's encoding, and stores
/// nothing. A stream without a number is none: any type may come. Thread-safe.
control::TriedPayload try_payload(const TrialDoor& door, const catalog::StreamView& stream,
                                  const std::string& content_type, const std::string& body);

}  // namespace weir::app
