#pragma once

#include <memory>
#include <string>

#include "catalog/backend.hpp"

namespace weir::catalog {

/// SQLite: `path` as in Catalog::open, a file that is created with mode 0600. What it holds is
/// checked as it is opened (content_sums.hpp). If another process holds the file, calls wait.
std::unique_ptr<Backend> sqlite_backend(const std::string& path);

/// Errors: corrupt, with how to restore it, where there is no file, or an empty one; io.
Result<void> check_catalog_file(const std::string& path);

}  // namespace weir::catalog
