#include "catalog/audit.hpp"
#include "catalog/database.hpp"
#include "catalog/paging.hpp"
#include "catalog/statement.hpp"

// Reads of the audit log, and the end of old events. There is no statement that changes one; what
// else could change a row of the file is found by the sums of the content (content_sums.hpp).
namespace weir::catalog {
namespace {

/// Few at a time: batches are committed by the same connection.
constexpr std::uint64_t forgotten_at_once = 1000;

constexpr const char* columns =
    "id, type, happened_at, recorded_at, object, object_name, origin_ip, principal_id,"
    " principal_name, principal_email, source";

void into(Statement& statement, AuditEvent& row) {
  statement.into(row.id).into(row.type).into(row.happened_at).into(row.recorded_at);
  statement.into(row.object).into(row.object_name).into(row.origin_ip).into(row.principal_id);
  statement.into(row.principal_name).into(row.principal_email).into(row.source);
}

bool is_kind(const std::string& type) {
  return type.ends_with('/');
}

std::string conditions(const AuditFilter& filter) {
  std::string text = "tenant_no = :tenant";
  if (is_kind(filter.type)) text += " AND substr(type, 1, length(:kind)) = :kind_again";
  if (!filter.type.empty() && !is_kind(filter.type)) text += " AND type = :type";
  if (!filter.principal_id.empty()) text += " AND principal_id = :principal";
  if (!filter.object.empty()) text += " AND object = :object";
  if (filter.happened_from) text += " AND happened_at >= :from";
  if (filter.happened_to) text += " AND happened_at < :to";
  return text;
}

void bind(Statement& statement, std::uint32_t tenant_no, const AuditFilter& filter) {
  statement.bind(tenant_no);
  if (is_kind(filter.type)) statement.bind(filter.type);
  if (!filter.type.empty()) statement.bind(filter.type);
  if (!filter.principal_id.empty()) statement.bind(filter.principal_id);
  if (!filter.object.empty()) statement.bind(filter.object);
  if (filter.happened_from) statement.bind(*filter.happened_from);
  if (filter.happened_to) statement.bind(*filter.happened_to);
}

}  // namespace

/// The transaction itself does nothing: what it leaves is the event.
Result<void> AuditLog::record(const AuditScope& scope) {
  if (scope.recorded()) return {};
  return database_.write([](soci::session&) -> Result<void> { return {}; });
}

Result<Page<AuditEvent>> AuditLog::list(std::uint32_t tenant_no, const AuditFilter& filter,
                                        const PageRequest& page) {
  return database_.read([&](soci::session& session) {
    const ListOf events{
        .name = "audit events",
        .searched = {"type", "object", "object_name", "principal_id", "principal_name"},
        .order = Order::newest};
    Statement statement(session, std::string("SELECT no, ") + columns +
                                     " FROM audit_events WHERE " + conditions(filter) +
                                     page_sql(events, page));
    bind(statement, tenant_no, filter);
    return read_page<AuditEvent>(statement, events, page, into);
  });
}

Result<std::uint64_t> AuditLog::count(std::uint32_t tenant_no, const AuditFilter& filter) {
  return database_.read([&](soci::session& session) -> Result<std::uint64_t> {
    Statement statement(session, "SELECT COUNT(*) FROM audit_events WHERE " + conditions(filter));
    bind(statement, tenant_no, filter);
    std::uint64_t events = 0;
    WEIR_CHECK(statement.into(events).next());
    return events;
  });
}

Result<std::uint64_t> AuditLog::forget_before(Time time) {
  std::uint64_t all = 0;
  while (true) {
    const auto forgotten = database_.write([&](soci::session& session) -> Result<std::uint64_t> {
      Statement forget(session,
                       "DELETE FROM audit_events WHERE no IN (SELECT no FROM audit_events"
                       " WHERE recorded_at < :time ORDER BY recorded_at LIMIT :most)");
      return forget.bind(time).bind(forgotten_at_once).run();
    });
    if (!forgotten) return fail(forgotten.error());
    all += *forgotten;
    if (*forgotten < forgotten_at_once) return all;
  }
}

}  // namespace weir::catalog
