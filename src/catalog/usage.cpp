#include "catalog/usage.hpp"

#include "catalog/database.hpp"
#include "catalog/stream_rows.hpp"
#include "catalog/usage_rows.hpp"

// Sums are kept by stream and day, since a month of a busy tenant has millions of hours and files.
// One row a stream and day is written with each batch, by the batcher, and forgotten after a while.
namespace weir::catalog {
namespace {

constexpr const char* sums =
    "SUM(d.payloads), SUM(d.bytes), SUM(d.files), SUM(d.duplicates), SUM(d.quarantined),"
    " SUM(d.refused)";

void into(Statement& statement, Used& used) {
  statement.into(used.payloads).into(used.bytes).into(used.files);
  statement.into(used.duplicates).into(used.quarantined).into(used.refused);
}

}  // namespace

Result<void> add_used(soci::session& session, StreamNo stream, Day day, const Used& used) {
  Statement upsert(
      session,
      "INSERT INTO stream_days (stream_no, day, payloads, bytes, files, duplicates, quarantined,"
      " refused) VALUES (:stream, :day, :payloads, :bytes, :files, :duplicates, :quarantined,"
      " :refused) ON CONFLICT (stream_no, day) DO UPDATE SET"
      " payloads = stream_days.payloads + excluded.payloads,"
      " bytes = stream_days.bytes + excluded.bytes, files = stream_days.files + excluded.files,"
      " duplicates = stream_days.duplicates + excluded.duplicates,"
      " quarantined = stream_days.quarantined + excluded.quarantined,"
      " refused = stream_days.refused + excluded.refused");
  upsert.bind(stream).bind(day).bind(used.payloads).bind(used.bytes).bind(used.files);
  upsert.bind(used.duplicates).bind(used.quarantined).bind(used.refused);
  WEIR_CHECK(upsert.run());
  return {};
}

Result<std::vector<Usage::OfDay>> Usage::days(std::uint32_t tenant_no, const std::string& stream_id,
                                              Day from, Day to) {
  return database_.read([&](soci::session& session) -> Result<std::vector<OfDay>> {
    WEIR_CHECK(check_stream(session, tenant_no, stream_id));
    Statement statement(session, std::string("SELECT d.day, ") + sums +
                                     " FROM streams s JOIN stream_days d ON d.stream_no = s.no"
                                     " WHERE s.tenant_no = :tenant AND d.day >= :from"
                                     " AND d.day < :to" +
                                     (stream_id.empty() ? "" : " AND s.id = :stream") +
                                     " GROUP BY d.day ORDER BY d.day");
    statement.bind(tenant_no).bind(from).bind(to);
    if (!stream_id.empty()) statement.bind(stream_id);
    OfDay row;
    statement.into(row.day);
    into(statement, row.used);
    return collect(statement, row);
  });
}

Result<std::vector<Usage::OfStream>> Usage::streams(std::uint32_t tenant_no, Day from, Day to,
                                                    std::uint32_t count) {
  return database_.read([&](soci::session& session) -> Result<std::vector<OfStream>> {
    Statement statement(session, std::string("SELECT s.id, s.name, ") + sums +
                                     " FROM streams s JOIN stream_days d ON d.stream_no = s.no"
                                     " WHERE s.tenant_no = :tenant AND d.day >= :from"
                                     " AND d.day < :to GROUP BY s.no"
                                     " ORDER BY SUM(d.payloads) DESC, s.no LIMIT :count");
    statement.bind(tenant_no).bind(from).bind(to).bind(count);
    OfStream row;
    statement.into(row.stream_id).into(row.name);
    into(statement, row.used);
    return collect(statement, row);
  });
}

Result<Usage::InUse> Usage::in_use(std::uint32_t tenant_no, Day from, Day to) {
  return database_.read([&](soci::session& session) -> Result<InUse> {
    InUse found;
    Statement couriers(session,
                       "SELECT COUNT(DISTINCT courier_id) FROM runs WHERE tenant_no = :tenant"
                       " AND courier_id <> '' AND created_at >= :from AND created_at < :to");
    couriers.bind(tenant_no).bind(Time(from)).bind(Time(to)).into(found.couriers);
    WEIR_CHECK(couriers.next());
    Statement feeds(session,
                    "SELECT COUNT(DISTINCT table_name) FROM loads WHERE tenant_no = :tenant"
                    " AND run_id <> '' AND loaded_at >= :from AND loaded_at < :to");
    feeds.bind(tenant_no).bind(Time(from)).bind(Time(to)).into(found.feeds);
    WEIR_CHECK(feeds.next());
    return found;
  });
}

Result<void> Usage::add_refused(const std::unordered_map<StreamNo, std::uint64_t>& refused,
                                Day day) {
  if (refused.empty()) return {};
  return database_.write([&](soci::session& session) -> Result<void> {
    for (const auto& [stream, count] : refused)
      WEIR_CHECK(add_used(session, stream, day, {.refused = count}));
    return {};
  });
}

Result<void> Usage::forget_before(Day day) {
  return database_.write([&](soci::session& session) -> Result<void> {
    Statement forget(session, "DELETE FROM stream_days WHERE day < :day");
    WEIR_CHECK(forget.bind(day).run());
    return {};
  });
}

}  // namespace weir::catalog
