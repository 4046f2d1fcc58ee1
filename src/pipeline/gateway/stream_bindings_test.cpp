#include "pipeline/gateway/stream_bindings.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using Claim = StreamBindings::Claim;
constexpr auto json = PayloadType::json;
constexpr auto xml = PayloadType::xml;

TEST(StreamBindings, AnOpenStreamIsHeldUntilTheFirstIsAccepted) {
  StreamBindings bindings;
  const StreamNo stream{5};
  EXPECT_EQ(bindings.carried_by(stream), std::nullopt);
  EXPECT_EQ(bindings.claim(stream, xml), Claim::held);
  EXPECT_EQ(bindings.claim(stream, json), Claim::other);
  EXPECT_EQ(bindings.claim(stream, xml), Claim::held);
  bindings.confirm(stream);
  EXPECT_EQ(bindings.claim(stream, xml), Claim::bound);
  bindings.release(stream);  // the second was refused, which changes nothing now
  EXPECT_EQ(bindings.claim(stream, json), Claim::other);
}

TEST(StreamBindings, AStreamIsOpenAgainWhenAllWhoHeldItWereRefused) {
  StreamBindings bindings;
  const StreamNo stream{1};
  EXPECT_EQ(bindings.claim(stream, xml), Claim::held);
  EXPECT_EQ(bindings.claim(stream, xml), Claim::held);
  bindings.release(stream);
  EXPECT_EQ(bindings.claim(stream, json), Claim::other);
  bindings.release(stream);
  EXPECT_EQ(bindings.claim(stream, json), Claim::held);
}

TEST(StreamBindings, StreamsFarApartDoNotTouch) {
  StreamBindings bindings;
  for (const std::uint32_t no : {1u, 1023u, 1024u, 1'000'000u, streams_max}) {
    EXPECT_EQ(bindings.carried_by(StreamNo{no}), std::nullopt) << no;
    bindings.bind(StreamNo{no}, no % 2 ? json : xml);
    EXPECT_EQ(bindings.carried_by(StreamNo{no}), no % 2 ? json : xml) << no;
  }
}

TEST(StreamBindings, OfManyThreadsOnlyOneTypeWins) {
  for (int round = 0; round < 50; ++round) {
    StreamBindings bindings;
    const StreamNo stream{7};
    std::vector<Claim> claims(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < claims.size(); ++i)
      threads.emplace_back([&, i] { claims[i] = bindings.claim(stream, i % 2 ? json : xml); });
    for (auto& thread : threads)
      thread.join();
    EXPECT_EQ(claims[0], claims[2]);
    EXPECT_EQ(claims[1], claims[3]);
    EXPECT_NE(claims[0] == Claim::held, claims[1] == Claim::held);
  }
}

}  // namespace
}  // namespace weir::gateway
