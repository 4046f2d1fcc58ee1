#include "app/roles.hpp"

#include <gmock/gmock.h>

namespace weir::app {
namespace {

using testing::HasSubstr;

Config with(std::initializer_list<const char*> assignments) {
  Config config;
  for (const char* const one : assignments)
    EXPECT_TRUE(config.set(one));
  return config;
}

TEST(RolesTest, AllByDefault) {
  EXPECT_TRUE(parse_roles("")->all());
  EXPECT_TRUE(parse_roles("control,scheduler,runner,batcher,gateway")->all());
  EXPECT_EQ(to_string(*parse_roles("")), "gateway, batcher, runner, scheduler, control");
}

TEST(RolesTest, SomeOfThem) {
  const auto roles = parse_roles("gateway,batcher");
  ASSERT_TRUE(roles);
  EXPECT_TRUE(roles->gateway && roles->batcher && !roles->runner);
  EXPECT_EQ(to_string(*roles), "gateway, batcher");
}

TEST(RolesTest, WhatIsNoRoleIsNamed) {
  for (const char* const text : {"gateways", "gateway,", ",", "gateway, batcher", "Gateway"})
    EXPECT_THAT(parse_roles(text).error().message, HasSubstr("There is no role \"")) << text;
  EXPECT_THAT(parse_roles("runner").error().message, HasSubstr("go together"));
}

TEST(RolesTest, WhatSeveralProcessesShareMustBeWhereAllReachIt) {
  EXPECT_TRUE(check_roles({}, with({})));
  const Roles gateway{true, false, false};
  EXPECT_THAT(check_roles(gateway, with({})).error().message, HasSubstr("catalog.url"));
  EXPECT_THAT(check_roles(gateway, with({"catalog.url=postgresql://h/d"})).error().message,
              HasSubstr("kafka.brokers"));
  const auto shared = {"catalog.url=postgresql://h/d", "kafka.brokers=k:9092"};
  EXPECT_TRUE(check_roles(gateway, with(shared)));
  EXPECT_TRUE(check_roles({true, true, true}, with(shared)));
  EXPECT_THAT(check_roles({false, true, false}, with(shared)).error().message,
              HasSubstr("store.url"));
  EXPECT_TRUE(check_roles(
      {false, true, false},
      with({"catalog.url=postgresql://h/d", "kafka.brokers=k:9092", "store.url=s3://bucket"})));
}

}  // namespace
}  // namespace weir::app
