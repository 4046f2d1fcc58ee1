#include "torture/story.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "pipeline/log/segment_format.hpp"
#include "torture/audit.hpp"
#include "torture/ledger.hpp"
#include "torture/machine.hpp"

namespace weir::torture {
namespace {

using Op = CrashDisk::Op;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Op failing_ops[] = {Op::create, Op::open, Op::read,        Op::write, Op::write, Op::sync,
                              Op::rename, Op::list, Op::directories, Op::names, Op::remove};
constexpr int starts_before_calm = 6;
constexpr int tries_to_drain = 40;
constexpr std::uint64_t story_salt = 0x73746f7279;

/// Codes with which a server may refuse to start after a flipped bit.
bool is_refusal_of_damage(const Error& error) {
  return error.code == Errc::corrupt || error.code == Errc::newer_version ||
         error.code == Errc::not_found || error.code == Errc::io;
}

class Story {
 public:
  explicit Story(const StoryOptions& options)
      : options_(options),
        chance_(options.seed ^ story_salt),
        machine_(options.seed),
        sizes_(ServerSizes::by_chance(chance_)),
        has_damage_(chance_.one_in(4)) {}

  Result<StoryCounts> run();

 private:
  Result<void> begin();
  Result<void> act();
  Result<void> end();
  void sabotage();

  void send();
  void send_one();
  std::uint64_t payload();
  void commit();
  void prepare_segments();
  void batch();
  void flush();
  Result<void> drop();
  void add_stream();
  void pass_time();
  void jump_clock();
  void mislead_clock();
  void plan_failure();
  void plan_power_cut();
  void fill_disk();
  void slow_disk();
  Result<void> flip_bit();

  enum class Going { power_cut, kill, clean };
  Result<void> restart(Going how);
  Result<void> come_back();
  void take_down(Going how);
  Result<void> check_claim();
  Result<void> drain();
  Result<void> seal();
  Result<void> check_days();
  Result<void> drain_stream(StreamNo stream);
  void calm();
  Failure refuse(Error error);
  Failure violation(Error error) const;
  std::optional<std::uint64_t> last_commit_offset(const std::string& path);

  template <class... Parts>
  void tell(fmt::format_string<Parts...> format, Parts&&... parts) const {
    if (options_.tell) options_.tell(fmt::format(format, std::forward<Parts>(parts)...));
  }
  template <class T>
  void tell_outcome(const char* what, const Result<T>& result) const {
    tell("{}: {}", what, result ? std::string("ok") : result.error().message);
  }

  const StoryOptions options_;
  SeededRandom chance_;  // the story's; the disk and the server have their own
  Machine machine_;
  const ServerSizes sizes_;
  const bool has_damage_;
  std::unique_ptr<Server> server_;
  Ledger ledger_;
  std::uint32_t tenant_ = 0;
  std::vector<catalog::Stream> streams_;
  std::vector<std::uint64_t> keyed_;  // the first payload with each key
  Damaged damaged_;
  Dropped dropped_;
  bool refused_ = false;
  StoryCounts counts_;
};

// -- Start and end

Result<StoryCounts> Story::run() {
  auto played = begin();
  for (std::uint32_t i = 0; played && !refused_ && i < options_.acts; ++i)
    played = act();
  if (played && !refused_) played = end();
  if (!played && !refused_) return violation(std::move(played).error());
  const CrashDisk::Counts counts = machine_.disk.counts();
  counts_.stories = 1;
  counts_.refusals = refused_ ? 1 : 0;
  counts_.power_cuts = counts.power_cuts;
  counts_.failures = counts.failures;
  counts_.operations = counts.operations;
  counts_.sent = ledger_.all().size();
  counts_.accepted = ledger_.accepted();
  return counts_;
}

/// With what was damaged, because that is what a reader asks first.
Failure Story::violation(Error error) const {
  for (const std::string& path : damaged_)
    error.message += "; a bit of " + path + " had flipped";
  return fail(std::move(error));
}

/// As `weir init` and a first start do, on a disk without faults.
Result<void> Story::begin() {
  WEIR_CHECK(machine_.disk.make_directories("/data"));
  WEIR_CHECK(machine_.disk.sync_directory("/"));
  WEIR_TRY(server_, Server::start(machine_, sizes_));
  WEIR_TRY(const catalog::Tenant tenant, server_->catalog().tenants().add("acme"));
  tenant_ = tenant.no;
  for (const auto type : {std::optional(PayloadType::json), std::optional(PayloadType::xml),
                          std::optional<PayloadType>()}) {
    WEIR_TRY(auto stream, server_->catalog().streams().add(tenant_, {"stream", "", type, false}));
    streams_.push_back(std::move(stream));
  }
  sabotage();
  return {};
}

void Story::sabotage() {
  const auto lie = [this](std::string below, Op op) {
    machine_.disk.lie_about([below = std::move(below), op](Op asked, const std::string& path) {
      return asked == op && path.starts_with(below);
    });
  };
  switch (options_.sabotage) {
    case Sabotage::disk_lies_to_log:
      return lie(machine_.log_path, Op::write);
    case Sabotage::disk_lies_to_catalog:
      return lie(machine_.catalog_path, Op::sync);
    case Sabotage::disk_lies_to_store:
      return lie(machine_.store_path, Op::sync);
    case Sabotage::disk_forgets_names:
      return lie("/data", Op::names);
    case Sabotage::none:
    case Sabotage::early_answer:
      return;
  }
}

Result<void> Story::end() {
  tell("the end: a last restart, and all of it is looked at");
  WEIR_CHECK(restart(chance_.one_in(2) ? Going::power_cut : Going::kill));
  if (refused_) return {};
  return check_claim();
}

/// The acts that the seed chooses from; one with more numbers happens more often.
Result<void> Story::act() {
  const std::uint64_t act = chance_.below(33);
  if (act < 8) {
    send();
  } else if (act < 13) {
    commit();
  } else if (act < 15) {
    prepare_segments();
  } else if (act < 20) {
    batch();
  } else if (act == 20) {
    flush();
  } else if (act == 21) {
    add_stream();
  } else if (act == 22) {
    pass_time();
  } else if (act == 23) {
    jump_clock();
  } else if (act < 26) {
    plan_failure();
  } else if (act < 28) {
    plan_power_cut();
  } else if (act == 28) {
    WEIR_CHECK(restart(static_cast<Going>(chance_.below(3))));
  } else if (act == 29) {
    fill_disk();
  } else if (act == 30) {
    slow_disk();
  } else if (act == 31) {
    WEIR_CHECK(drop());
  } else if (has_damage_ && chance_.one_in(3)) {
    WEIR_CHECK(flip_bit());
  } else if (chance_.one_in(4)) {
    WEIR_CHECK(check_claim());
  }
  if (refused_) return {};
  if (!machine_.disk.is_on()) return restart(Going::power_cut);
  // From time to time a probe reads /readyz.
  if (!server_->log().health() && chance_.one_in(8)) return restart(Going::clean);
  return {};
}

// -- Load

void Story::send() {
  for (std::uint64_t i = 1 + chance_.below(8); i > 0; --i)
    send_one();
}

void Story::send_one() {
  const std::uint64_t id = payload();
  const Sent& sent = ledger_.at(id);
  const auto taken = server_->log().append(
      {.stream = sent.stream, .type = sent.type, .idempotency_key = sent.key, .body = sent.body},
      ledger_, id);
  tell("send {} to {}{}: {}", id, sent.stream.value, sent.key.empty() ? "" : ", key " + sent.key,
       taken ? "waits" : taken.error().message);
  if (!taken) return;
  ledger_.wait_for(id);
  if (options_.sabotage == Sabotage::early_answer) ledger_.answer_early(id);
}

/// A new payload, or one with a key that was sent not long ago: again, or with another body.
std::uint64_t Story::payload() {
  const bool again = chance_.one_in(5) && !keyed_.empty();
  const std::uint64_t back = chance_.below(chance_.one_in(4) ? 200 : 12);
  const std::uint64_t before = again ? keyed_[keyed_.size() - 1 - back % keyed_.size()] : 0;
  if (again && !chance_.one_in(5)) return ledger_.repeat(before);
  const bool has_key = again || chance_.one_in(4);
  const catalog::Stream& any = streams_[chance_.below(streams_.size())];
  const auto is_same = [&](const catalog::Stream& one) {
    return one.no == ledger_.at(before).stream;
  };
  const catalog::Stream& stream =
      again ? *std::find_if(streams_.begin(), streams_.end(), is_same) : any;
  const PayloadType usual = stream.payload_type.value_or(PayloadType::json);
  const PayloadType other = usual == PayloadType::json ? PayloadType::xml : PayloadType::json;
  const PayloadType type = chance_.one_in(12) ? other : usual;
  const auto soundness =
      chance_.one_in(8) ? Ledger::PayloadForm::broken : Ledger::PayloadForm::sound;
  const std::uint64_t padding = chance_.one_in(6) ? chance_.below(6'000) : chance_.below(200);
  const std::string key = again     ? ledger_.at(before).key
                          : has_key ? fmt::format("key-{}", ledger_.all().size())
                                    : "";
  const std::uint64_t id = ledger_.add(stream.no, type, soundness, padding, key);
  if (has_key && !again) keyed_.push_back(id);
  return id;
}

void Story::commit() {
  tell("commit: {}", server_->log().commit_step() ? "done" : "nothing to do");
}

void Story::prepare_segments() {
  for (std::uint64_t i = 1 + chance_.below(3); i > 0; --i)
    tell("segments: {}", server_->log().segment_step() ? "one" : "nothing done");
}

void Story::batch() {
  const auto progress = server_->batcher().step(server_->clock().now());
  if (progress)
    tell("batch: {} records, {} files", progress->records, progress->batches);
  else
    tell_outcome("batch", progress);
}

void Story::flush() {
  const StreamNo stream = streams_[chance_.below(streams_.size())].no;
  const auto flushed = server_->batcher().flush(stream, server_->clock().now());
  tell_outcome("flush", flushed);
}

/// A payload of the quarantine, whose bytes must then be gone from the store.
Result<void> Story::drop() {
  const auto held = server_->catalog().batches().quarantined(
      tenant_, {.stream_id = {}, .state = catalog::QuarantineState::held}, {});
  if (!held || held->items.empty()) return {};
  const catalog::Quarantined& record = held->items[chance_.below(held->items.size())];
  const auto body = server_->quarantine().body(record);
  tell_outcome("read from the quarantine", body);
  if (!body) return {};  // the audit says whether it may fail
  const auto id = id_in(*body);
  if (!id || *id >= ledger_.all().size() || ledger_.at(*id).body != *body)
    return fail(Errc::internal, "the quarantine gave bytes that nobody sent");
  dropped_.emplace(record.address, *id);
  const auto dropped = server_->quarantine().settle(
      tenant_, record.address, catalog::QuarantineState::dropped, std::nullopt);
  tell_outcome("drop from the quarantine", dropped);
  if (dropped) ++counts_.dropped;
  return {};
}

/// The control API: a 201 is a promise too.
void Story::add_stream() {
  if (streams_.size() >= 8) return;
  const auto type = chance_.one_in(2) ? PayloadType::json : PayloadType::xml;
  auto added = server_->catalog().streams().add(tenant_, {"more", "", type, false});
  tell_outcome("add a stream", added);
  if (added) streams_.push_back(*std::move(added));
}

// -- Faults

void Story::pass_time() {
  const auto by = seconds(chance_.below(chance_.one_in(3) ? 4'000 : 70));
  machine_.clock.advance(by);
  tell("{} s pass", by.count());
}

void Story::jump_clock() {
  if (chance_.one_in(3)) return mislead_clock();
  const auto by = minutes(static_cast<std::int64_t>(chance_.below(300)) - 150);
  machine_.clock.jump(by);
  ++counts_.clock_jumps;
  tell("the clock jumps by {} min", by.count());
}

/// The clock is wrong by weeks for a moment, and then right again.
void Story::mislead_clock() {
  const auto by = hours(24 * (6 + chance_.below(60)));
  machine_.clock.jump(by);
  ++counts_.clock_jumps;
  tell("the clock jumps by {} h", by.count());
  send();
  batch();
  machine_.clock.advance(seconds(3));
  batch();
  machine_.clock.jump(-by);
  tell("the clock is back");
}

void Story::plan_failure() {
  const Op op = failing_ops[chance_.below(std::size(failing_ops))];
  const Errc code = chance_.one_in(3) ? Errc::disk_full : Errc::io;
  const std::uint64_t nth = 1 + chance_.below(op == Op::write ? 20 : 6);
  machine_.disk.fail_next(op, code, nth);
  tell("operation {} of kind {} from now will fail: {}", nth, static_cast<int>(op),
       outcome_of(code).label);
}

void Story::plan_power_cut() {
  const std::uint64_t nth = 1 + chance_.below(chance_.one_in(2) ? 8 : 60);
  machine_.disk.crash_during(nth);
  tell("the power will go in change {} from now", nth);
}

void Story::fill_disk() {
  if (chance_.one_in(2)) {
    machine_.disk.set_capacity(std::nullopt);
    tell("the disk has room");
    return;
  }
  std::uint64_t used = 0;
  for (const std::string& path : machine_.disk.files())
    used += machine_.disk.contents(path).size();
  const std::uint64_t left = chance_.below(3 * sizes_.segment_bytes);
  machine_.disk.set_capacity(used + left);
  tell("the disk has room for {} bytes", left);
}

void Story::slow_disk() {
  const auto longest = chance_.one_in(2) ? milliseconds(0) : milliseconds(1 + chance_.below(2'000));
  tell("the disk takes up to {} ms", longest.count());
  if (longest.count() == 0) return machine_.disk.on_operation(nullptr);
  const auto longest_us = static_cast<std::uint64_t>(microseconds(longest).count());
  machine_.disk.on_operation([this, longest_us](Op) {
    machine_.clock.advance(microseconds(static_cast<std::int64_t>(chance_.below(longest_us))));
  });
}

/// Of any file. Not in the log's last commit, where damage cannot be told from a torn write
/// (docs/formats/log-segment.md). In the catalog's database only while no server runs: damage is
/// found at the next start (docs/decisions/0006-catalog-sums.md), or it has changed nothing.
Result<void> Story::flip_bit() {
  std::vector<std::string> paths;
  for (std::string& path : machine_.disk.files())
    if (!machine_.disk.contents(path).empty()) paths.push_back(std::move(path));
  if (paths.empty()) return {};
  const std::string path = paths[chance_.below(paths.size())];
  const std::uint64_t offset = chance_.below(machine_.disk.contents(path).size());
  const auto spared = last_commit_offset(path);
  if (spared && offset >= *spared) return {};
  const bool is_catalog = path == machine_.catalog_path;
  if (is_catalog) take_down(Going::kill);
  machine_.disk.flip_bit(path, offset, static_cast<unsigned>(chance_.below(8)));
  damaged_.insert(path);
  ++counts_.bit_flips;
  tell("a bit of {} flips at {}", path, offset);
  return is_catalog ? come_back() : Result<void>();
}

/// Where the last commit begins in a segment that holds it or might: 0 where it cannot be read.
std::optional<std::uint64_t> Story::last_commit_offset(const std::string& path) {
  if (!path.ends_with(".segment")) return std::nullopt;
  const auto checkpoint = server_->catalog().batches().checkpoint(only_partition);
  if (!checkpoint) return 0;
  auto reader = server_->log().read_from(only_partition, checkpoint->lsn);
  if (!reader) return 0;
  // If nothing follows the checkpoint, the checkpoint reveals damage before it.
  Lsn last = server_->log().durable_end(only_partition);
  for (;;) {
    const auto record = (*reader)->next();
    if (!record) return 0;
    if (!*record) break;
    last = (*record)->lsn;
  }
  const std::string file = machine_.disk.contents(path);
  const auto header = log::decode_segment_header(file.substr(0, log::block_bytes));
  if (!header) return 0;
  if (last < header->base) return 0;
  return last < header->end() ? std::optional(header->offset_of(last)) : std::nullopt;
}

// -- Stopping and starting again

Result<void> Story::restart(Going how) {
  take_down(how);
  return come_back();
}

void Story::take_down(Going how) {
  if (!machine_.disk.is_on()) {
    tell("the power went");
  } else if (how == Going::power_cut) {
    tell("the power goes");
    machine_.disk.crash();
  } else if (how == Going::kill) {
    tell("kill -9");
    machine_.disk.kill();
    ++counts_.kills;
  } else {
    tell("the server stops");
    if (server_) server_->close();
    ++counts_.clean_restarts;
  }
  server_.reset();
  // A planned fault may cut a stop short.
  machine_.disk.power_on();
}

Result<void> Story::come_back() {
  for (int tries = 1;; ++tries) {
    if (tries > starts_before_calm) calm();
    auto started = Server::start(machine_, sizes_);
    tell_outcome("start", started);
    // The power may go in what a start does not depend on.
    if (started && !machine_.disk.is_on()) started = fail(Errc::io, "the power went");
    if (started) {
      server_ = *std::move(started);
      return {};
    }
    ++counts_.failed_starts;
    if (!machine_.disk.is_on()) machine_.disk.power_on();
    if (tries <= starts_before_calm) continue;
    return refuse(std::move(started).error());
  }
}

/// Once no fault is left, a server must start, except after damage that it names.
Failure Story::refuse(Error error) {
  refused_ = !damaged_.empty() && is_refusal_of_damage(error) && !error.message.empty();
  if (refused_) tell("refused for damage: {}", error.message);
  return fail(error.code, "the server does not start: " + error.message);
}

void Story::calm() {
  machine_.disk.cancel_planned_crash();
  machine_.disk.cancel_planned_failures();
  machine_.disk.set_capacity(std::nullopt);
  machine_.disk.on_operation(nullptr);
}

// -- The audit

Result<void> Story::check_claim() {
  calm();
  tell("the claim is checked");
  if (auto drained = drain(); !drained) {
    if (!refused_) return drained;
    return {};
  }
  if (chance_.one_in(2)) {
    if (auto sealed = seal(); !sealed) return sealed;
  }
  auto audited = audit(*server_, machine_, ledger_, streams_, damaged_, dropped_);
  if (!audited) return fail(std::move(audited).error());
  ++counts_.audits;
  counts_.records_checked += audited->records;
  counts_.files_checked += audited->files;
  counts_.quarantined_checked += audited->quarantined;
  counts_.quarantined_in_files_checked += audited->quarantined_in_files;
  counts_.duplicates_checked += audited->duplicates;
  counts_.sealed_hours_checked += audited->sealed_hours;
  return {};
}

Result<void> Story::drain() {
  server_->log().commit_step();
  for (const catalog::Stream& stream : streams_)
    WEIR_CHECK(drain_stream(stream.no));
  return {};
}

/// Each earlier fault may still end one reading; afterwards reading must work.
Result<void> Story::drain_stream(StreamNo stream) {
  for (int tries = 1;; ++tries) {
    const auto flushed = server_->batcher().flush(stream, server_->clock().now());
    if (flushed) return {};
    tell_outcome("flush", flushed);
    if (tries < tries_to_drain) {
      machine_.clock.advance(hours(2));
      (void)server_->batcher().step(server_->clock().now());
      continue;
    }
    refused_ = !damaged_.empty() && is_refusal_of_damage(flushed.error());
    return fail_while("what is in the log cannot be filed", flushed.error());
  }
}

/// Lets the hours pass, with nothing left that could hold them open.
Result<void> Story::seal() {
  machine_.clock.advance(hours(3));
  for (bool more = true; more;) {
    const auto progress = server_->batcher().step(server_->clock().now());
    tell_outcome("seal", progress);
    if (!progress) return fail_while("hours cannot be sealed", progress.error());
    more = progress->more;
  }
  WEIR_CHECK(check_days());
  if (!server_->log().health()) return {};  // what was in flight may be found yet, in its hour
  WEIR_TRY(const auto open, server_->catalog().hours().to_seal(
                                only_partition, server_->clock().now() - hours(1), 1));
  if (open.empty()) return {};
  return fail(Errc::internal, "hour " + std::to_string(open[0].hour) + " of " +
                                  to_string(open[0].day) + " is over, and is not sealed");
}

/// Nothing may be filed under a day that only a wrong clock has seen. The small jumps of a story
/// add up to hours at most.
Result<void> Story::check_days() {
  const Time latest = server_->clock().now() + hours(24 * 5);
  WEIR_TRY(const Time sealed, server_->catalog().hours().sealed_until(only_partition));
  WEIR_TRY(const auto accounts, server_->catalog().hours().accounts(only_partition));
  Time newest = sealed;
  for (const catalog::Hour& hour : accounts.hours)
    newest = std::max(newest, hour.end());
  if (newest <= latest) return {};
  return fail(Errc::internal, "an hour that ends at " + to_string(newest) +
                                  " was filed, and it is " + to_string(server_->clock().now()));
}

}  // namespace

Result<StoryCounts> play(const StoryOptions& options) {
  return Story(options).run();
}

}  // namespace weir::torture
