#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/page.hpp"

namespace weir::catalog {

class Database;

/// Who does what to which thing, and from where (spec/users.md 4).
struct AuditedAct {
  std::uint32_t tenant_no = 0;
  std::string type;              // "stream/created"
  std::string object{};          // its id; where empty, the id of the thing that the act creates
  std::string otherwise{};       // the object of an act that has none and creates none
  std::string principal_id{};    // of an API key or a user; empty: the server itself
  std::string principal_name{};  // where the id is no row of the catalog
  std::string origin_ip{};
  std::string source{};  // "api", "ui", "server"
  Time happened_at{};
};

/// While one lives, this thread's acts on the catalog are audited: the first transaction that
/// changes something holds the act's event, and is not committed without it. So no class of the
/// catalog, and nobody who calls one, has to know of the audit log. One at a time on a thread; what
/// another thread does for an act is covered by AuditLog::record.
class AuditScope {
 public:
  explicit AuditScope(AuditedAct act);
  ~AuditScope();
  AuditScope(const AuditScope&) = delete;
  AuditScope& operator=(const AuditScope&) = delete;

  /// May be completed until the event is recorded.
  AuditedAct& act() { return act_; }
  bool recorded() const { return recorded_; }

 private:
  friend class AuditTrail;
  AuditedAct act_;
  std::string created_{};      // the id made first within the scope
  std::string object_name_{};  // before the act, and after it where it is still there
  bool recorded_ = false;
};

struct AuditEvent {
  std::string id;
  std::string type;
  Time happened_at;
  Time recorded_at;
  std::string object;
  std::string object_name;
  std::string origin_ip;
  std::string principal_id;
  std::string principal_name;
  std::string principal_email;  // empty: it has none
  std::string source;
};

struct AuditFilter {
  std::string type{};  // "stream/created", or all of a kind: "stream/"
  std::string principal_id{};
  std::string object{};
  std::optional<Time> happened_from{};  // inclusive
  std::optional<Time> happened_to{};    // exclusive
};

/// The audit log: append-only. Nothing changes an event; those that are old enough are forgotten.
class AuditLog {
 public:
  explicit AuditLog(Database& database) : database_(database) {}
  /// Writes the event of an act that did not change the catalog, or not on this thread, unless it
  /// is recorded. `scope` is this thread's.
  Result<void> record(const AuditScope& scope);
  /// Newest first.
  Result<Page<AuditEvent>> list(std::uint32_t tenant_no, const AuditFilter& filter,
                                const PageRequest& page);
  Result<std::uint64_t> count(std::uint32_t tenant_no, const AuditFilter& filter);
  /// Forgets events recorded before; of all tenants. Returns how many, in short transactions.
  Result<std::uint64_t> forget_before(Time time);

 private:
  Database& database_;
};

}  // namespace weir::catalog
