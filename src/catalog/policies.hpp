#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/snapshot.hpp"

namespace weir::catalog {

std::string_view to_string(Policy policy);
std::optional<Policy> parse_policy(std::string_view name);

/// At least one; an unknown name is bad_request and lists the known ones.
Result<Policies> parse_policies(const std::vector<std::string>& names);

/// In the order of the enumeration.
std::vector<std::string> policy_names(Policies policies);

/// As the database keeps them: names with a blank between.
std::string pack_policies(Policies policies);
std::optional<Policies> unpack_policies(const std::string& packed);

}  // namespace weir::catalog
