// Done with the store's own operations, so that whatever they need is tried: permissions differ by
// operation, and a server may know an API and not all of it.
#include "pipeline/store/store_trial.hpp"

#include <algorithm>
#include <utility>

namespace weir::store {
namespace {

constexpr const char* folder = "trial";

Result<void> put(ObjectStore& store, const std::string& key, std::string_view bytes) {
  WEIR_TRY(const auto writer, store.create(key));
  WEIR_CHECK(writer->write(bytes));
  return writer->publish(IfThere::replace);
}

Result<void> read_back(ObjectStore& store, const std::string& key, std::string_view bytes) {
  WEIR_TRY(const std::string whole, store.read(key));
  WEIR_TRY(const std::string piece, store.read_range(key, 2, 3));
  if (whole == bytes && piece == bytes.substr(2, 3)) return {};
  return fail(Errc::io, "what was put comes back as something else");
}

Result<void> find(ObjectStore& store, const std::string& name) {
  WEIR_TRY(const auto names, store.list(folder));
  if (std::find(names.begin(), names.end(), name) != names.end()) return {};
  return fail(Errc::io, "what was put is not listed");
}

/// The last step that failed, or that all of them worked.
Result<void> use(ObjectStore& store, const std::string& name, std::string_view bytes) {
  const std::string key = std::string(folder) + "/" + name;
  if (auto done = read_back(store, key, bytes); !done)
    return fail_while("the store cannot be read", std::move(done).error());
  if (auto done = find(store, name); !done)
    return fail_while("the store cannot be listed", std::move(done).error());
  return {};
}

}  // namespace

Result<void> try_out(ObjectStore& store, Random& random) {
  const std::string name = random_id(random, "", 22);
  const std::string key = std::string(folder) + "/" + name;
  const std::string bytes = "an object by which weir tries its store";
  if (auto done = put(store, key, bytes); !done)
    return fail_while("the store cannot be written to", std::move(done).error());
  auto used = use(store, name, bytes);
  if (auto gone = store.remove(key); !gone && used)
    return fail_while("nothing can be removed from the store", std::move(gone).error());
  return used;
}

}  // namespace weir::store
