#include "control/query_gate.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

namespace weir::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(QueryGateTest, ATenantHasHalfAndAllTogetherHaveAll) {
  QueryGate gate(4);
  auto first = gate.enter("acme");
  auto second = gate.enter("acme");
  ASSERT_TRUE(first && second);
  const auto third = gate.enter("acme");
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::throttled);
  const auto others = gate.enter("b");
  const auto more = gate.enter("c");
  ASSERT_TRUE(others && more);
  const auto full = gate.enter("d");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::overloaded);
  { const QueryGate::Pass ended = *std::move(second); }
  EXPECT_TRUE(gate.enter("acme"));
}

TEST(QueryGateTest, OneAtOnceIsOneTenants) {
  QueryGate gate(1);
  const auto first = gate.enter("acme");
  ASSERT_TRUE(first);
  EXPECT_EQ(gate.enter("acme").error().code, Errc::throttled);
  EXPECT_EQ(gate.enter("rival").error().code, Errc::overloaded);
}

/// Asks while an engine is at work: each query asks the next from within.
class QueriesAtOnceTest : public ControlTest {
 protected:
  http::Response query(const std::string& token) {
    return send(request("POST", "/api/v0/query", R"({"sql":"SELECT 1"})", token));
  }
};

TEST_F(QueriesAtOnceTest, AQueryTooManyIsToldWhenToComeBackAndOthersAreServed) {
  std::vector<int> statuses;
  int depth = 0;
  http::Response refused;
  engine_.while_asked = [&](const engine::ReadLimits&) {
    if (++depth == 1) statuses.push_back(query(acme_admin_).status);
    if (depth != 2) return;
    refused = query(acme_admin_);
    statuses.push_back(query(rival_admin_).status);
    statuses.push_back(send("GET", "/api/v0/streams").status);
    statuses.push_back(send("GET", "/api/v0/tables").status);  // reads tables too
  };
  statuses.push_back(query(acme_admin_).status);
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("Wait for one of them to end"));
  EXPECT_NE(header(refused, "Retry-After"), "");
  EXPECT_THAT(statuses, ElementsAre(200, 200, 429, 200, 200));
  engine_.while_asked = {};
  EXPECT_EQ(query(acme_admin_).status, 200);
}

TEST_F(QueriesAtOnceTest, AQueryMayTakeItsTimeAndNoLongerThanItsCallerWaits) {
  std::stop_source gone;
  bool asked = false;
  engine_.while_asked = [&](const engine::ReadLimits& limits) {
    asked = true;
    EXPECT_EQ(limits.allowance.time, std::chrono::seconds(30));
    EXPECT_EQ(limits.bytes_max, weir::limits::query_bytes_max);
    EXPECT_FALSE(limits.allowance.stop.stop_requested());
    gone.request_stop();
    EXPECT_TRUE(limits.allowance.stop.stop_requested());
  };
  auto asking = request("POST", "/api/v0/query", R"({"sql":"SELECT 1"})", acme_admin_);
  asking.gone = gone.get_token();
  send(asking);
  EXPECT_TRUE(asked);
}

}  // namespace
}  // namespace weir::control
