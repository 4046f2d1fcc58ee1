#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/records.hpp"

namespace weir::catalog {

/// A feed's lists as the database keeps them: JSON text.
std::string pack_fields(const std::vector<FeedField>& fields);
std::optional<std::vector<FeedField>> unpack_fields(const std::string& json);

std::string pack_names(const std::vector<std::string>& names);
std::optional<std::vector<std::string>> unpack_names(const std::string& json);

}  // namespace weir::catalog
