#include "live/tail.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <simdjson.h>

#include "base/base64.hpp"
#include "base/receipt.hpp"
#include "control/live_limits.hpp"

// The log is read a second time, beside the batcher. A tap in the batcher would save the read, but
// would tie what people see to the batcher's pace, and a client that comes back needs the log
// anyway. Where sequences have no gaps, what was skipped is counted without being read.
namespace weir::live {
namespace {

namespace json = boost::json;

constexpr std::uint64_t per_second = limits::live_payloads_per_second;
constexpr std::uint64_t caught_up_max = 500;   // payloads of a topic after a break
constexpr std::uint64_t looked_at_max = 1000;  // by one filter in one call
constexpr std::uint64_t log_block_bytes = limits::log_block_bytes;

/// Not in the middle of a character.
std::string_view cut(std::string_view body) {
  if (body.size() <= limits::live_payload_bytes_max) return body;
  std::size_t end = limits::live_payload_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(body[end]) & 0xC0) == 0x80 &&
         end > limits::live_payload_bytes_max - 4)
    --end;
  return body.substr(0, end);
}

std::string json_of(const log::Record& record) {
  const std::string_view shown = cut(record.body);
  const Receipt receipt = encode_receipt(record.address);
  json::object line{{"receipt", view(receipt)},
                    {"received_at", weir::to_string(record.received_at)},
                    {"payload_type", weir::to_string(record.type)},
                    {"bytes", record.body.size()}};
  if (simdjson::validate_utf8(shown.data(), shown.size()))
    line["payload"] = shown;
  else
    line["payload_base64"] = to_base64(shown);
  if (shown.size() < record.body.size()) line["cut"] = true;
  return json::serialize(line);
}

template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_sign(std::string_view& text, char sign) {
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string to_string(const TailPosition& position) {
  std::string text;
  for (const auto& part : position.parts) {
    if (!text.empty()) text += '/';
    text += std::to_string(part.partition.value) + '.' + std::to_string(part.lsn.value);
    for (const auto& [stream, next] : part.next)
      text += ';' + std::to_string(stream.value) + '.' + std::to_string(next.value);
  }
  return text;
}

std::optional<TailPosition> parse_tail_position(const std::string& given) {
  constexpr std::size_t parts_max = 4096;
  std::string_view text = given;
  TailPosition position;
  do {
    auto& part = position.parts.emplace_back();
    if (!take_number(text, part.partition.value) || !take_sign(text, '.') ||
        !take_number(text, part.lsn.value))
      return std::nullopt;
    while (text.starts_with(';') && part.next.size() <= limits::live_tails_max) {
      StreamNo stream;
      Sequence next;
      text.remove_prefix(1);
      if (!take_number(text, stream.value) || !take_sign(text, '.') ||
          !take_number(text, next.value))
        return std::nullopt;
      part.next[stream] = next;
    }
  } while (take_sign(text, '/') && position.parts.size() < parts_max);
  if (!text.empty()) return std::nullopt;
  return position;
}

Tail::Tail(log::Log& log) : log_(log) {
  for (const PartitionNo partition : log.partitions())
    parts_.push_back({.partition = partition});
}

Result<Tail::Channel> Tail::channel_of(const Tailed& tailed) {
  WEIR_TRY(control::PayloadFilter filter, control::PayloadFilter::parse(tailed.filter));
  return Channel{tailed, std::move(filter), per_second};
}

void Tail::watch(const std::vector<Tailed>& topics) {
  const auto is_wanted = [&](const std::string& topic) {
    return std::any_of(topics.begin(), topics.end(),
                       [&](const Tailed& tailed) { return tailed.topic == topic; });
  };
  std::erase_if(channels_, [&](const auto& item) { return !is_wanted(item.first); });
  for (const Tailed& tailed : topics)
    if (!channels_.contains(tailed.topic))
      if (auto channel = channel_of(tailed)) channels_.emplace(tailed.topic, *std::move(channel));
  by_stream_.clear();
  for (auto& [topic, channel] : channels_)
    by_stream_[channel.tailed.stream].push_back(&channel);
  for (Followed& part : parts_) {
    std::erase_if(part.next, [&](const auto& item) { return !by_stream_.contains(item.first); });
    if (channels_.empty())
      part.reader.reset();
    else if (!part.reader)
      skip_to_the_end(part);
    note_new_streams(part);
  }
}

void Tail::note_new_streams(Followed& part) {
  if (!is_gapless(part.partition) || part.next.size() == by_stream_.size()) return;
  const auto state = log_.partition_state(part.partition);
  for (const auto& [stream, channels] : by_stream_) {
    const auto known = state.next_sequences.find(stream);
    const Sequence next = known == state.next_sequences.end() ? Sequence{} : known->second;
    part.next.try_emplace(stream, std::max(next, Sequence{1}));
  }
}

/// A reader at the end of what is durable, where a commit ends: found without reading the segment.
void Tail::skip_to_the_end(Followed& part) {
  part.at = log_.durable_end(part.partition);
  part.reader.reset();  // before the next one, so that a log may lend the same connection again
  auto reader = log_.read_from(part.partition, part.at);
  part.reader = reader ? *std::move(reader) : nullptr;
}

void Tail::show(Channel& channel, const log::Record& record) {
  if (!channel.filter.is_empty()) {
    if (channel.looked_at == looked_at_max) {
      ++channel.left_out;
      return;
    }
    ++channel.looked_at;
    if (!channel.filter.matches(record.type, record.body)) {
      ++channel.not_matching;
      return;
    }
  }
  if (channel.allowance < 1) {
    ++channel.left_out;
    return;
  }
  channel.allowance -= 1;
  if (channel.shown++ > 0) channel.payloads += ',';
  channel.payloads += json_of(record);
}

void Tail::take(Followed& part, const log::Record& record) {
  const auto found = by_stream_.find(record.address.stream);
  if (found == by_stream_.end()) return;
  std::uint64_t skipped = 0;
  if (is_gapless(part.partition)) {
    Sequence& next = part.next[record.address.stream];
    // One that was appended, and not durable, when the stream began to be watched.
    const Sequence before = std::exchange(next, {record.address.sequence.value + 1});
    if (record.address.sequence > before) skipped = record.address.sequence.value - before.value;
  }
  for (Channel* channel : found->second) {
    channel->accepted += skipped + 1;
    channel->left_out += skipped;
    show(*channel, record);
  }
}

TailEvent Tail::event_of(Channel& channel, std::uint64_t missed) {
  json::object head{{"topic", channel.tailed.topic},
                    {"stream_id", channel.tailed.stream_id},
                    {"accepted", channel.accepted},
                    {"left_out", channel.left_out},
                    {"not_matching", channel.not_matching}};
  if (missed > 0) head["missed"] = missed;
  std::string text = "event: tail\ndata: " + json::serialize(head);
  text.pop_back();
  text += ",\"payloads\":[" + channel.payloads + "]}\n\n";
  TailEvent event{channel.tailed.topic, std::move(text), channel.shown};
  channel.accepted = channel.left_out = channel.not_matching = channel.shown = 0;
  channel.looked_at = 0;
  channel.payloads = {};
  return event;
}

bool Tail::anything_to_show() const {
  return std::any_of(channels_.begin(), channels_.end(), [](const auto& item) {
    const Channel& channel = item.second;
    return channel.allowance >= 1 &&
           (channel.filter.is_empty() || channel.looked_at < looked_at_max);
  });
}

/// The last records before a pause, which no later one tells of.
void Tail::count_skipped(Followed& part) {
  if (!part.has_skipped || !is_gapless(part.partition)) return;
  const auto state = log_.partition_state(part.partition);
  if (!state.idle || state.end != part.at) return;
  part.has_skipped = false;
  for (auto& [stream, next] : part.next) {
    const auto known = state.next_sequences.find(stream);
    if (known == state.next_sequences.end() || known->second <= next) continue;
    for (Channel* channel : by_stream_[stream]) {
      channel->accepted += known->second.value - next.value;
      channel->left_out += known->second.value - next.value;
    }
    next = known->second;
  }
}

/// What would only be counted is not read: the numbers of records have no gaps, or are not counted.
std::uint64_t Tail::read(Followed& part, std::uint64_t bytes_max) {
  if (!part.reader) skip_to_the_end(part);
  std::uint64_t read = 0;
  while (part.reader && read < bytes_max && anything_to_show()) {
    const auto record = part.reader->next();
    if (!record) {
      part.reader.reset();  // its segment may be gone: go on at the present
      break;
    }
    if (!*record) break;
    read += (*record)->body.size() + sizeof(log::Record);
    take(part, **record);
  }
  if (read == 0) count_skipped(part);
  if (read >= bytes_max || !part.reader || !anything_to_show()) {
    skip_to_the_end(part);
    part.has_skipped = true;
  } else {
    part.at = part.reader->position();
  }
  return read;
}

std::vector<TailEvent> Tail::read(std::chrono::milliseconds elapsed) {
  if (channels_.empty()) return {};
  const double allowed =
      static_cast<double>(per_second) * static_cast<double>(elapsed.count()) / 1000.0;
  for (auto& [topic, channel] : channels_)
    channel.allowance = std::min<double>(per_second, channel.allowance + allowed);
  for (Followed& part : parts_)
    read(part, limits::live_read_bytes_max / parts_.size());
  std::vector<TailEvent> events;
  for (auto& [topic, channel] : channels_)
    if (channel.accepted > 0) events.push_back(event_of(channel, 0));
  return events;
}

TailPosition Tail::position(const std::vector<Tailed>& topics) const {
  TailPosition position;
  for (const Followed& part : parts_) {
    auto& own = position.parts.emplace_back();
    own.partition = part.partition;
    own.lsn = part.at;
    for (const Tailed& tailed : topics)
      if (const auto found = part.next.find(tailed.stream); found != part.next.end())
        own.next[tailed.stream] = found->second;
  }
  return position;
}

void Tail::catch_up(const Followed& part, TailPosition::InPartition from,
                    std::vector<Channel>& channels, std::map<StreamNo, std::uint64_t>& missed) {
  const bool gapless = is_gapless(part.partition);
  // Ids are places where a commit ends. Another place would cost the reading of its segment.
  const bool is_known = !gapless || from.lsn.value % log_block_bytes == 0;
  auto reader = is_known ? log_.read_from(part.partition, from.lsn)
                         : Result<std::unique_ptr<log::Reader>>(fail(Errc::not_found, ""));
  std::uint64_t read = 0;
  while (reader && read < limits::live_read_bytes_max / parts_.size() &&
         (*reader)->position() < part.at) {
    const auto record = (*reader)->next();
    if (!record || !*record) break;
    read += (*record)->body.size() + sizeof(log::Record);
    const Address& address = (*record)->address;
    std::uint64_t skipped = 0;
    if (gapless) {
      const auto known = from.next.find(address.stream);
      if (known == from.next.end() || address.sequence < known->second) continue;
      skipped = address.sequence.value - known->second.value;
      known->second = {address.sequence.value + 1};
    }
    for (Channel& channel : channels) {
      if (channel.tailed.stream != address.stream) continue;
      channel.accepted += skipped + 1;
      channel.left_out += skipped;
      show(channel, **record);
    }
  }
  for (const auto& [stream, next] : from.next)
    if (const auto now = part.next.find(stream); now != part.next.end() && now->second > next)
      missed[stream] += now->second.value - next.value;
}

std::vector<TailEvent> Tail::catch_up(const std::vector<Tailed>& topics, const TailPosition& from) {
  std::vector<Channel> channels;
  for (const Tailed& tailed : topics)
    if (auto channel = channel_of(tailed)) {
      channel->allowance = caught_up_max;
      channels.push_back(*std::move(channel));
    }
  std::map<StreamNo, std::uint64_t> missed;
  for (const auto& place : from.parts)
    for (const Followed& part : parts_)
      if (part.partition == place.partition) catch_up(part, place, channels, missed);
  std::vector<TailEvent> events;
  for (Channel& channel : channels) {
    const std::uint64_t not_there = missed[channel.tailed.stream];
    if (not_there > 0 || channel.accepted > 0) events.push_back(event_of(channel, not_there));
  }
  return events;
}

}  // namespace weir::live
