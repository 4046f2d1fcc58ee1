#include <gmock/gmock.h>

#include "catalog/cross_origin.hpp"
#include "control/control_fixture.hpp"

namespace weir::control {
namespace {

using ::testing::HasSubstr;

class TenantTest : public ControlTest {};

TEST_F(TenantTest, AllowsPagesToSendToItsStreams) {
  const std::string stream = new_stream();
  EXPECT_EQ(get("/api/v0/tenant").at("allowed_origins").as_array().size(), 0u);
  EXPECT_EQ(catalog_->snapshots().current()->streams.at(stream).cross_origin, nullptr);
  const auto set = [&](const std::string& origins) {
    return send("PUT", "/api/v0/tenant/allowed-origins", R"({"allowed_origins":)" + origins + "}");
  };
  const auto tenant = expect(200, set(R"(["https://App.example.org","http://localhost:3000"])"));
  EXPECT_EQ(text(tenant, "name"), "acme");
  EXPECT_EQ(json::serialize(tenant.at("allowed_origins")),
            R"(["https://app.example.org","http://localhost:3000"])");
  const auto allowed = catalog_->snapshots().current()->streams.at(stream).cross_origin;
  ASSERT_NE(allowed, nullptr);
  EXPECT_TRUE(allowed->allows("https://app.example.org"));
  EXPECT_FALSE(allowed->allows("https://app.example.org:8443"));
  for (const char* wrong :
       {R"(["app.example.org"])", R"(["https://a.example/"])", R"(["https://"])", R"(["null"])",
        R"(["https://a b"])", R"(["https://a\r\nX: y"])", R"([""])", R"(["ftp://a"])"})
    EXPECT_THAT(refusal(400, set(wrong)), HasSubstr("is no origin")) << wrong;
  EXPECT_EQ(get("/api/v0/tenant").at("allowed_origins").as_array().size(), 2u);
  expect(200, set("[]"));
  EXPECT_EQ(catalog_->snapshots().current()->streams.at(stream).cross_origin, nullptr);
}

}  // namespace
}  // namespace weir::control
