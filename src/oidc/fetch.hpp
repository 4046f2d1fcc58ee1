#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"

namespace weir::oidc {

struct FetchRequest {
  std::string url;
  std::string form{};  // sent as a POST; empty: a GET
  std::string user{};  // of HTTP's Basic; empty: none
  std::string password{};
  std::string bearer{};  // an access token; empty: none
};
struct FetchReply {
  int status = 0;
  std::string body;
};

/// One exchange with the provider; unavailable where no answer came. May block for seconds.
using Fetch = std::function<Result<FetchReply>(const FetchRequest&)>;

/// By libcurl: no redirects, at most 10 s and 1 MiB. `ca_file`: trusted authorities, PEM; empty:
/// the system's.
Fetch network_fetch(std::string ca_file);

}  // namespace weir::oidc
