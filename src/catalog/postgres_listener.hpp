#pragma once

#include <memory>
#include <string>

#include "catalog/follower.hpp"

namespace weir::catalog {

/// Hears what Backend::announce sends, on a connection of its own, which is made again when it is
/// lost. `connection` is libpq's connection string.
std::unique_ptr<Listener> postgres_listener(std::string connection);

}  // namespace weir::catalog
