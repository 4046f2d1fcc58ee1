#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/snapshot.hpp"

/// The authorisation table (spec/users.md 2): what each policy grants. Together with the access
/// that each route names (routes.hpp), it is all that decides who may call which operation. The
/// server, docs/authorization.md and the tests read it.
namespace weir::control {

/// What a route asks of its caller.
enum class Access : std::uint8_t {
  everyone,          // nothing: health; metrics have a token of their own
  sign_in,           // nothing, and a small body is read: names, passwords, one-time codes
  signed_in,         // whoever is known
  view,              // reading
  operate,           // feeds, credentials, runs, and resolving what went wrong
  configure,         // streams, couriers, courier groups, ingest queries, whole tables
  delete_data,       // records of tables
  issue_tokens,      // tokens of API keys
  administer_keys,   // API keys
  administer_users,  // users and their policies
  administer,        // alert endpoints, the audit log
  operate_server,    // tenants and their limits: no policy, the operator's token only
};
inline constexpr int accesses = 12;

using Rights = std::uint16_t;  // a bit for each Access
constexpr Rights right(Access access) {
  return static_cast<Rights>(1U << static_cast<unsigned>(access));
}

/// Whether these rights let a caller through.
constexpr bool permits(Access access, Rights rights) {
  return access == Access::everyone || access == Access::sign_in || (rights & right(access)) != 0;
}

/// One row of the table.
struct Grant {
  std::string_view policy;
  std::string_view label;  // as the documents call it
  bool of_users;           // or of API keys
  Rights rights;
};
std::span<const Grant> grants();

std::string_view name_of(Access access);

Rights rights_of_key(catalog::Policies policies);
/// An unknown name grants nothing.
Rights rights_of_user(const std::vector<std::string>& policies);

/// The policies that grant this, for the words of a refusal: "\"a\" or \"b\"".
std::string policies_with(Access access, bool of_users);

}  // namespace weir::control
