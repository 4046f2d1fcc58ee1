#pragma once

#include "catalog/alerts.hpp"
#include "catalog/database.hpp"

namespace weir::catalog {

/// Writes the messages of an event inside the transaction of the event. tenant_no 0: to the
/// endpoints of every tenant.
Result<void> raise_alert(soci::session& session, Database& database, std::uint32_t tenant_no,
                         const AlertEvent& event);

/// Writes one message to the endpoint of this number.
Result<std::string> add_alert_message(soci::session& session, Database& database,
                                      std::uint64_t endpoint_no, const AlertEvent& event);

/// failure, success or stopped, of a run that just ended; nothing for other states.
Result<void> raise_run_ended(soci::session& session, Database& database, const std::string& run_id);

/// Ends the pending messages of the endpoint of this number as canceled.
Result<void> cancel_alerts(soci::session& session, std::uint64_t endpoint_no, Time now);

}  // namespace weir::catalog
