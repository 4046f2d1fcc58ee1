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

/// Parses policy names: at least one. An unknown name is bad_request and lists the known ones.
Result<Policies> parse_policies(const std::vector<std::string>& names);

/// In the order of the enumeration.
std::vector<std::string> policy_names(Policies policies);

/// The database's form: names separated by a space.
std::string pack_policies(Policies policies);
std::optional<Policies> unpack_policies(const std::string& packed);

}  // namespace weir::catalog
