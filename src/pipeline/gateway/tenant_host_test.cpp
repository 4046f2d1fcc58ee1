#include <gmock/gmock.h>

#include "pipeline/gateway/gateway_fixture.hpp"

/// Hosts that name a tenant (spec/ingest.md 10).
namespace weir::gateway {
namespace {

using ::testing::HasSubstr;

class TenantHostTest : public GatewayTest {
 protected:
  void serve_domain() {
    limits_.domain = "weir.example.org";
    restart();
  }
};

TEST_F(TenantHostTest, AHostNamesTheTenantWithoutAHeaderAndBesideOne) {
  serve_domain();
  for (const char* host : {"acme.weir.example.org", "ACME.weir.example.org:8443"})
    for (const char* header : {"", "X-Amperity-Tenant: acme\r\n"})
      EXPECT_EQ(accepted({.tenant = header, .host = host}).status, 202) << host << header;
  for (const char* host : {"weir.example.org", "127.0.0.1:8080"}) {
    EXPECT_EQ(accepted({.host = host}).status, 202) << host;
    EXPECT_EQ(refused({.tenant = "", .host = host}).status, 400) << host;
  }
}

TEST_F(TenantHostTest, HostHeaderAndTokenAreOfOneTenant) {
  serve_domain();
  const auto contradicted = refused({.host = "rival.weir.example.org"});
  EXPECT_EQ(contradicted.status, 403);
  EXPECT_THAT(contradicted.body, HasSubstr("The host is that of tenant"));
  EXPECT_EQ(refused({.tenant = "", .host = "rival.weir.example.org"}).status, 403)
      << "the token is acme's";
  EXPECT_EQ(refused({.tenant = "Tenant: rival\r\n", .host = "rival.weir.example.org"}).status, 403);
  EXPECT_EQ(refused({.tenant = "Tenant: rival\r\n", .host = "acme.weir.example.org"}).status, 403);
}

TEST_F(TenantHostTest, AHostOfNoTenantIsA404WithAndWithoutAToken) {
  serve_domain();
  for (const char* host : {"nobody.weir.example.org", "a.acme.weir.example.org"}) {
    EXPECT_THAT(refused({.host = host}).body, HasSubstr("No tenant has the host")) << host;
    EXPECT_EQ(refused({.authorization = "X-No: token\r\n", .host = host}).status, 404) << host;
  }
}

TEST_F(TenantHostTest, WithoutADomainHostsNameNobody) {
  EXPECT_EQ(accepted({.host = "rival.weir.example.org"}).status, 202);
  EXPECT_EQ(accepted({.host = "nobody.weir.example.org"}).status, 202);
  EXPECT_EQ(refused({.tenant = "", .host = "acme.weir.example.org"}).status, 400);
}

TEST_F(TenantHostTest, AKeptConnectionAsksForAnotherHostEachTime) {
  serve_domain();
  EXPECT_EQ(accepted({.tenant = "", .host = "acme.weir.example.org"}).status, 202);
  EXPECT_EQ(refused({.tenant = "", .host = "h"}).status, 400) << "nothing of before is kept";
}

}  // namespace
}  // namespace weir::gateway
