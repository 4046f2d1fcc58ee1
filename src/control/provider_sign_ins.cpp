#include "control/provider_sign_ins.hpp"

#include <algorithm>
#include <sstream>

#include <boost/json.hpp>

#include "control/authorize.hpp"
#include "control/grants.hpp"

// The state ties the answer to a question of ours, the cookie to the browser that asked, the nonce
// the ID token to both, and the verifier the code to whoever has it (RFC 9700 2.1). Each alone
// would let somebody be signed in as somebody else in one of the known ways.
namespace weir::control {
namespace {

namespace json = boost::json;

constexpr std::size_t token_length = 43;  // alphanumerics: 256 bits
constexpr std::chrono::minutes good_for{10};
constexpr std::size_t pending_max = 10'000;
constexpr std::size_t path_bytes_max = 512;
constexpr int asking_max = 2;  // the control API's threads are for others, too

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

/// One text, or an array of them.
std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  const json::value* value = object.if_contains(name);
  if (value && value->is_string()) texts.emplace_back(value->get_string());
  if (value && value->is_array())
    for (const json::value& each : value->get_array())
      if (each.is_string()) texts.emplace_back(each.get_string());
  return texts;
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream rest(text);
  for (std::string part; std::getline(rest, part, at);)
    if (part = trimmed(part); !part.empty()) parts.push_back(part);
  return parts;
}

bool is_policy_of_users(const std::string& policy) {
  const auto all = grants();
  return std::any_of(all.begin(), all.end(),
                     [&](const Grant& each) { return each.of_users && each.policy == policy; });
}

Failure no_such_sign_in() {
  return fail(Errc::unauthorized,
              "This sign-in was not begun in this browser, has ended, or took more than ten "
              "minutes. Begin it again.");
}

/// Of those who ask the provider at the same time.
class Turn {
 public:
  explicit Turn(std::atomic<int>& count) : count_(count), before_(count.fetch_add(1)) {}
  ~Turn() { count_.fetch_sub(1); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Result<void> check() const {
    if (before_ < asking_max) return {};
    return fail(Errc::overloaded, "Others are signing in just now. Try again in a second.");
  }

 private:
  std::atomic<int>& count_;
  const int before_;
};

}  // namespace

Result<std::map<std::string, std::vector<std::string>>> read_policy_rules(const std::string& text) {
  std::map<std::string, std::vector<std::string>> rules;
  for (const std::string& rule : split(text, ',')) {
    const std::size_t equals = rule.find('=');
    const std::string value = trimmed(rule.substr(0, equals));
    if (equals == std::string::npos || value.empty())
      return fail(Errc::bad_request, "oidc.policies: \"" + rule +
                                         "\" is no rule: write VALUE=policy+policy, and commas "
                                         "between rules.");
    for (const std::string& policy : split(rule.substr(equals + 1), '+')) {
      if (!is_policy_of_users(policy))
        return fail(Errc::bad_request, "oidc.policies: there is no policy \"" + policy +
                                           "\" of users; docs/authorization.md lists them.");
      rules[value].push_back(policy);
    }
  }
  return rules;
}

std::string path_after_sign_in(const std::string& asked) {
  const bool is_plain = std::all_of(asked.begin(), asked.end(),
                                    [](char c) { return c > ' ' && c < 0x7F && c != '\\'; });
  const bool is_ours = asked.starts_with('/') && !asked.starts_with("//");
  return is_plain && is_ours && asked.size() <= path_bytes_max ? asked : "/";
}

Result<ProviderSignIns::Begun> ProviderSignIns::begin(const std::string& to,
                                                      const std::string& replaces) {
  const Turn turn(asking_);
  WEIR_CHECK(turn.check());
  Pending pending;
  pending.attempt.state = random_id(random_, "", token_length);
  pending.attempt.nonce = random_id(random_, "", token_length);
  pending.attempt.verifier = random_id(random_, "", token_length);
  const std::string binding = random_id(random_, "", token_length);
  pending.binding_hash = stored_form(binding);
  pending.to = path_after_sign_in(to);
  pending.replaces = replaces;
  pending.begun_at = clock_.now();
  WEIR_TRY(const std::string url, provider_.authorization_url(pending.attempt));
  const std::lock_guard lock(mutex_);
  make_room(pending.begun_at);
  const std::string state = stored_form(pending.attempt.state);
  pending_.emplace(state, std::move(pending));
  return Begun{url, binding};
}

/// Old ones go; where all are new, the older half.
void ProviderSignIns::make_room(Time now) {
  if (pending_.size() < pending_max) return;
  std::vector<Time> times;
  for (const auto& [state, each] : pending_)
    times.push_back(each.begun_at);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  const Time before = std::max(*middle, now - good_for);
  std::erase_if(pending_, [&](const auto& each) { return each.second.begun_at <= before; });
}

Result<ProviderSignIns::Pending> ProviderSignIns::take(const std::string& state,
                                                       const std::string& binding) {
  const std::lock_guard lock(mutex_);
  auto found = pending_.extract(stored_form(state));
  if (!found) return no_such_sign_in();
  const Time now = clock_.now();
  Pending pending = std::move(found.mapped());
  if (binding.empty() || stored_form(binding) != pending.binding_hash ||
      now - pending.begun_at > good_for)
    return no_such_sign_in();
  return pending;
}

Result<ProviderSignIns::Finished> ProviderSignIns::finish(const std::string& state,
                                                          const std::string& binding,
                                                          const std::string& code) {
  WEIR_TRY(const Pending pending, take(state, binding));
  const Turn turn(asking_);
  WEIR_CHECK(turn.check());
  WEIR_TRY(const json::object claims, provider_.redeem(pending.attempt, code));
  WEIR_TRY(auto person, person_of(claims));
  return Finished{std::move(person), pending.to, pending.replaces};
}

Result<ProvidedPerson> ProviderSignIns::person_of(const json::object& claims) const {
  ProvidedPerson person;
  person.issuer = provider_.issuer();
  person.subject = text_of(claims, "sub");
  const json::value* verified = claims.if_contains("email_verified");
  if (verified && verified->is_bool() && verified->get_bool())
    person.email = text_of(claims, "email");
  person.name = text_of(claims, rules_.name_claim);
  if (person.name.empty()) person.name = person.email;
  if (person.name.empty()) person.name = person.subject;
  if (rules_.policy_claim.empty()) return person;
  std::vector<std::string> policies;
  for (const std::string& value : texts_of(claims, rules_.policy_claim))
    if (const auto rule = rules_.policies.find(value); rule != rules_.policies.end())
      policies.insert(policies.end(), rule->second.begin(), rule->second.end());
  std::sort(policies.begin(), policies.end());
  policies.erase(std::unique(policies.begin(), policies.end()), policies.end());
  person.policies = std::move(policies);
  return person;
}

}  // namespace weir::control
