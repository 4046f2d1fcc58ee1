#include "alert/mail.hpp"

#include <gmock/gmock.h>

#include "alert/endpoint.hpp"
#include "base/base64.hpp"

namespace weir::alert {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// What a reader makes of encoded words (RFC 2047).
std::string decoded(const std::string& header) {
  constexpr std::string_view begin = "=?utf-8?B?";
  std::string out;
  std::size_t at = 0;
  while ((at = header.find(begin, at)) != std::string::npos) {
    at += begin.size();
    const std::size_t end = header.find("?=", at);
    EXPECT_LE(end - at + begin.size() + 2, 75u);
    out += from_base64(header.substr(at, end - at)).value();
    at = end;
  }
  return out;
}

TEST(MailTest, AShortAsciiHeaderStaysAndAllElseIsEncoded) {
  EXPECT_EQ(header_text("Run of Orders failed"), "Run of Orders failed");
  EXPECT_EQ(decoded(header_text("Run of Aufträge failed")), "Run of Aufträge failed");
  EXPECT_EQ(decoded(header_text("=?utf-8?B?eA==?=")), "=?utf-8?B?eA==?=");
  std::string longer;
  for (int i = 0; i < 50; ++i)
    longer += "ä€𝄞 ";
  const std::string header = header_text(longer);
  EXPECT_EQ(decoded(header), longer);
  for (std::size_t at = header.find("\r\n"); at != std::string::npos;
       at = header.find("\r\n", at + 1))
    EXPECT_EQ(header[at + 2], ' ') << "folded";
}

TEST(MailTest, NothingInAnEventAddsAHeader) {
  catalog::DueAlert alert;
  alert.target = "ops@example.org";
  alert.tenant = "acme";
  alert.message.id = "alm-1";
  alert.message.event.title = "a\r\nBcc: evil@example.org\r\n\r\nbody";
  alert.message.event.text = "text\r\n.\r\nMAIL FROM:<x>";
  const std::string mail = mail_of(alert, "weir@example.org");
  const std::string head = mail.substr(0, mail.find("\r\n\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("\r\nBcc")));
  EXPECT_THAT(head, HasSubstr("Subject: [Weir acme] a  Bcc: evil@example.org    body"));
  EXPECT_THAT(head, HasSubstr("\r\nMessage-ID: <alm-1@example.org>\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nTo: <ops@example.org>\r\n"));
}

TEST(MailTest, TheDateIsThatOfTheEvent) {
  EXPECT_EQ(mail_date(*parse_time("2027-03-02T08:00:09.9Z")), "Tue, 02 Mar 2027 08:00:09 +0000");
  EXPECT_EQ(mail_date(*parse_time("2028-02-29T23:59:59Z")), "Tue, 29 Feb 2028 23:59:59 +0000");
}

TEST(MailTest, QuotedPrintableKeepsLinesShortAndBytesWhole) {
  EXPECT_EQ(quoted_printable("a=b\nc \r\nä"), "a=3Db\r\nc=20\r\n=C3=A4");
  const std::string text = quoted_printable(std::string(200, 'x') + std::string(50, '='));
  std::size_t begin = 0;
  std::string joined;
  for (std::size_t end = 0; (end = text.find("\r\n", begin)) != std::string::npos;
       begin = end + 2) {
    EXPECT_LE(end - begin, 76u);
    EXPECT_EQ(text[end - 1], '=');
    joined += text.substr(begin, end - begin - 1);
  }
  std::string expected(200, 'x');
  for (int i = 0; i < 50; ++i)
    expected += "=3D";
  EXPECT_EQ(joined + text.substr(begin), expected);
}

TEST(EndpointTest, AnAddressIsOneOfPlainCharacters) {
  for (const char* good : {"ops@example.org", "a.b+c@x-y.example", "a@localhost"})
    EXPECT_TRUE(is_mail_address(good)) << good;
  for (const char* bad :
       {"", "ops", "@example.org", "ops@", "a b@example.org", "a@b\r\nDATA", "<a@example.org>",
        "a@example.org,b@example.org", "a..b@example.org", ".a@example.org", "a@exa mple.org",
        "\"a b\"@example.org", "a@b@c", "ä@example.org", "a@example.org>"})
    EXPECT_FALSE(is_mail_address(bad)) << bad;
}

TEST(EndpointTest, AWebhookIsAUrlOfHttpWithoutCredentials) {
  const auto verdict = [](const std::string& url) {
    catalog::AlertEndpoint endpoint;
    endpoint.target = url;
    const auto checked = check(endpoint);
    return checked ? "" : checked.error().message;
  };
  for (const char* good : {"http://127.0.0.1:9/x", "https://hooks.example.org/weir?a=b",
                           "http://[::1]:80/", "HTTPS://example.org"})
    EXPECT_EQ(verdict(good), "") << good;
  for (const char* bad : {"file:///etc/passwd", "gopher://h/", "ftp://h/", "smtp://h/", "h/x", "",
                          "http://", "http://a b/", "http://h/\r\nX: y"})
    EXPECT_THAT(verdict(bad), StartsWith("\"target\"")) << bad;
  EXPECT_THAT(verdict("http://user:word@h/"), HasSubstr("no password"));
  EXPECT_THAT(verdict("http://h/" + std::string(3000, 'x')), HasSubstr("longer"));
}

}  // namespace
}  // namespace weir::alert
