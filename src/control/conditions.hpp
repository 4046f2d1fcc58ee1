#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>

#include "base/http.hpp"
#include "base/result.hpp"
#include "control/routes.hpp"

/// Edits that go on only if the thing is as the caller saw it: ETag and If-Match (RFC 9110).
namespace weir::control {

/// The GET of the one thing that a route is about; null where there is none. Of an edit below it
/// (/streams/{id}/rate-limit) it is the thing's.
const Route* thing_of(const Routes& routes, const Route& route);

/// What a GET of the thing answers now.
Result<http::Response> seen_now(const Call& call, const Route& thing);

/// A hash of what can be edited in it: counts and times that move by themselves are left out, so
/// that they make no conflict. "" of what is no JSON object.
std::string etag_of(const http::Response& response);

/// The refusal of an edit whose If-Match is not the thing's ETag: a 412 that says which of the
/// body's fields differ, as "theirs" and "yours". nullopt: go on. Equal content is no conflict.
std::optional<http::Response> mismatch(const http::Request& edit, const http::Response& now);

/// Edits of one thing, one after another: between the comparison and the edit nobody else edits.
class Turns {
 public:
  std::unique_lock<std::mutex> take(const std::string& path);

 private:
  std::array<std::mutex, 64> mutexes_;  // by the hash of the path
};

}  // namespace weir::control
