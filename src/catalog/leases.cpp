// The database's clock is that of the process that asks: leases are long beside what clocks of one
// cluster differ by, and what they guard is refused to a late owner anyway.
#include "catalog/leases.hpp"

#include "catalog/database.hpp"

namespace weir::catalog {

Result<bool> Leases::hold(const std::string& name, const Holder& holder,
                          std::chrono::milliseconds time) {
  return database_.write([&](soci::session& session) -> Result<bool> {
    const Time now = database_.now();
    Statement take(session,
                   "INSERT INTO leases (name, owner, about, since, held_until)"
                   " VALUES (:name, :owner, :about, :since, :until)"
                   " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, held_until ="
                   " excluded.held_until, about = excluded.about, since = CASE WHEN leases.owner ="
                   " excluded.owner THEN leases.since ELSE excluded.since END"
                   " WHERE leases.owner = excluded.owner"
                   " OR leases.held_until <= :now OR leases.held_until > :far");
    take.bind(name).bind(holder.owner).bind(holder.about).bind(now).bind(now + time).bind(now);
    // One that is held for longer than asked was taken before the clock went back.
    WEIR_TRY(const auto taken, take.bind(now + 2 * time).run());
    return taken > 0;
  });
}

Result<void> Leases::release(const std::string& name, const std::string& owner) {
  return database_.write([&](soci::session& session) -> Result<void> {
    Statement remove(session, "DELETE FROM leases WHERE name = :name AND owner = :owner");
    WEIR_CHECK(remove.bind(name).bind(owner).run());
    return {};
  });
}

Result<std::vector<Leases::Held>> Leases::held(const std::string& prefix) {
  return database_.read([&](soci::session& session) -> Result<std::vector<Held>> {
    Statement statement(session,
                        "SELECT name, owner, about, since FROM leases WHERE held_until > :now"
                        " AND substr(name, 1, :length) = :prefix ORDER BY name");
    Held row;
    statement.bind(database_.now()).bind(prefix.size()).bind(prefix);
    statement.into(row.name).into(row.holder.owner).into(row.holder.about).into(row.since);
    return collect(statement, row);
  });
}

}  // namespace weir::catalog
