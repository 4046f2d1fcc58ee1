#pragma once

#include <array>
#include <string>

#include "cli/client/api.hpp"
#include "cli/demo/workload.hpp"

namespace weir::cli::demo {

/// Ids of what was made.
struct Workspace {
  std::string ingest_token;
  std::array<std::string, all_streams.size()> stream_ids;   // by Stream
  std::array<std::string, all_streams.size()> courier_ids;  // by Stream: one courier each
  std::array<std::string, all_tables.size()> feed_ids;      // by Table

  const std::string& stream_id(Stream stream) const {
    return stream_ids[static_cast<std::size_t>(stream)];
  }
  const std::string& courier_id(Stream stream) const {
    return courier_ids[static_cast<std::size_t>(stream)];
  }
};

/// Creates, through the control API, an ingest key with a token good until `expires_at`, the
/// streams, and for each stream its feeds, ingest queries and courier.
Result<Workspace> set_up(Api& api, Time expires_at);

}  // namespace weir::cli::demo
