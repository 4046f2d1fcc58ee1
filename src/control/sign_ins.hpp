#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/users.hpp"
#include "env/clock.hpp"

namespace weir::control {

/// What signing in needs beside the catalog: how long sessions last, the code of the first set-up,
/// who tried too often, and how many passwords are looked at. Thread-safe; nothing here blocks.
class SignIns {
 public:
  /// `setup_code`: whoever has it makes the first user; empty: nobody can.
  SignIns(const Clock& clock, catalog::SessionLife life, const std::string& setup_code);

  const catalog::SessionLife& life() const { return life_; }
  bool is_setup_code(const std::string& code) const;

  /// Before a password of `name` is looked at, which then counts as a failure until `succeeded`: so
  /// that tries side by side are counted too. Until when there is none, or nullopt. Names that
  /// nobody has are counted like others.
  std::optional<Time> refused_until(const std::string& name, const std::string& peer);
  void succeeded(const std::string& name, const std::string& peer);

  /// The right to hash a password, as long as it lives.
  class Turn {
   public:
    explicit Turn(std::atomic<int>* taken) : taken_(taken) {}
    Turn(Turn&& other) noexcept : taken_(std::exchange(other.taken_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (taken_) taken_->fetch_sub(1);
    }

   private:
    std::atomic<int>* taken_;
  };
  /// overloaded while as many are hashed as may be: others' requests need threads and memory.
  Result<Turn> take_turn();

 private:
  struct Tries {
    unsigned failures = 0;
    Time last;
    Time refused_until;
  };
  std::optional<Time> refusal(const std::string& key, Time now);
  void count(const std::string& key, unsigned free, std::chrono::seconds wait_max, Time now);
  void make_room();

  const Clock& clock_;
  const catalog::SessionLife life_;
  const std::string setup_hash_;
  std::atomic<int> hashing_{0};
  std::mutex mutex_;
  std::map<std::string, Tries> tries_;  // guarded by mutex_
};

}  // namespace weir::control
