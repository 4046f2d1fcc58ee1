#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::catalog {

/// Checks a name for people: not blank, at most limits::name_bytes_max. `what`: "a stream".
Result<void> check_name(std::string_view what, const std::string& name);

/// The not_found error of a thing: "There is no stream \"is-x\" in this tenant."
Failure no_such(std::string_view what, const std::string& id);

/// SQL: the name of the API key or the user whose id is in `column`, among those of the tenant
/// whose number is in `tenant`; '' of who is not there any more, and of no id.
std::string name_of_principal(std::string_view column, std::string_view tenant = "tenant_no");

}  // namespace weir::catalog
