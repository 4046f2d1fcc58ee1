#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/result.hpp"

namespace weir::cli {

/// The state that an interrupted `weir send` needs to continue: how many payloads, from the first
/// on, are done, and the session that its idempotency keys are made of. Payloads sent but not known
/// to be done are sent again with the same keys, so the server stores each once. The file stays
/// small, and is replaced atomically. Used by one thread at a time.
///
/// Done means accepted, or refused with an error that a retry does not change.
class ResumeFile {
 public:
  /// Empty `path`: nothing is stored. An existing file must be of the same stream.
  static Result<ResumeFile> open(std::string path, std::string stream_id, std::uint64_t random);

  /// The number of payloads that are not sent again.
  std::uint64_t done_before() const { return done_before_; }
  /// The name of the last of them, to detect that the source has changed; "" when there is none.
  const std::string& last_name() const { return last_name_before_; }

  /// A payload's idempotency key: made of session, number and content.
  std::string key_of(const std::string& name, const std::string& body) const;

  /// Payload `number` (from 0, in the source's order) is being sent.
  void sent(std::uint64_t number, std::string name);
  /// Payload `number` is done. A payload that was given up stays in the state "sent".
  void done(std::uint64_t number);
  /// Writes the state to the file.
  Result<void> save() const;

 private:
  std::string path_;
  std::string stream_id_;
  std::string session_;
  std::uint64_t done_before_ = 0;
  std::string last_name_before_;
  // All payloads before done_ are done; later ones that are done are in beyond_.
  std::uint64_t done_ = 0;
  std::string last_name_;
  std::map<std::uint64_t, std::string> names_;  // from done_ on, of all that were sent
  std::set<std::uint64_t> beyond_;
};

}  // namespace weir::cli
