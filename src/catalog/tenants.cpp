#include <algorithm>

#include "base/limits.hpp"
#include "catalog/cross_origin.hpp"
#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/statement.hpp"
#include "catalog/streams.hpp"

// A tenant's name is part of paths in the store and of tables' files, so it is a narrow one, and it
// cannot be changed: files that were written keep it.
namespace weir::catalog {
namespace {

Result<void> check_tenant_name(const std::string& name) {
  constexpr std::size_t name_bytes_max = 63;
  const bool known_characters = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!name.empty() && name.size() <= name_bytes_max && known_characters) return {};
  return fail(Errc::bad_request,
              "A tenant's name is 1 to 63 lower-case letters, digits and hyphens; \"" + name +
                  "\" is not.");
}

Result<std::optional<Tenant>> select(soci::session& session, const std::string& name) {
  Statement statement(session,
                      "SELECT no, name, created_at, allowed_origins FROM tenants"
                      " WHERE name = :name");
  Tenant row;
  statement.bind(name).into(row.no).into(row.name).into(row.created_at);
  statement.into_text([&row](const std::string& origins) {
    row.allowed_origins = split_origins(origins);
    return true;
  });
  return first(statement, row);
}

}  // namespace

Result<Tenant> Tenants::add(const std::string& name) {
  WEIR_CHECK(check_tenant_name(name));
  return database_.write([&](soci::session& session) -> Result<Tenant> {
    WEIR_TRY(const auto taken, select(session, name));
    if (taken)
      return fail(Errc::conflict,
                  "There is a tenant \"" + name + "\" already. Choose another name.");
    Statement insert(session,
                     "INSERT INTO tenants (name, payload_bytes_max, created_at)"
                     " VALUES (:name, :bytes, :now)");
    WEIR_CHECK(insert.bind(name).bind(limits::payload_bytes_default).bind(database_.now()).run());
    WEIR_TRY(const auto tenant, select(session, name));
    return *tenant;
  });
}

Result<Tenant> Tenants::find(std::uint32_t no) {
  return database_.read([&](soci::session& session) -> Result<Tenant> {
    Statement statement(session, "SELECT name FROM tenants WHERE no = :no");
    std::string name;
    WEIR_TRY(const bool known, statement.bind(no).into(name).next());
    if (!known)
      return fail(Errc::not_found, "There is no tenant number " + std::to_string(no) + ".");
    WEIR_TRY(auto found, select(session, name));
    return *std::move(found);
  });
}

Result<Tenant> Tenants::find(const std::string& name) {
  return database_.read([&](soci::session& session) -> Result<Tenant> {
    WEIR_TRY(const auto tenant, select(session, name));
    if (!tenant) return fail(Errc::not_found, "There is no tenant \"" + name + "\".");
    return *tenant;
  });
}

Result<void> Tenants::limit_payload(const std::string& name, std::uint64_t bytes_max) {
  if (bytes_max < 1 || bytes_max > limits::payload_bytes_ceiling)
    return fail(Errc::bad_request, "A tenant's payload limit is from 1 to " +
                                       std::to_string(limits::payload_bytes_ceiling) + " bytes.");
  return database_.write_and_publish([&](soci::session& session) -> Result<void> {
    Statement update(session, "UPDATE tenants SET payload_bytes_max = :bytes WHERE name = :name");
    WEIR_TRY(const auto changed, update.bind(bytes_max).bind(name).run());
    if (changed == 0) return fail(Errc::not_found, "There is no tenant \"" + name + "\".");
    return {};
  });
}

Result<void> Tenants::limit_rate(const std::string& name, RateLimit limit) {
  WEIR_CHECK(check_rate_limit(limit));
  return database_.write_and_publish([&](soci::session& session) -> Result<void> {
    Statement update(session,
                     "UPDATE tenants SET rate_limit = :rate, rate_burst = :burst"
                     " WHERE name = :name");
    WEIR_TRY(const auto changed, update.bind(limit.rate).bind(limit.burst).bind(name).run());
    if (changed == 0) return fail(Errc::not_found, "There is no tenant \"" + name + "\".");
    return {};
  });
}

Result<Tenant> Tenants::allow_origins(const std::string& name,
                                      const std::vector<std::string>& origins) {
  WEIR_TRY(const auto allowed, canonical_origins(origins));
  return database_.write_and_publish([&](soci::session& session) -> Result<Tenant> {
    Statement update(session, "UPDATE tenants SET allowed_origins = :origins WHERE name = :name");
    WEIR_CHECK(update.bind(join_origins(allowed)).bind(name).run());
    WEIR_TRY(const auto tenant, select(session, name));
    if (!tenant) return fail(Errc::not_found, "There is no tenant \"" + name + "\".");
    return *tenant;
  });
}

}  // namespace weir::catalog
