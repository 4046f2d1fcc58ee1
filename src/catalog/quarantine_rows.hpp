#pragma once

#include <optional>

#include "catalog/records.hpp"
#include "catalog/statement.hpp"

namespace weir::catalog {

/// The row of a record of this tenant in the quarantine, without its body. Inside a transaction.
Result<std::optional<Quarantined>> find_quarantined(soci::session& session, std::uint32_t tenant_no,
                                                    const Address& address);

/// Inside the transaction of a commit; a file of bodies is added before its first body.
Result<void> insert_quarantined(soci::session& session, const std::vector<Quarantined>& records);

}  // namespace weir::catalog
