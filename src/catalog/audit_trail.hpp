#pragma once

#include <cstdint>
#include <string>

#include <soci/soci.h>

#include "base/result.hpp"
#include "base/time.hpp"
#include "env/random.hpp"

namespace weir::catalog {

class AuditScope;

/// What a transaction of the catalog does for the audit scope of its thread. Without one, or once
/// its event is recorded, all of this does nothing.
class AuditTrail {
 public:
  /// Before the change: the object's name, which the change may take away.
  static Result<void> before_change(soci::session& session);
  /// After it, in its transaction. Whether there is now an event to be committed.
  static Result<bool> write_event(soci::session& session, Random& random, Time now);
  /// The transaction with the event was committed.
  static void committed();
  /// Whose act it proves to be, where that is known only within the transaction.
  static void of_user(std::uint32_t tenant_no, const std::string& user_id);
  /// In whose log it stands, where the act makes that tenant.
  static void of_tenant(std::uint32_t tenant_no);
  /// An id was made for a new row.
  static void created(const std::string& id);
};

}  // namespace weir::catalog
