#include "control/audit_type.hpp"

#include <array>
#include <map>
#include <string_view>

// Types come from the name of the operation: createCourierGroup is courier-group/created. This
// table has those that the specification names otherwise (spec/users.md 4), or that would read
// badly, and what changes nothing although its method could.
namespace weir::control {
namespace {

constexpr std::string_view none;

const std::map<std::string_view, std::string_view>& exceptions() {
  static const std::map<std::string_view, std::string_view> all = {
      {"createToken", "api-key/issue"},
      {"rotateApiKey", "api-key/rotate"},
      {"revokeTokens", "api-key/revoke"},
      {"startRun", "workflow/start"},
      {"stopRun", "workflow/cancel"},
      {"resolveRun", "workflow/resolve"},  // and what it was resolved by, in runs.cpp
      {"loadRowErrors", "workflow/load-row-errors"},
      {"deleteRows", "workflow/domain-data-records-deletion-started"},
      {"exportAuditEvents", "audit.user-activity/download"},
      {"allowOrigins", "tenant/allow-origins"},
      {"limitBatchAge", "stream/limit-batch-age"},
      {"restoreIngestQuery", "ingest-query/restored"},
      {"replayQuarantined", "quarantine/replay"},
      {"dropQuarantined", "quarantine/drop"},
      {"copyTableToShadow", "table/copy-to-shadow"},
      {"dropShadow", "table/drop-shadow"},
      {"swapWithShadow", "table/swap-with-shadow"},
      {"redeliverAlert", "alert/redeliver"},
      {"createSession", "user/sign-in"},
      {"finishProviderSignIn", "user/sign-in"},
      {"deleteSession", "user/sign-out"},
      {"deleteSessions", "user/sign-out-everywhere"},
      {"setUp", "user/set-up"},
      {"usePasswordCode", "user/password-set"},
      {"changePassword", "user/password-set"},
      {"signOutUser", "user/sign-out-everywhere"},
      {"addMember", "user/member-added"},
      {"removeMember", "user/member-removed"},
      {"attachPolicies", "policy/attached"},
      {"detachPolicies", "policy/detached"},
      {"createOauthCredentials", "api-key/oauth-credentials-created"},
      {"deleteOauthCredentials", "api-key/oauth-credentials-deleted"},
      {"createOauthToken", "api-key/issue"},
      // These read.
      {"previewIngestQuery", none},
      {"previewSql", none},
      {"compareIngestQueryVersions", none},
      {"validatePayload", none},
      {"getNextOfSchedule", none},
      {"getNextOfCourierGroup", none},
      {"draftFeed", none},
      {"validateCourier", none},
      {"queryTables", none},
  };
  return all;
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

/// "createCourierGroup": {"create", "courier-group"}
std::pair<std::string, std::string> verb_and_noun(std::string_view operation_id) {
  std::string verb;
  std::string noun;
  for (const char c : operation_id) {
    if (!is_upper(c)) {
      (noun.empty() ? verb : noun) += c;
      continue;
    }
    if (!noun.empty()) noun += '-';
    noun += static_cast<char>(c - 'A' + 'a');
  }
  return {verb, noun};
}

std::string_view participle(std::string_view verb) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> known = {
      {{"create", "created"}, {"update", "updated"}, {"delete", "deleted"}}};
  for (const auto& [base, past] : known)
    if (verb == base) return past;
  return verb;
}

}  // namespace

std::string audit_type(const Route& route) {
  const auto exception = exceptions().find(route.operation_id);
  if (exception != exceptions().end()) return std::string(exception->second);
  if (route.method == "GET") return {};
  const auto [verb, noun] = verb_and_noun(route.operation_id);
  return noun + "/" + std::string(participle(verb));
}

}  // namespace weir::control
