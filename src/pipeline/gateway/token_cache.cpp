#include "pipeline/gateway/token_cache.hpp"

#include <algorithm>
#include <functional>

namespace weir::gateway {
namespace {

constexpr std::size_t places_a_hash = 4;
static_assert(limits::cached_tokens_max % places_a_hash == 0);

/// When the cached result expires: with the token, or when a deposed secret ends.
std::optional<Time> last_moment(const token::Claims& claims, const catalog::KeyView& key) {
  std::optional<Time> until = claims.expires_at;
  for (const auto& secret : key.secrets)
    if (secret.version == claims.secret_version && secret.accepted_until)
      until = std::min(until.value_or(*secret.accepted_until), *secret.accepted_until);
  return until;
}

}  // namespace

std::size_t TokenCache::standard_hash(std::string_view token) {
  return std::hash<std::string_view>{}(token);
}

TokenCache::TokenCache(http::Counter& hits, http::Counter& misses, KeyUses& uses, Hash hash)
    : hits_(hits), misses_(misses), uses_(uses), hash_(hash), entries_(limits::cached_tokens_max) {}

std::span<TokenCache::Entry> TokenCache::places_of(std::size_t hash) {
  const std::size_t sets = entries_.size() / places_a_hash;
  return std::span(entries_).subspan((hash & (sets - 1)) * places_a_hash, places_a_hash);
}

/// A free entry, one of an older snapshot, or the next in turn.
TokenCache::Entry& TokenCache::victim_among(std::span<Entry> places, std::uint64_t version) {
  for (Entry& entry : places)
    if (!entry.key || entry.version != version) return entry;
  return places[victims_++ % places.size()];
}

Result<const catalog::KeyView*> TokenCache::key_of(std::string_view token,
                                                   const catalog::Snapshot& snapshot, Time now) {
  const std::size_t hash = hash_(token);
  const std::span<Entry> places = places_of(hash);
  for (Entry& entry : places) {
    if (!entry.key || entry.hash != hash || entry.version != snapshot.version ||
        entry.token != token || (entry.good_until && now >= *entry.good_until))
      continue;
    hits_.add();
    if (const std::uint32_t round = uses_.round(); entry.noted_in != round) {
      entry.noted_in = round;
      uses_.note(entry.key->id, now);
    }
    return entry.key;
  }
  misses_.add();
  WEIR_TRY(const token::Claims claims, token::verify(token, snapshot, now));
  const catalog::KeyView* key = &snapshot.keys.at(claims.key_id);
  const std::uint32_t round = uses_.round();
  uses_.note(key->id, now);
  if (token.size() <= limits::cached_token_bytes_max)
    victim_among(places, snapshot.version) = {
        hash, snapshot.version, key, last_moment(claims, *key), round, std::string(token)};
  return key;
}

}  // namespace weir::gateway
