#include "base/tenant_host.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

/// "-" where the host is not below the domain.
std::string tenant_in(std::string_view host, std::string_view domain = "weir.example.org") {
  std::string tenant = "before";
  return reads_tenant_host(host, domain, tenant) ? tenant : "-";
}

TEST(TenantHostTest, ALabelBelowTheDomainNamesTheTenant) {
  for (const char* host :
       {"acme.weir.example.org", "ACME.Weir.Example.ORG", "acme.weir.example.org:8443",
        "acme.weir.example.org.", "acme.weir.example.org.:443"})
    EXPECT_EQ(tenant_in(host), "acme") << host;
}

TEST(TenantHostTest, OtherHostsNameNone) {
  for (const char* host : {"weir.example.org", "", "127.0.0.1:8080", "[::1]:8080", "example.org",
                           "acmeweir.example.org", "acme.weir.example.org.evil.org", "localhost"})
    EXPECT_EQ(tenant_in(host), "-") << host;
  EXPECT_EQ(tenant_in("acme.weir.example.org", ""), "-");
}

TEST(TenantHostTest, WhatIsNoNameBelowTheDomainIsNoTenantsAndNotIgnored) {
  EXPECT_EQ(tenant_in("a.acme.weir.example.org"), "");
  EXPECT_EQ(tenant_in(".weir.example.org"), "");
  EXPECT_EQ(tenant_in(std::string(64, 'a') + ".weir.example.org"), "");
}

TEST(TenantHostTest, AUrlGetsTheTenantsHostAndKeepsTheRest) {
  EXPECT_EQ(url_of_tenant("https://weir.example.org", "weir.example.org", "acme"),
            "https://acme.weir.example.org");
  EXPECT_EQ(url_of_tenant("http://127.0.0.1:8080", "weir.example.org", "acme"),
            "http://acme.weir.example.org:8080");
  EXPECT_EQ(url_of_tenant("http://[::1]:80/at", "d.org", "acme"), "http://acme.d.org:80/at");
  EXPECT_EQ(url_of_tenant("https://x/at/all", "d.org", "acme"), "https://acme.d.org/at/all");
}

}  // namespace
}  // namespace weir
