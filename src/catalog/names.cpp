#include "catalog/names.hpp"

#include "base/limits.hpp"

// Names are for people: nearly anything is one. What must be found by them is found by ids.
namespace weir::catalog {

Result<void> check_name(std::string_view what, const std::string& name) {
  if (name.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(Errc::bad_request, "The name of " + std::string(what) + " must not be empty.");
  if (name.size() > limits::name_bytes_max)
    return fail(Errc::bad_request, "The name of " + std::string(what) + " is longer than " +
                                       std::to_string(limits::name_bytes_max) +
                                       " bytes. Choose a shorter one.");
  return {};
}

Failure no_such(std::string_view what, const std::string& id) {
  return fail(Errc::not_found,
              "There is no " + std::string(what) + " \"" + id + "\" in this tenant.");
}

std::string name_of_principal(std::string_view column, std::string_view tenant) {
  const std::string id(column);
  const std::string no(tenant);
  return "COALESCE((SELECT k.name FROM api_keys k WHERE k.id = " + id + " AND k.tenant_no = " + no +
         "), (SELECT u.name FROM users u JOIN memberships m ON m.user_no = u.no WHERE u.id = " +
         id + " AND m.tenant_no = " + no + "), '')";
}

}  // namespace weir::catalog
