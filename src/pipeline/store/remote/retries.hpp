#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "env/random.hpp"
#include "pipeline/store/remote/http_client.hpp"

namespace weir::store {

/// How often a request is sent, and the waits in between.
struct Retries {
  int tries_max = 6;
  std::chrono::milliseconds first_wait{100};  // at most; doubled each time, and a share by chance
  std::chrono::milliseconds longest_wait{3000};
};

/// Whether the same request may get another answer a little later: no answer, 408, 429, 5xx.
bool may_pass_later(const Result<HttpReply>& reply);

/// A request with what is known of its tries.
struct Tried {
  Result<HttpReply> reply;
  int tries = 0;
  /// A try before the last one may have been carried out: it had no answer, or a 5xx.
  bool is_ambiguous = false;
};

/// Sends until there is an answer that will not change, or `tries_max` times. `send` is called
/// again for each try, to sign it anew. `also_retry` names further answers that are tried again;
/// may be empty.
Tried with_retries(const Retries& retries, Random& random,
                   const std::function<Result<HttpReply>()>& send,
                   const std::function<bool(const HttpReply&)>& also_retry = {});

}  // namespace weir::store
