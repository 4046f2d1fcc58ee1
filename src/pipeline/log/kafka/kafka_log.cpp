// What the poller does for a record is short, since all results of the process pass through it.
// Calls to the catalog and to brokers that may wait are the keeper's.
//
// Numbers of a lane are given under the lock of the partition in which the record is appended, so
// the order of numbers is that of the records. When a delivery fails, it is unknown whether later
// ones of the lane leave a hole, so the lane ends.
#include "pipeline/log/kafka/kafka_log.hpp"

#include <functional>

#include "base/thread.hpp"
#include "pipeline/log/kafka/kafka_reader.hpp"

namespace weir::log::kafka {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int answer_ms = 2000;
constexpr int leader_tries = 40;  // while a partition gets a leader
constexpr milliseconds leader_wait{50};
constexpr seconds keep_every{1};
constexpr seconds tick_again_after{2};
constexpr std::uint64_t in_a_row = 32;  // entries without a key, so that batches fill
constexpr std::uint64_t guessed_bytes = 1024;

std::int64_t micros(Time time) {
  return time.time_since_epoch().count();
}

Time time_of(std::int64_t micros_since_1970) {
  return Time(microseconds(micros_since_1970));
}

void raise(std::atomic<std::int64_t>& value, std::int64_t to) {
  std::int64_t now = value.load();
  while (now < to && !value.compare_exchange_weak(now, to)) {
  }
}

}  // namespace

KafkaLog::KafkaLog(KafkaSettings settings, LaneBook& lanes, Clock& clock)
    : settings_(std::move(settings)),
      lane_book_(lanes),
      clock_(clock),
      consumers_(settings_, *this) {}

Result<std::unique_ptr<KafkaLog>> KafkaLog::open(KafkaSettings settings, LaneBook& lanes,
                                                 Clock& clock) {
  std::unique_ptr<KafkaLog> log(new KafkaLog(std::move(settings), lanes, clock));
  WEIR_CHECK(log->start());
  return log;
}

Result<void> KafkaLog::start() {
  WEIR_TRY(Conf conf, shared_conf(settings_, *this));
  WEIR_CHECK(conf.set("enable.idempotence", "true"));
  WEIR_CHECK(conf.set("acks", "all"));
  WEIR_CHECK(conf.set("linger.ms", "1"));
  WEIR_CHECK(conf.set("message.timeout.ms", std::to_string(settings_.delivery_max.count())));
  WEIR_CHECK(conf.set("message.max.bytes", std::to_string(message_bytes_max)));
  WEIR_CHECK(conf.set("queue.buffering.max.messages", "2000000"));
  WEIR_CHECK(conf.set("queue.buffering.max.kbytes",
                      std::to_string(settings_.queue_bytes_max / limits::kib)));
  WEIR_TRY(producer_, conf.make(RD_KAFKA_PRODUCER));
  WEIR_TRY(found_, prepare_topic(producer_.get(), settings_));
  topic_.reset(rd_kafka_topic_new(producer_.get(), settings_.topic.c_str(), nullptr));
  if (!topic_) return failure_of("The topic " + settings_.topic, rd_kafka_last_error());
  for (int i = 0; i < found_.partitions; ++i)
    partitions_.emplace_back();
  WEIR_CHECK(open_lane());
  poller_ = std::thread([this] { run_poller(); });
  keeper_ = std::thread([this] { run_keeper(); });
  return {};
}

KafkaLog::~KafkaLog() {
  close();
}

/// What waits is delivered, or given up when its time is over; then its result is told.
void KafkaLog::close() {
  closing_ = true;
  if (poller_.joinable()) poller_.join();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  keeper_wakes_.notify_all();
  durable_moved_.notify_all();
  if (keeper_.joinable()) keeper_.join();
}

// -- Appending

std::vector<PartitionNo> KafkaLog::partitions() const {
  std::vector<PartitionNo> all;
  for (std::size_t i = 0; i < partitions_.size(); ++i)
    all.push_back({static_cast<std::uint16_t>(first_kafka_partition + i)});
  return all;
}

Result<int> KafkaLog::index_of(PartitionNo partition) const {
  const int index = partition.value - first_kafka_partition;
  if (index < 0 || static_cast<std::size_t>(index) >= partitions_.size())
    return fail(Errc::not_found,
                "the topic " + settings_.topic + " has no partition " + std::to_string(index));
  return index;
}

std::string KafkaLog::name_of(int index) const {
  return "Partition " + std::to_string(index) + " of the topic " + settings_.topic;
}

/// Equal keys of a stream meet. The hash is FNV-1a, the same in every version of Weir.
int KafkaLog::pick(const Entry& entry) {
  const std::uint64_t count = partitions_.size();
  if (entry.partition)
    if (const auto index = index_of(*entry.partition)) return *index;
  if (entry.idempotency_key.empty())
    return static_cast<int>(turn_.fetch_add(1, std::memory_order_relaxed) / in_a_row % count);
  std::uint64_t hash = 14695981039346656037ULL;
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 1099511628211ULL; };
  for (unsigned shift = 0; shift < 32; shift += 8)
    add(static_cast<unsigned char>(entry.stream.value >> shift));
  for (const char c : entry.idempotency_key)
    add(static_cast<unsigned char>(c));
  return static_cast<int>(hash % count);
}

Result<void> KafkaLog::append(const Entry& entry, AppendSink& sink, std::uint64_t cookie) {
  if (closing_) return fail(Errc::unavailable, "the log is closing");
  if (entry.idempotency_key.size() > limits::idempotency_key_bytes_max)
    return fail(Errc::bad_request, "the idempotency key is too long");
  if (entry.body.size() > limits::payload_bytes_ceiling)
    return fail(Errc::too_large, "no message of the topic is as large");
  if (!answers_)
    return fail(Errc::unavailable, "no Kafka broker of " + settings_.brokers + " answers");
  const int index = pick(entry);
  Partition& partition = partitions_[static_cast<std::size_t>(index)];
  auto delivery = std::make_unique<Delivery>();
  delivery->sink = &sink;
  delivery->cookie = cookie;
  delivery->stream = entry.stream;
  const std::lock_guard lock(partition.mutex);
  Lane* const lane = lane_.load();
  if (lane == nullptr)
    return fail(Errc::unavailable, "a record could not be delivered; a moment later others can");
  if (partition.lane != lane) partition.numbers.clear();
  partition.lane = delivery->lane = lane;
  std::uint64_t& number = partition.numbers[entry.stream];
  const RecordHead head{entry.stream, entry.type, lane->no(), number + 1};
  WEIR_CHECK(produce(index, head, entry, std::move(delivery)));
  ++number;
  bytes_.fetch_add(entry.body.size(), std::memory_order_relaxed);
  records_.fetch_add(1, std::memory_order_relaxed);
  return {};
}

Result<void> KafkaLog::produce(int index, const RecordHead& head, const Entry& entry,
                               std::unique_ptr<Delivery> delivery) {
  const std::string encoded = encode(head);
  rd_kafka_headers_t* const headers = rd_kafka_headers_new(1);
  rd_kafka_header_add(headers, record_header, -1, encoded.data(),
                      static_cast<ssize_t>(encoded.size()));
  const auto& key = entry.idempotency_key;
  rd_kafka_vu_t parts[7] = {};
  parts[0].vtype = RD_KAFKA_VTYPE_RKT;
  parts[0].u.rkt = topic_.get();
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = index;
  parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[2].u.i = RD_KAFKA_MSG_F_COPY;
  parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[3].u.mem = {const_cast<char*>(entry.body.data()), entry.body.size()};  // NOLINT: copied
  parts[4].vtype = RD_KAFKA_VTYPE_KEY;
  parts[4].u.mem = {key.empty() ? nullptr : const_cast<char*>(key.data()), key.size()};  // NOLINT
  parts[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[5].u.headers = headers;
  parts[6].vtype = RD_KAFKA_VTYPE_OPAQUE;
  parts[6].u.ptr = delivery.get();
  const std::unique_ptr<rd_kafka_error_t, FreeError> refused(
      rd_kafka_produceva(producer_.get(), parts, std::size(parts)));
  const rd_kafka_resp_err_t error =
      refused ? rd_kafka_error_code(refused.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    static_cast<void>(delivery.release());  // until on_delivered()
    return {};
  }
  rd_kafka_headers_destroy(headers);
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL)
    return fail(Errc::overloaded, "more payloads wait for the Kafka brokers than may wait");
  return failure_of("the record was not taken for delivery", error);
}

/// On the poller. Each message that was taken for delivery comes here once.
void KafkaLog::on_delivered(const rd_kafka_message_t& message) noexcept {
  const std::unique_ptr<Delivery> delivery(static_cast<Delivery*>(message._private));
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) raise_end(message.partition, message.offset + 1);
  if (delivery->sink == nullptr) return;
  const PartitionNo partition{
      static_cast<std::uint16_t>(first_kafka_partition + message.partition)};
  AppendResult result{.cookie = delivery->cookie, .address = {}, .error = {}};
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    result.address = {delivery->stream, partition,
                      Sequence{static_cast<std::uint64_t>(message.offset) + 1}};
    delivery->lane->acknowledged(partition, delivery->stream);
    delivery_seconds_.record(static_cast<double>(rd_kafka_message_latency(&message)) / 1e6);
  } else {
    result.error = rd_kafka_message_status(&message) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED
                       ? Errc::unavailable
                       : Errc::commit_timeout;
    on_event(std::string("a record was not delivered: ") + rd_kafka_err2str(message.err));
    Lane* ended = delivery->lane;
    if (lane_.compare_exchange_strong(ended, nullptr)) keeper_wakes_.notify_all();
  }
  results_[delivery->sink].push_back(result);
}

void KafkaLog::tell_results() {
  for (auto& [sink, results] : results_) {
    if (results.empty()) continue;
    sink->on_appended(results);
    results.clear();
  }
}

void KafkaLog::run_poller() {
  name_this_thread("kafka results");
  while (!closing_ || rd_kafka_outq_len(producer_.get()) > 0) {
    if (rd_kafka_poll(producer_.get(), 100) == 0) continue;
    tell_results();
    durable_moved_.notify_all();
  }
  tell_results();
}

// -- What is durable

void KafkaLog::raise_end(int index, std::int64_t end) const {
  raise(partitions_[static_cast<std::size_t>(index)].end, end);
}

void KafkaLog::note_stamp(int index, Time stamp) {
  raise(partitions_[static_cast<std::size_t>(index)].newest_stamp, micros(stamp));
}

/// On average, of those appended here.
std::uint64_t KafkaLog::bytes_of_a_record() const {
  const std::uint64_t records = records_.load(std::memory_order_relaxed);
  return records == 0 ? guessed_bytes : bytes_.load(std::memory_order_relaxed) / records;
}

/// Asks the leader; again for a while where the partition has none, or has a new one.
Result<KafkaLog::Offsets> KafkaLog::offsets(int index) const {
  Partition& own = partitions_[static_cast<std::size_t>(index)];
  for (int tries = 1;; ++tries) {
    if (!answers_) {  // asked each second: nobody here needs to wait for it
      own.is_end_unknown = true;
      return fail(Errc::unavailable, name_of(index) + ": no Kafka broker answers");
    }
    Offsets found;
    const auto error = rd_kafka_query_watermark_offsets(producer_.get(), settings_.topic.c_str(),
                                                        index, &found.begin, &found.end, answer_ms);
    own.is_end_unknown = error != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      raise_end(index, found.end);
      return found;
    }
    if (closing_ || tries == leader_tries) return failure_of(name_of(index), error);
    static_cast<void>(ask_whether_brokers_answer());  // and who leads
    std::this_thread::sleep_for(leader_wait);
  }
}

Lsn KafkaLog::durable_end(PartitionNo partition) const {
  const auto index = index_of(partition);
  if (!index) return {};
  static_cast<void>(offsets(*index));  // where it fails, readers do
  return {static_cast<std::uint64_t>(partitions_[static_cast<std::size_t>(*index)].end.load())};
}

std::uint64_t KafkaLog::bytes_behind(PartitionNo partition, Lsn checkpoint) const {
  const auto index = index_of(partition);
  if (!index) return 0;
  const auto end =
      static_cast<std::uint64_t>(partitions_[static_cast<std::size_t>(*index)].end.load());
  return end > checkpoint.value ? (end - checkpoint.value) * bytes_of_a_record() : 0;
}

Sequence KafkaLog::next_sequence(const Address& address) const {
  return {durable_end(address.partition).value + 1};
}

void KafkaLog::wait_durable(PartitionNo partition, Lsn after, milliseconds at_most) {
  const auto index = index_of(partition);
  if (!index) return;
  const Partition& own = partitions_[static_cast<std::size_t>(*index)];
  std::unique_lock lock(mutex_);
  durable_moved_.wait_for(lock, at_most, [&] {
    return stopping_ || static_cast<std::uint64_t>(own.end.load()) > after.value;
  });
}

PartitionState KafkaLog::partition_state(PartitionNo partition) const {
  return {.next_sequences = {}, .end = durable_end(partition), .idle = false};
}

Time KafkaLog::complete_until(PartitionNo partition) {
  const auto index = index_of(partition);
  if (!index) return {};
  Partition& own = partitions_[static_cast<std::size_t>(*index)];
  const std::int64_t newest = own.newest_stamp.load();
  const Time now = clock_.now();
  const auto hour = [](Time time) { return std::chrono::floor<std::chrono::hours>(time); };
  if (hour(now) > hour(time_of(newest)) && now - time_of(own.ticked_at.load()) > tick_again_after)
    tick(*index);
  return time_of(newest);
}

void KafkaLog::tick(int index) {
  Partition& own = partitions_[static_cast<std::size_t>(index)];
  own.ticked_at = micros(clock_.now());
  if (closing_ || !answers_) return;
  static_cast<void>(produce(index, {}, {}, std::make_unique<Delivery>()));  // again in a moment
}

// -- Reading

Result<std::unique_ptr<Reader>> KafkaLog::read_from(PartitionNo partition, Lsn from) {
  WEIR_TRY(const int index, index_of(partition));
  WEIR_TRY(const Offsets there, offsets(index));
  const auto begin = static_cast<std::int64_t>(from.value);
  if (begin < there.begin)
    return fail(Errc::not_found, name_of(index) + " begins at offset " +
                                     std::to_string(there.begin) + ": what stood at " +
                                     std::to_string(begin) + " was removed");
  if (begin > there.end)
    return fail(Errc::not_found,
                name_of(index) + " ends at offset " + std::to_string(there.end) + ", before " +
                    std::to_string(begin) +
                    ", up to which the catalog has taken it. It is another topic, or was made "
                    "anew: name the topic that belongs to this catalog");
  return KafkaReader::open(*this, index, begin);
}

Result<std::unique_ptr<Reader>> KafkaLog::read_newest(PartitionNo partition, std::uint64_t bytes,
                                                      Lsn checkpoint) {
  const std::uint64_t end = durable_end(partition).value;
  const std::uint64_t back = std::min(end, bytes / std::max<std::uint64_t>(1, bytes_of_a_record()));
  return read_from(partition, std::max(checkpoint, Lsn{end - back}));
}

void KafkaLog::release(PartitionNo partition, Lsn checkpoint) {
  if (const auto index = index_of(partition))
    raise(partitions_[static_cast<std::size_t>(*index)].released,
          static_cast<std::int64_t>(checkpoint.value));
}

// -- Keeping

Result<void> KafkaLog::health() const {
  if (closing_) return fail(Errc::unavailable, "the log is closing");
  if (!answers_) {
    const std::lock_guard lock(mutex_);
    return fail(Errc::unavailable,
                "no Kafka broker of " + settings_.brokers + " answers (" + newest_event_ + ")");
  }
  if (lane_.load() == nullptr)
    return fail(Errc::unavailable,
                "a record could not be delivered to Kafka, and the catalog has "
                "not given the next lane yet");
  return {};
}

LogStats KafkaLog::stats() const {
  LogStats stats;
  delivery_seconds_.add_to(stats.commit_seconds);
  for (std::size_t i = 0; i < partitions_.size(); ++i)
    stats.kept_bytes += bytes_behind({static_cast<std::uint16_t>(first_kafka_partition + i)},
                                     {static_cast<std::uint64_t>(partitions_[i].released.load())});
  return stats;
}

void KafkaLog::on_event(const std::string& text) noexcept {
  {
    const std::lock_guard lock(mutex_);
    newest_event_ = text;
  }
  if (settings_.on_event) settings_.on_event(text);
}

Result<void> KafkaLog::open_lane() {
  WEIR_TRY(const LaneNo no, lane_book_.open_lane());
  const std::lock_guard lock(mutex_);
  lane_ = &lanes_.emplace_back(no);
  return {};
}

bool KafkaLog::ask_whether_brokers_answer() const {
  const rd_kafka_metadata_t* found = nullptr;
  const auto error = rd_kafka_metadata(producer_.get(), 0, topic_.get(), &found, answer_ms);
  if (found != nullptr) rd_kafka_metadata_destroy(found);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaLog::write_lanes() {
  for (Lane& lane : lanes_) {
    const auto counts = lane.take_changed();
    if (counts.empty()) continue;
    if (const auto written = lane_book_.acknowledge(lane.no(), counts); !written) {
      lane.put_back(counts);
      on_event("what was acknowledged could not be counted: " + written.error().message);
    }
  }
}

void KafkaLog::remove_released() {
  std::map<int, std::int64_t> before;
  for (std::size_t i = 0; i < partitions_.size(); ++i)
    if (const std::int64_t to = partitions_[i].released.load(); to > partitions_[i].removed)
      before[static_cast<int>(i)] = to;
  if (const auto done = delete_records(producer_.get(), settings_.topic, before); !done) {
    on_event(done.error().message);
    return;
  }
  for (const auto& [index, to] : before)
    partitions_[static_cast<std::size_t>(index)].removed = to;
}

void KafkaLog::run_keeper() {
  name_this_thread("kafka keeper");
  constexpr int rounds_between_removals = 30;
  for (int round = 1;; ++round) {
    {
      std::unique_lock lock(mutex_);
      keeper_wakes_.wait_for(lock, keep_every,
                             [this] { return stopping_ || lane_.load() == nullptr; });
      if (stopping_) break;
    }
    answers_ = ask_whether_brokers_answer();
    write_lanes();
    if (lane_.load() == nullptr) {
      if (const auto opened = open_lane(); !opened) {
        on_event("no lane could be opened: " + opened.error().message);
        std::this_thread::sleep_for(milliseconds(100));
      }
    }
    if (answers_ && round % rounds_between_removals == 0) remove_released();
  }
  write_lanes();
}

}  // namespace weir::log::kafka
