#pragma once

#include <string>

#include "base/http.hpp"
#include "base/result.hpp"
#include "catalog/users.hpp"
#include "control/routes.hpp"

namespace weir::control {

/// A Set-Cookie line for this host only: HttpOnly, and Secure over https, where the name is the
/// first. `same_site`: "Strict", or "Lax" where another site leads back here.
std::string cookie_line(const Call& call, std::string_view secure_name, std::string_view name,
                        const std::string& value, std::chrono::seconds age,
                        std::string_view same_site);

/// Starts a session of the user with a new token always: one that somebody planted in the browser
/// before opens nothing. `replaces`: the hash of the session that ends; empty: none. The audit
/// event of the call is the user's.
struct StartedSession {
  std::string token;
  std::string cookie;  // of Set-Cookie
};
Result<StartedSession> start_session(const Call& call, const catalog::User& user,
                                     const std::string& replaces);

}  // namespace weir::control
