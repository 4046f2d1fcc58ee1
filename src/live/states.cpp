#include "live/states.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "catalog/attention.hpp"
#include "catalog/batches.hpp"
#include "control/live_limits.hpp"
#include "control/needs_you.hpp"
#include "control/run_json.hpp"
#include "pipeline/batcher/conservation.hpp"
#include "pipeline/batcher/waiting.hpp"

// The catalog is asked once a second and what it says compared with what was told. Hooks in all
// that changes a run would tell sooner, and each new change would have to think of them.
namespace weir::live {
namespace {

namespace json = boost::json;

constexpr std::uint32_t runs_told = 100;
constexpr int needs_asked_every = 5;  // looks

std::string event(std::string_view name, const json::value& data) {
  return "event: " + std::string(name) + "\ndata: " + json::serialize(data) + "\n\n";
}

/// To those who have come since the last look `whole`, to the others `changes`; empty: nothing.
void tell(std::vector<Hub::Message>& messages, const Followers& followers, std::uint64_t seen,
          bool control::LiveTopics::*topic, const std::string& whole, const std::string& changes) {
  const auto to_new = std::make_shared<const std::string>(whole);
  const auto to_others = std::make_shared<const std::string>(changes);
  for (const auto& follower : followers) {
    if (!(follower->grant.topics.*topic)) continue;
    const auto& text = follower->id > seen ? to_new : to_others;
    if (!text->empty()) messages.push_back({.to = follower, .event = text});
  }
}

bool anyone(const Followers& followers, bool control::LiveTopics::*topic) {
  return std::any_of(followers.begin(), followers.end(),
                     [&](const auto& follower) { return follower->grant.topics.*topic; });
}

bool anyone_new(const Followers& followers, std::uint64_t seen, bool control::LiveTopics::*topic) {
  return std::any_of(followers.begin(), followers.end(), [&](const auto& follower) {
    return follower->id > seen && follower->grant.topics.*topic;
  });
}

}  // namespace

std::vector<Hub::Message> States::look(const Followers& followers) {
  std::unordered_map<std::uint32_t, Followers> by_tenant;
  for (const auto& follower : followers) {
    const control::LiveTopics& topics = follower->grant.topics;
    if (topics.rates || topics.runs || topics.needs_you)
      by_tenant[follower->grant.caller.tenant_no].push_back(follower);
  }
  std::erase_if(tenants_, [&](const auto& item) { return !by_tenant.contains(item.first); });
  Messages messages;
  for (const auto& [tenant_no, own] : by_tenant) {
    Tenant& tenant = tenants_[tenant_no];
    rates_of(tenant, tenant_no, own, messages);
    runs_of(tenant, tenant_no, own, messages);
    needs_of(tenant, tenant_no, own, messages);
    tenant.seen = own.back()->id;
  }
  return messages;
}

void States::rate(Tenant& tenant, std::uint32_t tenant_no, Time now) {
  const auto accepted = batcher::accepted_by_stream(log_, services_.catalog);
  if (!accepted) return;
  const auto snapshot = services_.catalog.snapshots().current();
  const auto uptime = uptime_.uptime();
  const double seconds =
      tenant.rated_at ? std::chrono::duration<double>(uptime - *tenant.rated_at).count() : 0;
  const bool is_first = !tenant.rated_at;
  for (const auto& [id, stream] : snapshot->streams) {
    if (stream.tenant_no != tenant_no) continue;
    const auto found = accepted->find(stream.no);
    const std::uint64_t now_accepted = found == accepted->end() ? 0 : found->second;
    auto [at, is_new] =
        tenant.rates.try_emplace(id, StreamRate{now_accepted, 0, std::nullopt, true});
    StreamRate& own = at->second;
    const std::uint64_t came = now_accepted - std::min(now_accepted, own.accepted);
    const double before = own.per_second;
    own.per_second = seconds > 0 ? std::round(static_cast<double>(came) / seconds * 10) / 10 : 0;
    if (came > 0) own.last_payload_at = now;
    own.changed = is_new || came > 0 || own.per_second != before;
    own.accepted = now_accepted;
  }
  if (is_first)
    if (const auto last = services_.catalog.attention().last_payloads(tenant_no))
      for (const auto& [stream_id, at] : *last)
        if (const auto own = tenant.rates.find(stream_id); own != tenant.rates.end())
          own->second.last_payload_at = at;
  if (is_first) look_for_waiting(tenant, *snapshot);
  tenant.rated_at = uptime;
}

/// The newest payloads of a stream may be in no file yet, and then the catalog does not know them.
void States::look_for_waiting(Tenant& tenant, const catalog::Snapshot& snapshot) {
  const auto times = batcher::newest_times(log_, services_.catalog, limits::waiting_read_bytes_max);
  if (!times) return;
  for (auto& [id, own] : tenant.rates) {
    const auto stream = snapshot.streams.find(id);
    if (stream == snapshot.streams.end()) continue;
    if (const auto at = times->find(stream->second.no); at != times->end())
      own.last_payload_at = std::max(own.last_payload_at, std::optional<Time>(at->second));
  }
}

void States::rates_of(Tenant& tenant, std::uint32_t tenant_no, const Followers& followers,
                      Messages& messages) {
  constexpr auto topic = &control::LiveTopics::rates;
  if (!anyone(followers, topic)) {
    tenant.rates.clear();
    tenant.rated_at.reset();
    return;
  }
  const Time now = services_.clock.now();
  rate(tenant, tenant_no, now);
  const bool to_new = anyone_new(followers, tenant.seen, topic);
  json::array all;
  json::array changed;
  for (const auto& [id, own] : tenant.rates) {
    if (!to_new && !own.changed) continue;
    json::value line = json::object{
        {"stream_id", id},
        {"per_second", own.per_second},
        {"last_payload_at",
         own.last_payload_at ? json::value(weir::to_string(*own.last_payload_at)) : json::value()}};
    if (own.changed) changed.push_back(line);
    if (to_new) all.push_back(std::move(line));
  }
  const auto text = [&](bool whole, json::array streams) {
    return event("rates",
                 {{"at", weir::to_string(now)}, {"whole", whole}, {"streams", std::move(streams)}});
  };
  tell(messages, followers, tenant.seen, topic, to_new ? text(true, std::move(all)) : "",
       changed.empty() ? "" : text(false, std::move(changed)));
}

void States::runs_of(Tenant& tenant, std::uint32_t tenant_no, const Followers& followers,
                     Messages& messages) {
  constexpr auto topic = &control::LiveTopics::runs;
  if (!anyone(followers, topic)) return tenant.runs.clear();
  const auto runs = services_.catalog.attention().current_runs(tenant_no, runs_told);
  if (!runs) return;
  std::unordered_map<std::string, std::string> told;
  json::array all;
  json::array changed;
  const auto add = [&](const catalog::Run& run) {
    json::object line = control::json_of_run(services_, run);
    std::string text = json::serialize(line);
    const auto before = tenant.runs.find(run.id);
    if (before == tenant.runs.end() || before->second != text) changed.push_back(line);
    all.push_back(std::move(line));
    told.emplace(run.id, std::move(text));
  };
  for (const catalog::Run& run : *runs)
    add(run);
  // One that was at work, and is over and not among the newest.
  for (const auto& [id, text] : tenant.runs)
    if (!told.contains(id) && text.find("\"ended_at\":null") != std::string::npos)
      if (const auto run = services_.catalog.runs().find(tenant_no, id)) add(*run);
  tenant.runs = std::move(told);
  const auto text = [&](bool whole, json::array items) {
    return event("runs", {{"whole", whole}, {"runs", std::move(items)}});
  };
  tell(messages, followers, tenant.seen, topic,
       anyone_new(followers, tenant.seen, topic) ? text(true, std::move(all)) : "",
       changed.empty() ? "" : text(false, std::move(changed)));
}

void States::needs_of(Tenant& tenant, std::uint32_t tenant_no, const Followers& followers,
                      Messages& messages) {
  constexpr auto topic = &control::LiveTopics::needs_you;
  if (!anyone(followers, topic)) return tenant.needs.clear();
  if (!anyone_new(followers, tenant.seen, topic) && ++tenant.needs_age < needs_asked_every) return;
  tenant.needs_age = 0;
  std::map<control::Rights, Followers> by_rights;
  for (const auto& follower : followers)
    by_rights[follower->grant.caller.rights].push_back(follower);
  for (const auto& [rights, own] : by_rights) {
    const auto items = control::needs_you(services_, tenant_no, rights);
    if (!items) continue;
    const std::string text = event("needs-you", {{"items", *items}});
    std::string& told = tenant.needs[rights];
    tell(messages, own, tenant.seen, topic, text, told == text ? "" : text);
    told = text;
  }
}

}  // namespace weir::live
