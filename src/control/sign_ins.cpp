#include "control/sign_ins.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/case_fold.hpp"
#include "base/sha256.hpp"

// Failures are counted by name and address together, which stops the usual guessing and lets nobody
// lock another out; by name alone and by address alone, much later, for those who guess from many
// addresses or at many names. In memory: a restart forgives, and tries cost no write.
namespace weir::control {
namespace {

using std::chrono::seconds;

constexpr int hashed_at_once_max = 2;
constexpr std::size_t tries_kept_max = 10'000;
constexpr unsigned free_of_both = 5;
constexpr unsigned free_of_one = 100;
constexpr seconds first_wait{15};
constexpr seconds longest_wait{900};
constexpr seconds longest_wait_of_address{60};  // behind a proxy, all have the same
constexpr seconds forgiven_after{3600};

}  // namespace

SignIns::SignIns(const Clock& clock, catalog::SessionLife life, const std::string& setup_code)
    : clock_(clock), life_(life), setup_hash_(setup_code.empty() ? "" : sha256_hex(setup_code)) {}

bool SignIns::is_setup_code(const std::string& code) const {
  return !setup_hash_.empty() && sha256_hex(code) == setup_hash_;
}

std::optional<Time> SignIns::refused_until(const std::string& name, const std::string& peer) {
  const Time now = clock_.now();
  const std::string folded = sha256_hex(folded_name(name));  // as long as any other
  const std::lock_guard lock(mutex_);
  std::optional<Time> until;
  for (const std::string& key : {folded + " " + peer, folded, peer})
    until = std::max(until, refusal(key, now));
  if (until) return until;
  make_room();
  count(folded + " " + peer, free_of_both, longest_wait, now);
  count(folded, free_of_one, longest_wait, now);
  count(peer, free_of_one, longest_wait_of_address, now);
  return std::nullopt;
}

void SignIns::succeeded(const std::string& name, const std::string& peer) {
  const std::string folded = sha256_hex(folded_name(name));
  const std::lock_guard lock(mutex_);
  tries_.erase(folded + " " + peer);
  for (const std::string& key : {folded, peer})
    if (const auto found = tries_.find(key); found != tries_.end() && found->second.failures > 0)
      --found->second.failures;
}

std::optional<Time> SignIns::refusal(const std::string& key, Time now) {
  const auto found = tries_.find(key);
  if (found == tries_.end() || found->second.refused_until <= now) return std::nullopt;
  return found->second.refused_until;
}

void SignIns::count(const std::string& key, unsigned free, seconds wait_max, Time now) {
  Tries& tries = tries_[key];
  if (now - tries.last > forgiven_after) tries.failures = 0;
  tries.last = now;
  ++tries.failures;
  if (tries.failures < free) return;
  const unsigned doublings = std::min(tries.failures - free, 10U);
  tries.refused_until = now + std::min<seconds>(first_wait * (1 << doublings), wait_max);
}

/// The older half at once, so that this is rare.
void SignIns::make_room() {
  if (tries_.size() < tries_kept_max) return;
  std::vector<Time> times;
  for (const auto& [key, tries] : tries_)
    times.push_back(tries.last);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  std::erase_if(tries_, [&](const auto& each) { return each.second.last <= *middle; });
}

Result<SignIns::Turn> SignIns::take_turn() {
  Turn turn(&hashing_);
  if (hashing_.fetch_add(1) < hashed_at_once_max) return turn;
  return fail(Errc::overloaded, "Others are signing in just now. Send this again in a second.");
}

}  // namespace weir::control
