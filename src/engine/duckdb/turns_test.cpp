#include "engine/duckdb/turns.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace weir::engine::duckdb {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""h;
using Clock = std::chrono::steady_clock;

constexpr Turns::Bounds patient{.short_max = 1h, .wait_max = 10s, .pause_max = 50ms};

/// Runs two calls of these tenants together, until one has done so many pieces of work: the most
/// of them that worked at once, and the pieces of each.
struct Together {
  int most_at_once = 0;
  std::array<int, 2> pieces{};
};
Together together(Turns& turns, const std::string& first, const std::string& second, int pieces) {
  std::atomic<int> at_once{0};
  std::atomic<int> most{0};
  std::atomic<int> begun{0};
  std::atomic<bool> over{false};
  Together out;
  const auto run = [&](const std::string& tenant, int& done) {
    Turns::Call call(turns, tenant);
    ++begun;
    while (begun < 2)
      std::this_thread::yield();
    while (!over && done < pieces) {
      call.work([&] {
        const int now = ++at_once;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::sleep_for(1ms);
        --at_once;
      });
      ++done;
    }
    over = true;
  };
  std::thread other([&] { run(second, out.pieces[1]); });
  run(first, out.pieces[0]);
  other.join();
  out.most_at_once = most;
  return out;
}

TEST(Turns, CallsOfOneTenantWorkInTurns) {
  Turns turns(patient);
  const Together found = together(turns, "acme", "acme", 200);
  EXPECT_EQ(found.most_at_once, 1);
  EXPECT_GE(found.pieces[0], 100);
  EXPECT_GE(found.pieces[1], 100);
}

TEST(Turns, CallsOfTwoTenantsWorkAtOnce) {
  Turns turns(patient);
  EXPECT_EQ(together(turns, "acme", "rival", 50).most_at_once, 2);
}

TEST(Turns, NobodyWaitsForLongBehindACallThatDoesNotReturn) {
  Turns turns({.short_max = 1h, .wait_max = 20ms, .pause_max = 50ms});
  Turns::Call call(turns, "acme");
  call.work([&turns] {
    Turns::Call other(turns, "acme");
    int done = 0;
    for (int i = 0; i < 3; ++i)
      other.work([&done] { ++done; });
    EXPECT_EQ(done, 3);
  });
  // The order is as before.
  EXPECT_EQ(together(turns, "acme", "acme", 20).most_at_once, 1);
}

/// How long a call takes for five pieces of 20 ms.
Clock::duration five_pieces(Turns::Call& call) {
  const auto begun = Clock::now();
  for (int i = 0; i < 5; ++i)
    call.work([] { std::this_thread::sleep_for(20ms); });
  return Clock::now() - begun;
}

TEST(Turns, ALongCallPausesAsLongAsItWorksForAShortOneOfAnotherTenant) {
  Turns turns({.short_max = 1s, .wait_max = 10s, .pause_max = 50ms});
  Turns::Call call(turns, "acme");
  std::this_thread::sleep_for(1100ms);
  const Turns::Call own(turns, "acme");  // a short one of the same tenant
  auto alone = five_pieces(call);
  for (int i = 0; i < 4; ++i)  // other work of the machine may disturb it
    alone = std::min(alone, five_pieces(call));
  EXPECT_LT(alone, 180ms);
  const Turns::Call rival(turns, "rival");
  EXPECT_GE(five_pieces(call), 200ms);
}

}  // namespace
}  // namespace weir::engine::duckdb
