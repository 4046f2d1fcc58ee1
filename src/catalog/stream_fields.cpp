#include "catalog/stream_fields.hpp"

#include <boost/json.hpp>

#include "catalog/database.hpp"
#include "catalog/statement.hpp"
#include "catalog/stream_field_rows.hpp"
#include "catalog/stream_rows.hpp"
#include "fields/field_limits.hpp"

// One text a stream and day, merged in place: a row for each field would cost a batch of forty
// fields eighty statements. Days without examples, since those of the stream are newer.
namespace weir::catalog {
namespace {

constexpr std::uint32_t compared_at_once_max = 500;
constexpr std::size_t paths_kept_max = 8;

Result<fields::Sketch> sketch_in(Statement& statement) {
  std::string text;
  statement.into(text);
  WEIR_TRY(const bool found, statement.next());
  if (!found) return fields::Sketch();
  return fields::decode(text);
}

Result<fields::Sketch> read_all(soci::session& session, StreamNo stream) {
  Statement select(session, "SELECT sketch FROM stream_fields WHERE stream_no = :stream");
  return sketch_in(select.bind(stream));
}

Result<fields::Sketch> read_day(soci::session& session, StreamNo stream, Day day) {
  Statement select(session,
                   "SELECT sketch FROM stream_field_days WHERE stream_no = :stream AND day = :day");
  return sketch_in(select.bind(stream).bind(day));
}

/// A text that cannot be read is no reason to stop a batch: what it knew is counted anew.
Result<fields::Sketch> or_anew(Result<fields::Sketch> read) {
  if (!read && read.error().code == Errc::corrupt) return fields::Sketch();
  return read;
}

Result<fields::Sketch> read_week(soci::session& session, StreamNo stream, Day before) {
  Statement select(session,
                   "SELECT sketch FROM stream_field_days WHERE stream_no = :stream AND day >= :from"
                   " AND day < :before ORDER BY day");
  std::string text;
  select.bind(stream).bind(before - fields_compared_with).bind(before).into(text);
  fields::Sketch out;
  while (true) {
    WEIR_TRY(const bool more, select.next());
    if (!more) return out;
    WEIR_TRY(const fields::Sketch day, fields::decode(text));
    out.merge(day);
  }
}

Result<void> forget_days(soci::session& session, StreamNo stream, Day today) {
  Statement forget(session,
                   "DELETE FROM stream_field_days WHERE stream_no = :stream AND day < :before");
  WEIR_CHECK(forget.bind(stream).bind(today - std::chrono::days(limits::sketch_days_kept)).run());
  return {};
}

Result<void> keep(soci::session& session, StreamNo stream, Day day,
                  const std::vector<fields::Change>& changes, Time now) {
  std::array<std::uint64_t, fields::change_kinds> counts{};
  boost::json::array paths;
  for (const fields::Change& each : changes) {
    ++counts[static_cast<std::size_t>(each.kind)];
    if (paths.size() < paths_kept_max) paths.emplace_back(each.path);
  }
  Statement upsert(
      session,
      "INSERT INTO stream_field_changes (stream_no, day, compared_at, gone,"
      " type_changed, appeared, share_moved, paths) VALUES (:stream, :day, :now, :gone,"
      " :types, :appeared, :moved, :paths) ON CONFLICT (stream_no) DO UPDATE SET"
      " day = excluded.day, compared_at = excluded.compared_at, gone = excluded.gone,"
      " type_changed = excluded.type_changed, appeared = excluded.appeared,"
      " share_moved = excluded.share_moved, paths = excluded.paths");
  upsert.bind(stream).bind(day).bind(now);
  for (const std::uint64_t count : counts)
    upsert.bind(count);
  WEIR_CHECK(upsert.bind(boost::json::serialize(paths)).run());
  return {};
}

bool read_paths(const std::string& text, std::vector<std::string>& paths) {
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(text, error);
  if (error || !parsed.is_array()) return false;
  paths.clear();
  for (const auto& each : parsed.get_array())
    if (each.is_string()) paths.emplace_back(each.get_string());
  return true;
}

}  // namespace

Result<void> merge_fields(soci::session& session, StreamNo stream, Day day,
                          const fields::Sketch& sketch, Time now) {
  WEIR_TRY(auto all, or_anew(read_all(session, stream)));
  all.merge(sketch);
  Statement upsert(session,
                   "INSERT INTO stream_fields (stream_no, sketch) VALUES (:stream, :sketch)"
                   " ON CONFLICT (stream_no) DO UPDATE SET sketch = excluded.sketch");
  WEIR_CHECK(upsert.bind(stream).bind(encode(all, fields::Examples::with)).run());
  WEIR_TRY(auto of_day, or_anew(read_day(session, stream, day)));
  if (of_day.payloads == 0) WEIR_CHECK(forget_days(session, stream, day));
  of_day.merge(sketch);
  Statement upsert_day(session,
                       "INSERT INTO stream_field_days (stream_no, day, sketch, updated_at)"
                       " VALUES (:stream, :day, :sketch, :now) ON CONFLICT (stream_no, day)"
                       " DO UPDATE SET sketch = excluded.sketch, updated_at = excluded.updated_at");
  upsert_day.bind(stream).bind(day).bind(encode(of_day, fields::Examples::without)).bind(now);
  WEIR_CHECK(upsert_day.run());
  return {};
}

Result<StreamFields::Known> StreamFields::find(std::uint32_t tenant_no,
                                               const std::string& stream_id, Day day) {
  auto known = database_.read([&](soci::session& session) -> Result<Known> {
    WEIR_TRY(const StreamNo stream, find_stream_no(session, tenant_no, stream_id));
    Known out;
    WEIR_TRY(out.all, read_all(session, stream));
    WEIR_TRY(out.day, read_day(session, stream, day));
    WEIR_TRY(out.week, read_week(session, stream, day));
    return out;
  });
  if (known) known->changes = fields::drift(known->week, known->day);
  return known;
}

Result<std::string> StreamFields::schema(StreamNo stream, const std::string& row_tag) {
  WEIR_TRY(const auto all, database_.read([&](soci::session& session) {
    return or_anew(read_all(session, stream));
  }));
  return row_tag.empty() ? fields::spark_schema(all) : fields::spark_schema(all, row_tag);
}

Result<void> StreamFields::compare(Day day) {
  struct Compared {
    StreamNo stream;
    std::vector<fields::Change> changes;
  };
  const Time now = database_.now();
  WEIR_TRY(const auto due, database_.read([&](soci::session& session) {
    Statement select(session,
                     "SELECT d.stream_no FROM stream_field_days d"
                     " JOIN streams s ON s.no = d.stream_no AND s.deleted_at IS NULL"
                     " LEFT JOIN stream_field_changes c ON c.stream_no = d.stream_no"
                     " WHERE d.day = :day AND (c.compared_at IS NULL OR c.day <> :same_day"
                     " OR c.compared_at <= d.updated_at) ORDER BY d.updated_at LIMIT :count");
    StreamNo stream;
    select.bind(day).bind(day).bind(compared_at_once_max).into(stream);
    return collect(select, stream);
  }));
  std::vector<Compared> compared;
  for (const StreamNo stream : due) {
    WEIR_TRY(const auto changes,
             database_.read([&](soci::session& session) -> Result<std::vector<fields::Change>> {
               WEIR_TRY(const auto today, read_day(session, stream, day));
               WEIR_TRY(const auto week, read_week(session, stream, day));
               return fields::drift(week, today);
             }));
    compared.push_back({stream, changes});
  }
  if (compared.empty()) return {};
  return database_.write([&](soci::session& session) -> Result<void> {
    for (const Compared& each : compared)
      WEIR_CHECK(keep(session, each.stream, day, each.changes, now));
    return {};
  });
}

Result<std::vector<StreamFields::Changes>> StreamFields::changes(std::uint32_t tenant_no, Day day,
                                                                 std::uint32_t count) {
  return database_.read([&](soci::session& session) -> Result<std::vector<Changes>> {
    Statement select(session,
                     "SELECT s.no, s.id, s.name, c.gone, c.type_changed, c.appeared, c.share_moved,"
                     " c.paths FROM stream_field_changes c JOIN streams s ON s.no = c.stream_no"
                     " WHERE c.day = :day AND s.tenant_no = :tenant AND s.deleted_at IS NULL"
                     " AND c.gone + c.type_changed + c.appeared + c.share_moved > 0"
                     " ORDER BY s.no DESC LIMIT :count");
    Changes row;
    select.bind(day).bind(tenant_no).bind(count);
    select.into(row.stream).into(row.stream_id).into(row.stream_name);
    for (std::uint64_t& each : row.counts)
      select.into(each);
    select.into_text([&row](const std::string& text) { return read_paths(text, row.paths); });
    return collect(select, row);
  });
}

Result<std::array<std::uint64_t, fields::change_kinds>> StreamFields::change_totals(Day day) {
  using Totals = std::array<std::uint64_t, fields::change_kinds>;
  return database_.read([&](soci::session& session) -> Result<Totals> {
    Statement select(session,
                     "SELECT COALESCE(SUM(c.gone), 0), COALESCE(SUM(c.type_changed), 0),"
                     " COALESCE(SUM(c.appeared), 0), COALESCE(SUM(c.share_moved), 0)"
                     " FROM stream_field_changes c JOIN streams s ON s.no = c.stream_no"
                     " AND s.deleted_at IS NULL WHERE c.day = :day");
    Totals out{};
    select.bind(day);
    for (std::uint64_t& each : out)
      select.into(each);
    WEIR_CHECK(select.next());
    return out;
  });
}

}  // namespace weir::catalog
