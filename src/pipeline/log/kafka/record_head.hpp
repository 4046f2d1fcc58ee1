#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/result.hpp"

/// What stands beside a payload in a message of the topic (docs/formats/kafka-record.md): the
/// message's value is the body, its key the idempotency key, and its header "weir" this.
namespace weir::log::kafka {

inline constexpr const char* record_header = "weir";

struct RecordHead {
  StreamNo stream;  // 0: a tick, which only says that time has passed
  PayloadType type = PayloadType::json;
  LaneNo lane;
  std::uint64_t number = 0;  // of the lane in the stream and partition, from 1
  bool is_tick() const { return stream.value == 0; }
};

std::string encode(const RecordHead& head);
/// corrupt: nothing that Weir wrote; newer_version: a later weir wrote it.
Result<RecordHead> decode_record_head(std::string_view bytes);

}  // namespace weir::log::kafka
