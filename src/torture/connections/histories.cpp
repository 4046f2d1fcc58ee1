#include "torture/connections/histories.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "torture/connections/sample_requests.hpp"
#include "torture/connections/server_world.hpp"
#include "torture/connections/simulated_client.hpp"

/// There are two kinds of histories. Every prefix of each sample request is played with each way to
/// leave, because faults sit at particular bytes. Random histories add what cannot be enumerated:
/// pieces, slowness, clients that do not read, a log that is late, fails or is silent, a slow
/// handler, and a server that stops.
namespace weir::torture {
namespace {

constexpr std::size_t violations_kept = 20;

enum class LogStory : std::uint8_t { prompt, late, fails, silent };

struct History {
  const SampleConversation* conversation = nullptr;
  std::size_t cut = 0;
  Leave leave = Leave::closes;
  bool tls = false;
  bool goodbye = true;
  bool is_greeting = false;  // of TLS, sent as it is
  std::size_t piece = 0;     // bytes at once; 0: all
  bool slowly = false;       // a tick after each
  bool reads = true;
  LogStory log = LogStory::prompt;
  bool handler_waits = false;  // until the client has left
  std::optional<int> reply_room;
  bool server_stops = false;

  bool listens() const { return leave == Leave::waits || leave == Leave::half_closes; }
  std::string text() const;
};

std::string History::text() const {
  constexpr std::array leave_names{"waits", "half-closes", "closes", "resets"};
  constexpr std::array log_names{"", ", the log is late", ", the log fails", ", the log is silent"};
  return fmt::format("\"{}\" cut after {} bytes, the client {}{}{}{}{}{}{}{}{}", conversation->name,
                     cut, leave_names[static_cast<std::size_t>(leave)], tls ? ", over TLS" : "",
                     tls && !goodbye ? " without a goodbye" : "",
                     piece > 0 ? fmt::format(", {} bytes at once", piece) : "",
                     slowly ? ", slowly" : "", reads ? "" : ", takes no replies",
                     log_names[static_cast<std::size_t>(log)],
                     handler_waits ? ", the handler takes its time" : "",
                     server_stops ? ", the server stops" : "");
}

/// The replies that a listening client must get.
struct Owed {
  std::vector<int> statuses;
  std::uint64_t payloads = 0;
  bool is_last_open = false;  // whether the last reply comes depends on how bytes were split
};

Owed owed_to(const History& history) {
  Owed owed;
  std::size_t left = history.cut;
  for (const SampleRequest& request : history.conversation->requests) {
    if (left == 0) break;
    if (left >= request.decided_at) {
      owed.statuses.push_back(request.status);
      if (request.is_payload) ++owed.payloads;
      if (request.ends_connection || left < request.bytes.size()) break;
      left -= request.bytes.size();
      continue;
    }
    owed.is_last_open = request.maybe_at > 0 && left >= request.maybe_at;
    if (history.leave == Leave::waits)
      owed.statuses.push_back(408);
    else if (left >= request.head_bytes)
      owed.statuses.push_back(400);
    break;
  }
  return owed;
}

class Player {
 public:
  explicit Player(const TlsSetup& tls) : tls_(tls) {}

  /// Empty, or what is wrong.
  std::string play(const History& history);
  ServerWorld& world_of(bool tls) {
    auto& world = worlds_[tls ? 1 : 0];
    if (!world) world = std::make_unique<ServerWorld>(tls ? tls_.server() : nullptr);
    return *world;
  }
  std::uint64_t replies() const { return replies_; }
  std::uint64_t kept() const { return kept_; }

 private:
  void send(const History& history, SimulatedClient& client, ServerWorld& world) const;
  static void leave(const History& history, SimulatedClient& client);
  std::string wait_until_forgotten(const History& history, SimulatedClient& client,
                                   ServerWorld& world) const;
  std::string check_replies(const History& history, const SimulatedClient& client,
                            std::uint64_t kept);
  std::string serve_another(ServerWorld& world, bool tls);

  const TlsSetup& tls_;
  std::array<std::unique_ptr<ServerWorld>, 2> worlds_;  // plain, TLS
  std::uint64_t replies_ = 0;
  std::uint64_t kept_ = 0;
};

void Player::send(const History& history, SimulatedClient& client, ServerWorld& world) const {
  const std::string bytes = history.conversation->bytes().substr(0, history.cut);
  const std::size_t piece = history.piece == 0 ? bytes.size() : history.piece;
  unsigned ticks = 0;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    client.send(std::string_view(bytes).substr(at, piece), history.reads);
    if (history.slowly && ticks++ < ServerWorld::ticks_of_all_timeouts()) world.pass_tick();
  }
}

void Player::leave(const History& history, SimulatedClient& client) {
  switch (history.leave) {
    case Leave::waits:
      return;
    case Leave::half_closes:
      return client.half_close(history.goodbye);
    case Leave::closes:
      return client.close(history.goodbye);
    case Leave::resets:
      return client.reset();
  }
}

/// The promise itself. A connection without a client is closed at once, without a timeout.
std::string Player::wait_until_forgotten(const History& history, SimulatedClient& client,
                                         ServerWorld& world) const {
  const bool is_taken = history.leave == Leave::half_closes && history.reads;
  const bool at_once = (!history.listens() || is_taken) && history.log != LogStory::silent;
  const unsigned ticks_max = at_once                ? 0
                             : history.server_stops ? ServerWorld::ticks_of_grace()
                                                    : ServerWorld::ticks_of_all_timeouts();
  for (unsigned ticks = 0;; ++ticks) {
    if (history.listens() && history.reads) {
      client.take();
      world.settle();
      client.take();
    }
    if (world.connections() == 0) break;
    if (ticks == ticks_max) return fmt::format("after {} ticks still {}", ticks, world.held());
    world.pass_tick();
  }
  world.log().tell_all(std::nullopt);  // those of a silent log, which nobody waits for any more
  world.settle();
  if (!world.held().empty()) return "left behind: " + world.held();
  if (history.server_stops && !world.is_drained()) return "stopped, and not drained";
  return {};
}

std::string Player::check_replies(const History& history, const SimulatedClient& client,
                                  std::uint64_t kept) {
  std::vector<bool> head_only;
  for (const SampleRequest& request : history.conversation->requests)
    head_only.push_back(request.head_only);
  const std::vector<int> statuses = client.statuses(head_only);
  replies_ += statuses.size();
  kept_ += kept;
  if (history.is_greeting) return {};
  const Owed owed = owed_to(history);
  if (kept > owed.payloads) return fmt::format("{} payloads kept of {}", kept, owed.payloads);
  const bool is_log_good = history.log == LogStory::prompt || history.log == LogStory::late;
  if (!history.listens() || !history.reads || history.slowly || history.server_stops ||
      !is_log_good)
    return {};
  if (kept != owed.payloads) return fmt::format("{} payloads kept, not {}", kept, owed.payloads);
  std::vector<int> got = statuses;
  std::vector<int> wanted = owed.statuses;
  if (owed.is_last_open) {
    got.resize(std::min(got.size(), history.conversation->requests.size() - 1));
    wanted.resize(got.size());
  }
  if (got == wanted) return {};
  return fmt::format("answered [{}], not [{}]", fmt::join(got, " "), fmt::join(wanted, " "));
}

std::string Player::serve_another(ServerWorld& world, bool tls) {
  const std::string token = world.token();
  const SampleConversation both{
      "another",
      {{.bytes = "GET /api/x HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + token + "\r\n\r\n"},
       {.bytes = fmt::format("POST /stream/v0/data/{} HTTP/1.1\r\nHost: h\r\nTenant: "
                             "{}\r\nAuthorization: Bearer {}\r\nContent-Type: "
                             "application/json\r\nContent-Length: 2\r\n\r\n{{}}",
                             sample_stream_id, sample_tenant, token)}}};
  world.log().set(ScriptedLog::Mood::prompt);
  {
    SimulatedClient client(world, tls ? &tls_ : nullptr, std::nullopt);
    client.send(both.bytes(), true);
    client.take();
    if (client.statuses({}) != std::vector<int>{200, 202})
      return fmt::format("the next client was answered [{}]", fmt::join(client.statuses({}), " "));
  }
  world.settle();
  return world.held().empty() ? "" : "left behind by the next client: " + world.held();
}

std::string Player::play(const History& history) {
  ServerWorld& world = world_of(history.tls);
  const std::uint64_t kept_before = world.log().kept();
  world.log().set(history.log == LogStory::prompt ? ScriptedLog::Mood::prompt
                                                  : ScriptedLog::Mood::holds_back);
  if (history.handler_waits) world.shut_gate();
  const bool shakes_hands = history.tls && !history.is_greeting;
  SimulatedClient client(world, shakes_hands ? &tls_ : nullptr, history.reply_room);
  send(history, client, world);
  leave(history, client);
  world.settle();
  if (history.server_stops) world.request_stop();
  world.open_gate();
  world.settle();
  std::uint64_t kept = world.log().kept() - kept_before;
  if (history.log == LogStory::late || history.log == LogStory::fails) {
    // Requests that waited for a slot come after those whose results are told.
    for (int i = 0; i < 4; ++i) {
      world.log().tell_all(history.log == LogStory::fails ? std::optional(Errc::unavailable)
                                                          : std::nullopt);
      world.settle();
      if (history.reads && history.listens()) client.take();
      world.settle();
    }
    kept = world.log().kept() - kept_before;
  }
  std::string wrong = wait_until_forgotten(history, client, world);
  if (wrong.empty()) wrong = check_replies(history, client, kept);
  if (wrong.empty() && !history.server_stops) wrong = serve_another(world, history.tls);
  // A world that stopped or failed is not used again.
  if (!wrong.empty() || history.server_stops) worlds_[history.tls ? 1 : 0].reset();
  return wrong;
}

History random_history(std::uint64_t seed, const std::vector<SampleConversation>& conversations) {
  std::mt19937_64 random(seed);
  const auto below = [&random](std::uint64_t bound) { return random() % bound; };
  const auto in_hundred = [&below](std::uint64_t percent) { return below(100) < percent; };
  History history;
  history.conversation = &conversations[below(conversations.size())];
  const std::size_t bytes = history.conversation->bytes().size();
  history.cut = in_hundred(30) ? bytes : below(bytes + 1);
  history.leave = static_cast<Leave>(below(leaves));
  history.tls = in_hundred(20);
  history.goodbye = in_hundred(60);
  if (in_hundred(60)) {
    constexpr std::array<std::size_t, 6> pieces{1, 3, 17, 200, 1460, 9000};
    history.piece = std::max(pieces[below(pieces.size())], history.cut / 300 + 1);
  }
  history.slowly = in_hundred(10);
  if (history.slowly) history.piece = std::max(history.piece, history.cut / 12 + 1);
  history.reads = in_hundred(85);
  history.log = static_cast<LogStory>(in_hundred(50) ? 0 : below(4));
  history.handler_waits = in_hundred(30);
  if (in_hundred(25)) history.reply_room = 1;  // the kernel's least
  history.server_stops = in_hundred(8);
  return history;
}

std::size_t open_descriptors() {
  std::error_code ignored;
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd", ignored))
    ++count;
  return count;
}

/// Every history of one prefix and one way to leave.
void each_prefix(const std::vector<SampleConversation>& conversations,
                 const SampleConversation& greeting,
                 const std::function<void(const History&)>& tell) {
  constexpr std::size_t every_byte_until = 700;
  constexpr std::size_t stride_behind = 1009;
  constexpr std::size_t stride_over_tls = 29;
  std::size_t offset = 0;
  for (const SampleConversation& conversation : conversations) {
    const std::size_t bytes = conversation.bytes().size();
    for (std::size_t cut = 0; cut <= bytes; cut += cut < every_byte_until || cut + 12 > bytes
                                                       ? 1
                                                       : std::min(stride_behind, bytes - cut - 6))
      for (std::size_t leave = 0; leave < leaves; ++leave)
        tell({.conversation = &conversation, .cut = cut, .leave = static_cast<Leave>(leave)});
    for (std::size_t cut = ++offset % stride_over_tls; cut <= bytes;
         cut += cut < every_byte_until ? stride_over_tls : stride_behind)
      for (std::size_t leave = 0; leave < leaves; ++leave)
        for (const bool goodbye : {true, false})
          if (goodbye || leave == static_cast<std::size_t>(Leave::half_closes) ||
              leave == static_cast<std::size_t>(Leave::closes))
            tell({.conversation = &conversation,
                  .cut = cut,
                  .leave = static_cast<Leave>(leave),
                  .tls = true,
                  .goodbye = goodbye});
  }
  for (std::size_t cut = 0; cut <= greeting.bytes().size(); ++cut)
    for (std::size_t leave = 0; leave < leaves; ++leave)
      tell({.conversation = &greeting,
            .cut = cut,
            .leave = static_cast<Leave>(leave),
            .tls = true,
            .is_greeting = true});
}

}  // namespace

Result<ConnectionsReport> play_connections(
    const ConnectionsOptions& options,
    const std::function<void(const std::string& violation)>& on_violation) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to a server that has closed
  WEIR_TRY(const auto tls, TlsSetup::make());
  ConnectionsReport report;
  const std::size_t descriptors = open_descriptors();
  {
    Player player(*tls);
    const auto conversations = sample_conversations(player.world_of(false).token());
    const SampleConversation greeting{"TLS greeting", {{.bytes = tls->greeting()}}};
    const auto violated = [&](const std::string& what) {
      if (on_violation) on_violation(what);
      if (report.violations.size() < violations_kept) report.violations.push_back(what);
    };
    const auto play = [&](const History& history, const std::string& again) {
      const std::string wrong = player.play(history);
      if (history.tls) ++report.over_tls;
      ++report.by_leave[static_cast<std::size_t>(history.leave)];
      if (!wrong.empty()) violated(history.text() + again + ": " + wrong);
    };
    const auto play_prefix = [&](const History& history) {
      ++report.prefixes;
      play(history, "");
    };
    if (options.every_prefix) each_prefix(conversations, greeting, play_prefix);
    for (std::uint64_t i = 0; i < options.count; ++i) {
      ++report.random;
      const std::uint64_t seed = options.first + i;
      play(random_history(seed, conversations), fmt::format(" (seed {})", seed));
    }
    report.replies = player.replies();
    report.kept = player.kept();
  }
  const std::size_t descriptors_after = open_descriptors();
  if (descriptors_after != descriptors) {
    report.violations.push_back(fmt::format("{} descriptors were open before, {} are afterwards",
                                            descriptors, descriptors_after));
    if (on_violation) on_violation(report.violations.back());
  }
  return report;
}

std::string summary(const ConnectionsReport& report) {
  return fmt::format(
      "{} histories: {} of one prefix and one way to leave, {} random; {} of them over TLS\n"
      "  the client waited {}, half-closed {}, closed {}, reset {} times\n"
      "  {} replies read, {} payloads kept\n",
      report.prefixes + report.random, report.prefixes, report.random, report.over_tls,
      report.by_leave[0], report.by_leave[1], report.by_leave[2], report.by_leave[3],
      report.replies, report.kept);
}

}  // namespace weir::torture
