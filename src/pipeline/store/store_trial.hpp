#pragma once

#include <string>

#include "base/result.hpp"
#include "env/random.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::store {

/// Puts an object of its own, reads, lists and removes it. Leaves nothing. Any thread. Errors say
/// which of the things that the server needs failed, and why: io, where the store refuses it until
/// somebody changes that; unavailable, where it may pass.
Result<void> try_out(ObjectStore& store, Random& random);

}  // namespace weir::store
