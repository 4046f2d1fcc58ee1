#include "pipeline/batcher/batcher_world.hpp"

/// What fields the payloads of a stream have is found while their files are written. That each
/// payload counts once, whatever fails, is checked by BatcherWorld::expect_each_record_once in
/// every story.
namespace weir::batcher {
namespace {

std::map<std::string, std::uint64_t> fields_of(const BatcherWorld& world, StreamNo stream) {
  std::map<std::string, std::uint64_t> out;
  for (const auto& [key, sketch] : world.manifest.sketches)
    if (key.first == stream)
      for (std::size_t i = 1; i < sketch.fields().size(); ++i)
        out[sketch.path(i)] += sketch.fields()[i].payloads;
  return out;
}

TEST(BatcherFields, JsonAndXmlPayloadsAreLookedAt) {
  BatcherWorld world(1);
  world.send(orders, R"({"id":1,"lines":[{"sku":"a"}]})");
  world.send(orders, R"({"id":2})");
  world.send(sales, "<sale id='7'><total>1</total></sale>");
  world.finish();
  EXPECT_EQ(fields_of(world, orders),
            (std::map<std::string, std::uint64_t>{
                {"id", 2}, {"lines", 1}, {"lines[]", 1}, {"lines[].sku", 1}}));
  const auto of_sales = fields_of(world, sales);
  EXPECT_EQ(of_sales.at("sale"), 1U);
  EXPECT_EQ(of_sales.at("sale.total"), 1U);
}

TEST(BatcherFields, WhatIsInNoFileDoesNotCount) {
  BatcherWorld world(2);
  world.send(sales, "<sale><a/></sale>");
  world.send(sales, "<sale><broken>");
  world.send_with_key(orders, "once", R"({"id":1})");
  world.send_with_key(orders, "once", R"({"id":1})");
  world.finish();
  EXPECT_EQ(fields_of(world, orders).at("id"), 1U);
  EXPECT_EQ(fields_of(world, sales),
            (std::map<std::string, std::uint64_t>{{"sale", 1}, {"sale.a", 1}}));
  world.expect_each_record_once();
}

TEST(BatcherFields, ABatchThatIsTakenUpAgainCountsOnce) {
  BatcherWorld world(3);
  for (int i = 0; i < 20; ++i)
    world.send(orders, R"({"id":1})");
  bool failed = false;
  world.manifest.after = [&]() -> std::optional<Error> {
    if (std::exchange(failed, true)) return std::nullopt;
    return Error{Errc::unavailable, "the answer to a commit got lost"};
  };
  world.now += std::chrono::hours(2);
  EXPECT_FALSE(world.step());
  world.finish();
  EXPECT_EQ(fields_of(world, orders).at("id"), 20U);
  world.manifest.before = [] { return Error{Errc::unavailable, "no catalog"}; };
  world.send(orders, R"({"id":2})");
  world.now += std::chrono::hours(2);
  EXPECT_FALSE(world.step());
  world.power_cut_and_restart();
  world.manifest.before = {};
  world.finish();
  EXPECT_EQ(fields_of(world, orders).at("id"), 21U);
  world.expect_each_record_once();
}

}  // namespace
}  // namespace weir::batcher
