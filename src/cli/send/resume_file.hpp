#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/result.hpp"

namespace weir::cli {

/// What a sending that was cut off needs to go on: how many payloads, from the first on, are done
/// with, and the session that their idempotency keys are made of. Those sent but not known to be
/// done are sent again with the same keys, and the server takes each once. Small however much is
/// sent; replaced as a whole, so a crash leaves the old one or the new. Of one thread at a time.
///
/// Done means accepted, or refused in a way that a repetition does not change.
class ResumeFile {
 public:
  /// `path` empty: nothing is kept. A file that is there must be of the same stream.
  static Result<ResumeFile> open(std::string path, std::string stream_id, std::uint64_t random);

  /// Payloads that are not to be sent again.
  std::uint64_t done_before() const { return done_before_; }
  /// The name of the last of them, to see that the source still is the same; "" when none.
  const std::string& last_name() const { return last_name_before_; }

  /// The key of a payload: of this session, its place and its content.
  std::string key_of(const std::string& name, const std::string& body) const;

  /// Payload `number` (from 0, in the source's order) is on its way.
  void sent(std::uint64_t number, std::string name);
  /// It is done with. Those given up stay as sent.
  void done(std::uint64_t number);
  /// Writes it down.
  Result<void> save() const;

 private:
  std::string path_;
  std::string stream_id_;
  std::string session_;
  std::uint64_t done_before_ = 0;
  std::string last_name_before_;
  // All before done_ are done with; beyond it, those in beyond_.
  std::uint64_t done_ = 0;
  std::string last_name_;
  std::map<std::uint64_t, std::string> names_;  // from done_ on, of all that were sent
  std::set<std::uint64_t> beyond_;
};

}  // namespace weir::cli
