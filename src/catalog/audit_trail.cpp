#include "catalog/audit_trail.hpp"

#include <array>
#include <string_view>

#include "base/assert.hpp"
#include "base/ids.hpp"
#include "catalog/alert_limits.hpp"
#include "catalog/audit.hpp"
#include "catalog/statement.hpp"

// The scope belongs to the thread, since an act is one call on one thread. A parameter of every
// change in the catalog could be forgotten, and each of them would have to pass it on. SQLite's
// triggers would see every row, not the act, nor who did it.
namespace weir::catalog {
namespace {

constexpr std::string_view event_prefix = "ae-";

thread_local AuditScope* current = nullptr;

struct Named {
  std::string_view prefix;
  const char* name;  // an expression over its row
  const char* table;
  const char* is_of_tenant = "tenant_no = :tenant";
};

/// Of the things with ids: where their names are.
constexpr std::array named = {
    Named{id_prefix::stream, "name", "streams"},
    Named{id_prefix::api_key, "name", "api_keys"},
    Named{id_prefix::feed, "source || ':' || name", "feeds"},
    Named{id_prefix::courier, "name", "couriers"},
    Named{id_prefix::courier_group, "name", "courier_groups"},
    Named{id_prefix::ingest_query, "name", "ingest_queries"},
    Named{id_prefix::workflow_run, "name", "runs"},
    Named{id_prefix::alert_endpoint, "name", "alert_endpoints"},
    Named{"us-", "name", "users",
          "no IN (SELECT user_no FROM memberships WHERE tenant_no = :tenant)"},
};

/// "" of what is not there, or is of another tenant, or has no name.
Result<std::string> name_of(soci::session& session, std::uint32_t tenant_no,
                            const std::string& id) {
  std::string name;
  for (const Named& each : named) {
    if (!id.starts_with(each.prefix)) continue;
    Statement statement(session, std::string("SELECT ") + each.name + " FROM " + each.table +
                                     " WHERE id = :id AND " + each.is_of_tenant);
    WEIR_CHECK(statement.bind(id).bind(tenant_no).into(name).next());
  }
  return name;
}

AuditScope* to_record() {
  return current && !current->recorded() ? current : nullptr;
}

}  // namespace

AuditScope::AuditScope(AuditedAct act) : act_(std::move(act)) {
  WEIR_ASSERT(current == nullptr);
  current = this;
}

AuditScope::~AuditScope() {
  current = nullptr;
}

Result<void> AuditTrail::before_change(soci::session& session) {
  AuditScope* const scope = to_record();
  if (!scope) return {};
  scope->created_.clear();
  WEIR_TRY(scope->object_name_, name_of(session, scope->act_.tenant_no, scope->act_.object));
  return {};
}

Result<bool> AuditTrail::write_event(soci::session& session, Random& random, Time now) {
  AuditScope* const scope = to_record();
  if (!scope) return false;
  const AuditedAct& act = scope->act_;
  const std::string& own = act.object.empty() ? scope->created_ : act.object;
  const std::string& object = own.empty() ? act.otherwise : own;
  WEIR_TRY(std::string object_name, name_of(session, act.tenant_no, object));
  if (object_name.empty()) object_name = scope->object_name_;
  WEIR_TRY(std::string principal, name_of(session, act.tenant_no, act.principal_id));
  if (principal.empty()) principal = act.principal_name;
  Statement insert(session,
                   "INSERT INTO audit_events (id, tenant_no, type, happened_at, recorded_at,"
                   " object, object_name, origin_ip, principal_id, principal_name,"
                   " principal_email, source)"
                   " VALUES (:id, :tenant, :type, :happened, :recorded, :object, :object_name,"
                   " :ip, :principal, :principal_name,"
                   " COALESCE((SELECT email FROM users WHERE id = :user), ''), :source)");
  insert.bind(random_id(random, event_prefix, 16)).bind(act.tenant_no).bind(act.type);
  insert.bind(act.happened_at).bind(now).bind(object).bind(object_name).bind(act.origin_ip);
  insert.bind(act.principal_id).bind(principal).bind(act.principal_id).bind(act.source);
  WEIR_CHECK(insert.run());
  return true;
}

void AuditTrail::committed() {
  current->recorded_ = true;
}

void AuditTrail::of_user(std::uint32_t tenant_no, const std::string& user_id) {
  AuditScope* const scope = to_record();
  if (!scope) return;
  scope->act_.tenant_no = tenant_no;
  scope->act_.principal_id = scope->act_.object = user_id;
}

void AuditTrail::of_tenant(std::uint32_t tenant_no) {
  if (AuditScope* const scope = to_record()) scope->act_.tenant_no = tenant_no;
}

void AuditTrail::created(const std::string& id) {
  if (AuditScope* const scope = to_record(); scope && scope->created_.empty()) scope->created_ = id;
}

}  // namespace weir::catalog
