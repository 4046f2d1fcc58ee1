#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>

namespace weir::engine::duckdb {

/// Who of the callers computes when, so that many or long calls of one tenant do not take the time
/// of another one's:
///
///   callers of one tenant take turns       so it computes on one thread more than its database has
///                                          of its own, however many calls it makes
///   a long call pauses as long as it works while a short call of another tenant goes on
///
/// Both are courtesies: nobody waits for a turn that lasts longer than `wait_max`.
/// Thread-safe; outlives its calls.
class Turns {
 public:
  /// A piece of work is one of a few milliseconds, which last ten times as long on a busy machine.
  struct Bounds {
    std::chrono::milliseconds short_max{1000};  // after this a call is a long one
    std::chrono::milliseconds wait_max{200};
    std::chrono::milliseconds pause_max{100};  // for one piece of work
  };
  Turns();
  explicit Turns(const Bounds& bounds) : bounds_(bounds) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// One call of a tenant, from its first statement to its last. Used by one thread.
  class Call {
   public:
    Call(Turns& turns, std::string tenant);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    /// Does a piece of the call's work, of some milliseconds, once it is its turn.
    template <class Work>
    auto work(const Work& work) {
      const Turn turn(*this);
      return work();
    }

   private:
    friend class Turns;
    class Turn {
     public:
      explicit Turn(Call& call) : call_(call) { call_.enter(); }
      ~Turn() { call_.leave(); }
      Turn(const Turn&) = delete;
      Turn& operator=(const Turn&) = delete;

     private:
      Call& call_;
    };
    void enter();
    void leave();

    Turns& turns_;
    const std::string tenant_;
    const std::chrono::steady_clock::time_point begun_;
    std::chrono::steady_clock::time_point piece_begun_;
    std::list<Call*>::iterator place_;
  };

 private:
  struct Queue {
    std::uint64_t next = 0;                       // turn
    std::uint64_t done = 0;                       // turns
    std::chrono::steady_clock::time_point begun;  // of the last turn that was waited for
  };
  bool is_short(const Call& call, std::chrono::steady_clock::time_point now) const {
    return now - call.begun_ < bounds_.short_max;
  }
  /// For how long a call pauses that has worked so long.
  std::chrono::nanoseconds pause_after(const Call& call, std::chrono::nanoseconds worked);

  const Bounds bounds_{};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Call*> calls_;
  std::map<std::string, Queue> queues_;  // by tenant, while it has calls
};

}  // namespace weir::engine::duckdb
