#pragma once

#include <chrono>
#include <string>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"

namespace weir::control {

/// How long the first token is valid. Generate another one with it before it expires.
inline constexpr std::chrono::days admin_token_life{365};

struct InitResult {
  std::string tenant;
  std::string admin_key;    // the id of an API key with every policy
  std::string admin_token;  // shown once, never stored
};

/// What `weir init` does to an empty catalog: creates a tenant and its first key. A tenant with
/// keys is a conflict; one without (an interrupted init) gets its key.
Result<InitResult> initialise(catalog::Catalog& catalog, const std::string& tenant,
                              const Clock& clock, Random& random);

/// The first key of a tenant that has none, with a token that is good for `life`; conflict where it
/// has one.
Result<InitResult> first_key(catalog::Catalog& catalog, const catalog::Tenant& tenant,
                             const Clock& clock, Random& random, std::chrono::days life);

}  // namespace weir::control
