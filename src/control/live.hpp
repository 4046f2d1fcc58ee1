#pragma once

#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "control/routes.hpp"

/// What a client of GET /api/v0/live is told (spec/live.md 1). The connections themselves are those
/// of live/hub.hpp.
namespace weir::control {

/// A stream whose payloads are shown.
struct TailTopic {
  std::string topic;  // as the client wrote it, which its events repeat
  std::string stream_id;
  StreamNo stream;
  std::string filter;  // control/payload_filter.hpp; empty: all payloads
};

struct LiveTopics {
  bool rates = false;
  bool runs = false;
  bool needs_you = false;
  std::vector<TailTopic> tails;
};

/// The topics of the query, each with the caller's right to it. bad_request, forbidden, or
/// not_found for a stream that is not the tenant's. Does not block.
Result<LiveTopics> live_topics(const http::Request& request, const Caller& caller,
                               const catalog::Snapshot& snapshot);

/// How such an answer begins, without its end.
http::Response live_opening();

/// A caller who may follow the topics.
struct LiveGrant {
  Caller caller;
  LiveTopics topics;
};

}  // namespace weir::control
