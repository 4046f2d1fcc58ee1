#include "catalog/policies.hpp"

#include <sstream>

// Policies are bits in memory, because each request asks for one, and words in the database, so
// that their numbers may change and a person can read the row.
namespace weir::catalog {
namespace {

constexpr Policy all[] = {Policy::streaming_ingest_write, Policy::token_issue, Policy::operate,
                          Policy::administer};

std::string known_names() {
  std::string text;
  for (const Policy policy : all) {
    if (!text.empty()) text += ", ";
    text.append("\"").append(to_string(policy)).append("\"");
  }
  return text;
}

}  // namespace

std::string_view to_string(Policy policy) {
  switch (policy) {
    case Policy::streaming_ingest_write:
      return "streaming-ingest-api:write";
    case Policy::token_issue:
      return "api-keys:issue";
    case Policy::operate:
      return "datagrid:operate";
    case Policy::administer:
      return "api-keys:administer";
  }
  return "unknown";
}

std::optional<Policy> parse_policy(std::string_view name) {
  for (const Policy policy : all)
    if (to_string(policy) == name) return policy;
  return std::nullopt;
}

Result<Policies> parse_policies(const std::vector<std::string>& names) {
  if (names.empty())
    return fail(Errc::bad_request,
                "An API key needs at least one policy. Known policies: " + known_names() + ".");
  Policies policies = 0;
  for (const std::string& name : names) {
    const auto policy = parse_policy(name);
    if (!policy)
      return fail(Errc::bad_request,
                  "Unknown policy \"" + name + "\". Known policies: " + known_names() + ".");
    policies |= static_cast<Policies>(*policy);
  }
  return policies;
}

std::vector<std::string> policy_names(Policies policies) {
  std::vector<std::string> names;
  for (const Policy policy : all)
    if (allows(policies, policy)) names.emplace_back(to_string(policy));
  return names;
}

std::string pack_policies(Policies policies) {
  std::string packed;
  for (const std::string& name : policy_names(policies))
    packed.append(packed.empty() ? "" : " ").append(name);
  return packed;
}

std::optional<Policies> unpack_policies(const std::string& packed) {
  std::istringstream words(packed);
  Policies policies = 0;
  for (std::string word; words >> word;) {
    const auto policy = parse_policy(word);
    if (!policy) return std::nullopt;
    policies |= static_cast<Policies>(*policy);
  }
  return policies;
}

}  // namespace weir::catalog
