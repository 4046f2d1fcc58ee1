#include "catalog/tenants.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "catalog/cross_origin.hpp"
#include "catalog/database.hpp"
#include "catalog/paging.hpp"
#include "catalog/statement.hpp"
#include "catalog/streams.hpp"

// A tenant's name is part of paths in the store, of tables' files and of host names, so it is a
// narrow one, and it cannot be changed: files that were written keep it. For the same reason a
// tenant is never deleted, only disabled.
namespace weir::catalog {
namespace {

constexpr const char* columns =
    "t.no, t.name, t.created_at, t.allowed_origins, t.payload_bytes_max, t.rate_limit,"
    " t.rate_burst, COALESCE(p.name, ''), t.disabled_at";
constexpr const char* table = " FROM tenants t LEFT JOIN tenants p ON p.no = t.sandbox_of";

void into(Statement& statement, Tenant& row) {
  statement.into(row.no).into(row.name).into(row.created_at);
  statement.into_text([&row](const std::string& origins) {
    row.allowed_origins = split_origins(origins);
    return true;
  });
  statement.into(row.payload_bytes_max).into(row.rate_limit.rate).into(row.rate_limit.burst);
  statement.into(row.sandbox_of).into(row.disabled_at);
}

Result<void> check_tenant_name(const std::string& name) {
  constexpr std::size_t name_bytes_max = 63;
  const bool known_characters = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!name.empty() && name.size() <= name_bytes_max && known_characters && name.front() != '-' &&
      name.back() != '-')
    return {};
  return fail(Errc::bad_request,
              "A tenant's name is 1 to 63 lower-case letters, digits and hyphens, with no hyphen "
              "at either end; \"" +
                  name + "\" is not.");
}

Failure no_such_tenant(const std::string& name) {
  return fail(Errc::not_found, "There is no tenant \"" + name + "\".");
}

Result<std::optional<Tenant>> select(soci::session& session, const std::string& name) {
  Statement statement(session, std::string("SELECT ") + columns + table + " WHERE t.name = :name");
  Tenant row;
  into(statement.bind(name), row);
  return first(statement, row);
}

Result<Tenant> known(soci::session& session, const std::string& name) {
  WEIR_TRY(auto tenant, select(session, name));
  if (!tenant) return no_such_tenant(name);
  return *std::move(tenant);
}

Result<std::optional<std::uint32_t>> parent_no(soci::session& session, const std::string& name) {
  if (name.empty()) return std::optional<std::uint32_t>();
  WEIR_TRY(const Tenant parent, known(session, name));
  if (parent.sandbox_of.empty()) return std::optional(parent.no);
  return fail(Errc::bad_request, "Tenant \"" + name + "\" is a sandbox itself, of \"" +
                                     parent.sandbox_of + "\". Make this one a sandbox of that.");
}

}  // namespace

Result<Tenant> Tenants::add(const std::string& name, const std::string& sandbox_of) {
  WEIR_CHECK(check_tenant_name(name));
  return database_.write_and_publish([&](soci::session& session) -> Result<Tenant> {
    WEIR_TRY(const auto taken, select(session, name));
    if (taken)
      return fail(Errc::conflict,
                  "There is a tenant \"" + name + "\" already. Choose another name.");
    WEIR_TRY(const auto parent, parent_no(session, sandbox_of));
    Statement insert(session,
                     "INSERT INTO tenants (name, payload_bytes_max, created_at, sandbox_of)"
                     " VALUES (:name, :bytes, :now, :parent)");
    insert.bind(name).bind(limits::payload_bytes_default).bind(database_.now()).bind(parent);
    WEIR_CHECK(insert.run());
    WEIR_TRY(auto added, known(session, name));
    AuditTrail::of_tenant(added.no);
    AuditTrail::created(name);
    return added;
  });
}

Result<Tenant> Tenants::find(std::uint32_t no) {
  return database_.read([&](soci::session& session) -> Result<Tenant> {
    Statement statement(session, std::string("SELECT ") + columns + table + " WHERE t.no = :no");
    Tenant row;
    into(statement.bind(no), row);
    WEIR_TRY(auto found, first(statement, row));
    if (!found)
      return fail(Errc::not_found, "There is no tenant number " + std::to_string(no) + ".");
    return *std::move(found);
  });
}

Result<Tenant> Tenants::find(const std::string& name) {
  return database_.read([&](soci::session& session) { return known(session, name); });
}

Result<Page<Tenant>> Tenants::list(const PageRequest& page) {
  return database_.read([&](soci::session& session) {
    const ListOf tenants{.name = "tenants", .number = "t.no", .searched = {"t.name"}};
    Statement statement(session, std::string("SELECT t.no, ") + columns + table + " WHERE 1 = 1" +
                                     page_sql(tenants, page));
    return read_page<Tenant>(statement, tenants, page, into);
  });
}

Result<Tenant> Tenants::limit(const std::string& name, const TenantLimits& limits) {
  const auto& bytes = limits.payload_bytes_max;
  if (bytes && (*bytes < 1 || *bytes > limits::payload_bytes_ceiling))
    return fail(Errc::bad_request, "A tenant's payload limit is from 1 to " +
                                       std::to_string(limits::payload_bytes_ceiling) + " bytes.");
  if (limits.rate_limit) WEIR_CHECK(check_rate_limit(*limits.rate_limit));
  return database_.write_and_publish([&](soci::session& session) -> Result<Tenant> {
    WEIR_TRY(const Tenant before, known(session, name));
    const RateLimit rate = limits.rate_limit.value_or(before.rate_limit);
    Statement update(session,
                     "UPDATE tenants SET payload_bytes_max = :bytes, rate_limit = :rate,"
                     " rate_burst = :burst WHERE no = :no");
    update.bind(bytes.value_or(before.payload_bytes_max)).bind(rate.rate).bind(rate.burst);
    WEIR_CHECK(update.bind(before.no).run());
    return known(session, name);
  });
}

template <class Value>
Result<Tenant> Tenants::change(const std::string& name, const char* assignment,
                               const Value& value) {
  return database_.write_and_publish([&](soci::session& session) -> Result<Tenant> {
    Statement update(session,
                     std::string("UPDATE tenants SET ") + assignment + " WHERE name = :name");
    WEIR_CHECK(update.bind(value).bind(name).run());
    return known(session, name);
  });
}

Result<Tenant> Tenants::disable(const std::string& name) {
  return change(name, "disabled_at = COALESCE(disabled_at, :now)", database_.now());
}

Result<Tenant> Tenants::enable(const std::string& name) {
  return change(name, "disabled_at = :none", std::optional<Time>());
}

Result<Tenant> Tenants::allow_origins(const std::string& name,
                                      const std::vector<std::string>& origins) {
  WEIR_TRY(const auto allowed, canonical_origins(origins));
  return change(name, "allowed_origins = :origins", join_origins(allowed));
}

}  // namespace weir::catalog
