// What every store does the same way.
#include "pipeline/store/object_store.hpp"

#include <algorithm>

namespace weir::store {

Result<void> check_key(const std::string& key) {
  bool fits = !key.empty() && key.find('\0') == std::string::npos;
  for (std::size_t at = 0; fits && at <= key.size();) {
    const std::size_t end = std::min(key.find('/', at), key.size());
    const std::string part = key.substr(at, end - at);
    fits = !part.empty() && part != "." && part != ".." && part != ".partial";
    at = end + 1;
  }
  if (fits) return {};
  return fail(Errc::bad_request, "'" + key + "' is no object key: parts between '/' are names");
}

Failure already_there(const std::string& key) {
  return fail(Errc::conflict,
              "there is an object " + key + " already, and it was to be put only once");
}

Result<std::vector<std::string>> ObjectStore::list(const std::string& folder) {
  std::vector<std::string> names;
  WEIR_CHECK(for_each_name(folder, [&](const std::string& name) -> Result<void> {
    names.push_back(name);
    return {};
  }));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace weir::store
