#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "control/payload_filter.hpp"
#include "pipeline/log/log.hpp"

namespace weir::live {

/// What was seen of one topic, ready to be sent.
struct TailEvent {
  std::string topic;
  std::string text;  // an event of server-sent events without its id
  std::uint64_t payloads = 0;
};

/// What one topic shows.
struct Tailed {
  std::string topic;
  std::string stream_id;
  StreamNo stream;
  std::string filter;
};

/// Where a client was told of payloads up to: in each partition a place in the log, and the next
/// record of each of its streams where the partition is gapless. Its text is the id of an event.
struct TailPosition {
  struct InPartition {
    PartitionNo partition;
    Lsn lsn;
    std::map<StreamNo, Sequence> next;
  };
  std::vector<InPartition> parts;
};
std::string to_string(const TailPosition& position);
std::optional<TailPosition> parse_tail_position(const std::string& text);

/// Shows the payloads of streams that somebody watches, once they are durable: reads the log on its
/// own, so that accepting them costs nothing. Where more is accepted than it may read, it skips and
/// says how much, as far as places tell: in a partition that is not gapless, what was skipped is in
/// no count. A topic is worked on once, however many watch it. Used by one thread.
class Tail {
 public:
  explicit Tail(log::Log& log);

  /// From the present on where `topics` are new; without any it holds no reader.
  void watch(const std::vector<Tailed>& topics);
  /// What has come since the last call, of each topic; `elapsed` is the time since, and decides how
  /// many payloads are shown.
  std::vector<TailEvent> read(std::chrono::milliseconds elapsed);
  /// What a client missed since `from`, as far as the log still has it; with how many it does not.
  /// Call it right after read(): events go on where this ends.
  std::vector<TailEvent> catch_up(const std::vector<Tailed>& topics, const TailPosition& from);
  /// Where read() has come to, for a client with these topics.
  TailPosition position(const std::vector<Tailed>& topics) const;

 private:
  struct Channel {
    Tailed tailed;
    control::PayloadFilter filter;
    double allowance = 0;  // of payloads to be shown now
    // Since the last event:
    std::uint64_t accepted = 0;
    std::uint64_t left_out = 0;
    std::uint64_t not_matching = 0;
    std::uint64_t looked_at = 0;  // by the filter
    std::string payloads;
    std::uint64_t shown = 0;
  };

  /// A partition that is followed.
  struct Followed {
    PartitionNo partition;
    std::unique_ptr<log::Reader> reader{};
    Lsn at{};
    bool has_skipped = false;                       // records that are not counted yet
    std::unordered_map<StreamNo, Sequence> next{};  // of the streams that are watched
  };

  static Result<Channel> channel_of(const Tailed& tailed);
  void take(Followed& part, const log::Record& record);
  std::uint64_t read(Followed& part, std::uint64_t bytes_max);
  static void show(Channel& channel, const log::Record& record);
  static TailEvent event_of(Channel& channel, std::uint64_t missed);
  void skip_to_the_end(Followed& part);
  bool anything_to_show() const;
  void count_skipped(Followed& part);
  void note_new_streams(Followed& part);
  /// What of `from` the log still has, for the channels; adds what it has not to `missed`.
  void catch_up(const Followed& part, TailPosition::InPartition from,
                std::vector<Channel>& channels, std::map<StreamNo, std::uint64_t>& missed);

  log::Log& log_;
  std::vector<Followed> parts_;
  std::map<std::string, Channel> channels_;  // by topic
  std::unordered_map<StreamNo, std::vector<Channel*>> by_stream_;
};

}  // namespace weir::live
