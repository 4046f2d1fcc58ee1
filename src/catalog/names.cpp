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

}  // namespace weir::catalog
