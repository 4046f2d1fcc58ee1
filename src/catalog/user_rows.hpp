#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "base/result.hpp"
#include "catalog/database.hpp"
#include "catalog/statement.hpp"
#include "catalog/users.hpp"

/// How users.cpp and user_sessions.cpp read a user.
namespace weir::catalog {

inline constexpr const char* user_columns =
    "u.no, u.id, m.tenant_no, t.name, u.name, u.email, m.policies, u.state, u.created_at,"
    " u.last_signed_in_at, m.tenant_no = u.tenant_no";
/// A row for each tenant that the user belongs to.
inline constexpr const char* user_tables =
    " FROM users u JOIN memberships m ON m.user_no = u.no JOIN tenants t ON t.no = m.tenant_no";

std::vector<std::string> unpacked(const std::string& policies);

void user_into(Statement& statement, User& row);

Result<User> select_user(soci::session& session, std::uint32_t tenant_no, const std::string& id);
/// forbidden where the user is one of another tenant, and only belongs to this one too.
Result<User> select_own_user(soci::session& session, std::uint32_t tenant_no,
                             const std::string& id);

Result<People> read_people(soci::session& session);

/// A transaction whose change requests hear of before it returns. They are read before the commit,
/// so that nobody who was disabled stays in because they could not be read.
template <class Work>
auto Users::change(Work&& work) {
  std::shared_ptr<People> next;
  auto result = database_.write([&](soci::session& session) -> decltype(work(session)) {
    auto done = work(session);
    if (!done) return done;
    WEIR_CHECK(database_.raise_version(session));
    WEIR_TRY(auto people, read_people(session));
    people.version = ++version_;
    next = std::make_shared<People>(std::move(people));
    return done;
  });
  if (!result) return result;
  const std::lock_guard lock(mutex_);
  if (people_->version < next->version) people_ = std::move(next);
  return result;
}

}  // namespace weir::catalog
