#pragma once

#include <string>

#include "base/result.hpp"
#include "env/random.hpp"

/// Passwords, as Argon2id. Each call takes 19 MiB and tens of milliseconds of a core: never on an
/// event loop, and few at a time (sign_ins.hpp).
namespace weir::control {

/// bad_request: too short to be a password, or longer than anyone types.
Result<void> check_password(const std::string& password);
/// The hash with its salt and parameters, as one text: what the catalog stores.
Result<std::string> hash_password(const std::string& password, Random& random);
bool is_password(const std::string& password, const std::string& stored);
/// A hash that no password has: looking at it takes as long as at a real one.
const std::string& nobodys_password();

}  // namespace weir::control
