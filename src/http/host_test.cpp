#include "http/host.hpp"

#include <gtest/gtest.h>

namespace weir::http {
namespace {

TEST(Host, NamesAddressesAndPortsAreTaken) {
  for (const char* value : {"", "h", "weir.example.org", "weir.example.org:8443", "127.0.0.1:80",
                            "localhost:", "[::1]", "[::1]:8080", "[fe80::1.2.3.4]", "[v1.a:b]",
                            "a_b-c~d", "%C3%BC.example", "a%2d:1", "xn--mnchen-3ya.de", "a,b"})
    EXPECT_TRUE(is_host(value)) << value;
}

TEST(Host, AnythingElseIsNot) {
  for (const char* value :
       {"a b",      "a/b",   "http://a", "user@host", "a:b",  "a:80:80", "a?b",    "a#b",  "a\\b",
        "<script>", "\"a\"", "[::1",     "::1",       "[]",   "[::g]",   "[::1]x", "a[b]", "%",
        "%4",       "%zz",   "\xC3\xBC", "a\tb",      "a{b}", "a:8a",    "\x7F"})
    EXPECT_FALSE(is_host(value)) << value;
}

}  // namespace
}  // namespace weir::http
