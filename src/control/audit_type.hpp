#pragma once

#include <string>

#include "control/routes.hpp"

namespace weir::control {

/// The type of the audit event that a call of the route leaves, as in "stream/created"; empty where
/// it leaves none. Every route whose method may change something leaves one, known here or not: a
/// new route is audited before anyone thinks of it.
std::string audit_type(const Route& route);

}  // namespace weir::control
