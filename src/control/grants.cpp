#include "control/grants.hpp"

#include <algorithm>
#include <array>

#include "catalog/policies.hpp"

// Denied is what no row grants. No policy takes anything away (spec/users.md 2 has none that
// does), so that a caller's rights are the union of those of the policies.
namespace weir::control {
namespace {

using enum Access;

template <class... Accesses>
constexpr Rights rights(Accesses... all) {
  return static_cast<Rights>((0U | ... | right(all)));
}

constexpr Rights everything = rights(signed_in, view, operate, configure, delete_data, issue_tokens,
                                     administer_keys, administer_users, administer);

constexpr std::array table = {
    Grant{"streaming-ingest-api:write", "Streaming Ingest Write Access", false, rights(signed_in)},
    Grant{"api-keys:issue", "API Token Issuer", false, rights(signed_in, issue_tokens)},
    Grant{"datagrid:operate", "DataGrid Operator", false,
          rights(signed_in, view, operate, configure, delete_data)},
    Grant{"api-keys:administer", "Administrator", false, everything},
    Grant{"datagrid-operator", "DataGrid Operator", true, rights(signed_in, view, operate)},
    Grant{"datagrid-operator-read-only", "DataGrid Operator (read-only)", true,
          rights(signed_in, view)},
    Grant{"datagrid-administrator", "DataGrid Administrator", true,
          rights(signed_in, view, operate, configure, administer)},
    Grant{"datagrid-administrator-read-only", "DataGrid Administrator (read-only)", true,
          rights(signed_in, view)},
    Grant{"api-key-administration", "Allow API key administration", true,
          rights(signed_in, issue_tokens, administer_keys)},
    Grant{"user-administration", "Allow user administration", true,
          rights(signed_in, issue_tokens, administer_keys, administer_users, administer)},
    Grant{"source-data-deletion", "Allow source data deletion", true,
          rights(signed_in, view, delete_data)},
};

}  // namespace

std::span<const Grant> grants() {
  return table;
}

std::string_view name_of(Access access) {
  switch (access) {
    case everyone:
      return "everyone";
    case sign_in:
      return "sign in";
    case signed_in:
      return "signed in";
    case view:
      return "view";
    case operate:
      return "operate";
    case configure:
      return "configure";
    case delete_data:
      return "delete data";
    case issue_tokens:
      return "issue tokens";
    case administer_keys:
      return "administer keys";
    case administer_users:
      return "administer users";
    case administer:
      return "administer";
    case operate_server:
      return "operate the server";
  }
  return "unknown";
}

Rights rights_of_key(catalog::Policies policies) {
  Rights all = 0;
  for (const Grant& each : table) {
    const auto policy = each.of_users ? std::nullopt : catalog::parse_policy(each.policy);
    if (policy && allows(policies, *policy)) all |= each.rights;
  }
  return all;
}

Rights rights_of_user(const std::vector<std::string>& policies) {
  Rights all = right(signed_in);
  for (const Grant& each : table)
    if (each.of_users && std::find(policies.begin(), policies.end(), each.policy) != policies.end())
      all |= each.rights;
  return all;
}

std::string policies_with(Access access, bool of_users) {
  std::string text;
  for (const Grant& each : table)
    if (each.of_users == of_users && permits(access, each.rights))
      text.append(text.empty() ? "\"" : " or \"").append(each.policy).append("\"");
  return text;
}

}  // namespace weir::control
