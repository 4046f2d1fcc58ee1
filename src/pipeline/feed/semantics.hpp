#pragma once

#include <string>
#include <string_view>

namespace weir::feed {

/// The semantic tag of a field whose name looks like personal data (spec/feeds.md 3): "E-Mail" is
/// `email`, "first_name" is `given-name`. Empty for any other name.
std::string suggested_semantic(std::string_view name);

}  // namespace weir::feed
