// Whatever is sent as a token: no crash, and none is accepted that says anything but what the key's
// tokens say.
//
// The first byte chooses: the bytes as they are; the true token with some of its bytes replaced (by
// pairs: place, byte); claims of the caller's own, signed with the true secret, which only somebody
// who has it could send.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <jwt.h>

#include "base/assert.hpp"
#include "token/token.hpp"

namespace {

using weir::Time;
using weir::catalog::KeyView;
using weir::catalog::Snapshot;

constexpr Time now{std::chrono::seconds{1'800'000'000}};
constexpr Time expiry{std::chrono::seconds{1'800'003'600}};

class Zeros final : public weir::Random {
 public:
  void fill(std::span<char> out) override {
    for (char& c : out)
      c = '\0';
  }
};

struct World {
  World() {
    Zeros random;
    key = {"tak-fuzz", 1, "acme", 1, {{3, std::string(32, '\7'), std::nullopt}}};
    snapshot.keys.emplace(key.id, key);
    token = weir::token::mint(key, now, expiry, random).value();
  }
  KeyView key;
  Snapshot snapshot;
  std::string token;
};

/// Accepted means: this key, this secret, this tenant; and, but for who has the secret, this
/// expiry.
void check(const World& world, std::string_view token, bool has_secret) {
  const auto claims = weir::token::verify(token, world.snapshot, now);
  if (!claims) {
    WEIR_ASSERT(claims.error().code == weir::Errc::unauthorized);
    WEIR_ASSERT(!claims.error().message.empty());
    return;
  }
  WEIR_ASSERT(claims->key_id == world.key.id);
  WEIR_ASSERT(claims->secret_version == 3);
  WEIR_ASSERT(claims->tenant == world.key.tenant);
  WEIR_ASSERT(has_secret || claims->expires_at == expiry);
  WEIR_ASSERT(!weir::token::expired(*claims, now));
}

std::string mutated(std::string token, std::string_view edits) {
  for (; edits.size() >= 2; edits.remove_prefix(2))
    token[static_cast<unsigned char>(edits[0]) % token.size()] = edits[1];
  return token;
}

std::string signed_claims(const World& world, const std::string& json) {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) std::abort();
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt(raw, &jwt_free);
  const std::string& secret = world.key.secrets.front().secret;
  jwt_set_alg(raw, JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(secret.data()),
              static_cast<int>(secret.size()));
  jwt_add_header(raw, "kid", "tak-fuzz.3");
  jwt_add_grant(raw, "sub", "tak-fuzz");
  jwt_add_grant(raw, "tnt", "acme");
  jwt_add_grants_json(raw, json.c_str());
  const std::unique_ptr<char, decltype(&free)> text(jwt_encode_str(raw), &free);
  return text ? text.get() : "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      check(world, rest, false);
      break;
    case 1:
      check(world, mutated(world.token, rest), false);
      break;
    default:
      check(world, signed_claims(world, std::string(rest)), true);
  }
  return 0;
}
