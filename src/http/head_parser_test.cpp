#include "http/head_parser.hpp"

#include <vector>

#include <gmock/gmock.h>

#include "base/credentials.hpp"
#include "http/test_head_oracle.hpp"

namespace weir::http {
namespace {

using oracle::Verdict;
using ::testing::HasSubstr;

struct Outcome {
  Verdict verdict = Verdict::more;
  std::string refusal;
  RequestHead head;
};

Outcome parse(const std::string& text) {
  // No byte behind them, so that ASan sees a byte read too many.
  const std::vector<char> bytes(text.begin(), text.end());
  Outcome outcome;
  HeadParser parser;
  const auto whole = parser.parse({bytes.data(), bytes.size()}, outcome.head);
  if (!whole) {
    outcome.verdict = Verdict::refused;
    outcome.refusal = whole.error().message;
  } else if (*whole) {
    outcome.verdict = Verdict::whole;
  }
  return outcome;
}

std::string post(const std::string& lines) {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n";
}

std::string old_post(const std::string& lines) {
  return "POST / HTTP/1.0\r\n" + lines + "\r\n";
}

TEST(HeadParser, TakesWhatBeastTakesAndReadsTheSameFromIt) {
  const std::string heads[] = {
      post(""),
      "M!#$%&'*+-.^_`|~09az /%20?a=b#\"<>[]{}|\\^` HTTP/1.1\r\nHost:\r\n\r\n",
      "GET /\xC3\xBC\xFF HTTP/1.1\r\nHost: h\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nhOST: h\r\n\r\n",
      post("Authorization: Bearer " + std::string(300, 'j') + "\r\n" +
           "X-Amperity-Tenant: acme\r\nContent-Type: application/json\r\nContent-Length: 12\r\n"),
      post("AUTHORIZATION:a\r\ncontent-TYPE:b\r\nContent-Encoding:c\r\nIDEMPOTENCY-key:d\r\n"),
      post("Tenant: a\r\nAmperity-Tenant: a\r\nX-AMPERITY-TENANT: a\r\n"),
      post("Tenant: a\r\nX-Amperity-Tenant: b\r\n"),
      post("Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"),
      post("Content-Type: a\r\nContent-Type: a\r\nAuthorization: a\r\nAuthorization: b\r\n"),
      post("Empty:\r\nBlank: \t \r\nPadded: \t a \t b\t \r\nObs: \x80\xFF\r\n"),
      post("Hosts: a\r\nXenant: b\r\nContent-Lengtx: c\r\nContent-Type-: d\r\nExpecs: e\r\n"),
      post("Content-Length: 0\r\n"),
      post("Content-Length: 00018446744073709551615\r\n"),
      post("Transfer-Encoding: CHUNKED\r\n"),
      post("Expect: 100-Continue\r\n"),
      post("Expect: 100-continued\r\n"),
      post("Expect: 100-continue\r\nExpect: x\r\n"),
      post("Connection: close\r\n"),
      post("Connection: keep-alive, Upgrade\r\n"),
      post("Connection: keep-alive , CLOSE,\r\n"),
      post("Connection: keep-alive\r\nConnection: close\r\nConnection:\r\n"),
      post("Connection: ,, ,\t,\r\n"),
      post("Connection: closed, xclose, close-\r\n"),
      post("Proxy-Connection: close\r\n"),
      post("Close: close\r\n"),
      old_post(""),
      old_post("Connection: keep-alive\r\n"),
      old_post("Connection: Keep-Alive, close\r\n"),
      old_post("Proxy-Connection: keep-alive\r\n"),
      old_post("Content-Length: 3\r\nExpect: 100-continue\r\n"),
  };
  for (const std::string& bytes : heads) {
    const Outcome ours = parse(bytes + "behind it");
    ASSERT_EQ(ours.verdict, Verdict::whole) << bytes << ours.refusal;
    RequestHead theirs;
    ASSERT_EQ(oracle::parse(bytes, theirs), Verdict::whole) << bytes;
    EXPECT_EQ(oracle::all_of(ours.head), oracle::all_of(theirs)) << bytes;
    EXPECT_EQ(ours.head.bytes, bytes.size()) << bytes;
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_EQ(parse(bytes.substr(0, size)).verdict, Verdict::more)
          << bytes << ", cut at " << size;
  }
}

struct Attempt {
  std::string bytes;
  const char* why;
};

TEST(HeadParser, RefusesWhatBeastRefusesAndSaysWhy) {
  const char* const method = "the method is not a word followed by one space";
  const char* const target = "the request target is empty or has a forbidden character";
  const char* const version = "the version is not HTTP/1.1 or HTTP/1.0";
  const char* const line_end = "a line does not end in CRLF";
  const char* const name = "a header name is empty or has a space or a forbidden character";
  const char* const value = "a header value has a forbidden character";
  const char* const length = "Content-Length must be sent once, be digits only, and not beside";
  const char* const coding = "Transfer-Encoding must be sent once, and not beside Content-Length";
  const char* const chunked = "the only Transfer-Encoding known here is \"chunked\"";
  const char* const options = "Connection is not a list of words with commas between them";
  const std::string rest = "Host: h\r\n\r\n";
  const Attempt attempts[] = {
      {" GET / HTTP/1.1\r\n" + rest, method},
      {"GET\t/ HTTP/1.1\r\n" + rest, method},
      {"G(T / HTTP/1.1\r\n" + rest, method},
      {"\r\n" + rest, method},
      {"GET  / HTTP/1.1\r\n" + rest, target},
      {"GET /\r\n" + rest, target},
      {"GET /\tHTTP/1.1\r\n" + rest, target},
      {"GET /\x7F HTTP/1.1\r\n" + rest, target},
      {"GET /  HTTP/1.1\r\n" + rest, version},
      {"GET / a HTTP/1.1\r\n" + rest, version},
      {"GET / \r\n" + rest, version},
      {"GET / http/1.1\r\n" + rest, version},
      {"GET / HTTP/1.2\r\n" + rest, version},
      {"GET / HTTP/0.9\r\n" + rest, version},
      {"GET / HTTP/1.10\r\n" + rest, version},
      {"GET / HTTP/1.1 \r\n" + rest, version},
      {"GET / HTTP/1.1\n" + rest, line_end},
      {"GET / HTTP/1.1\r\r\n" + rest, line_end},
      {"GET / HTTP/1.1\r\n\n" + rest, line_end},
      {"GET / HTTP/1.1\r\n\rHost: h\r\n\r\n", line_end},
      {post("X: a\n"), line_end},
      {post("X: a\rContent-Length: 3\r\n"), line_end},
      {post("X: a\r\r\n"), line_end},
      {post(": a\r\n"), name},
      {post("X\r\n"), name},
      {post("X : a\r\n"), name},
      {post("X\t: a\r\n"), name},
      {post("X\x80: a\r\n"), name},
      {post("Transfer\x0D"
            "Encoding: chunked\r\n"),
       name},
      {post("X: a\r\n b\r\n"), "folded lines are not taken"},
      {post("X:\r\n\tb\r\n"), "folded lines are not taken"},
      {"GET / HTTP/1.1\r\n Host: h\r\n\r\n", "folded lines are not taken"},
      {post("X: a\x01\r\n"), value},
      {post("X: a\x7F\r\n"), value},
      {post(std::string("X: a\0\r\n", 7)), value},
      {post("Content-Length:\r\n"), length},
      {post("Content-Length: 3, 3\r\n"), length},
      {post("Content-Length: +3\r\n"), length},
      {post("Content-Length: 3 3\r\n"), length},
      {post("Content-Length: \xB3\r\n"), length},
      {post("Content-Length: 3\r\ncontent-length: 3\r\n"), length},
      {post("Content-Length: 18446744073709551616\r\n"), length},
      {post("Content-Length: 99999999999999999999\r\n"), length},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), length},
      {post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), coding},
      {post("Content-Length: 3\r\nTransfer-Encoding: identity\r\n"), coding},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), coding},
      {post("Transfer-Encoding:\r\n"), chunked},
      {post("Transfer-Encoding: gzip, chunked\r\n"), chunked},
      {post("Transfer-Encoding: chunked,\r\n"), chunked},
      {post("Transfer-Encoding: chunkec\r\n"), chunked},
      {old_post("Transfer-Encoding: chunked\r\n"), "HTTP/1.0 knows no Transfer-Encoding"},
      {post("Connection: close keep-alive\r\n"), options},
      {post("Connection: close; q=1\r\n"), options},
      {post("Connection: \"close\"\r\n"), options},
      {post("Proxy-Connection: keep-alive, cl\xF6se\r\n"), options},
      {"GET / HTTP/1.1\r\n\r\n", "it has no Host header"},
      {post("Host: i\r\n"), "it has more than one Host"},
  };
  for (const Attempt& attempt : attempts) {
    const Outcome ours = parse(attempt.bytes);
    EXPECT_EQ(ours.verdict, Verdict::refused) << attempt.bytes;
    EXPECT_THAT(ours.refusal, HasSubstr(attempt.why)) << attempt.bytes;
    RequestHead theirs;
    EXPECT_EQ(oracle::parse(attempt.bytes, theirs), Verdict::refused) << attempt.bytes;
  }
}

TEST(HeadParser, IsStricterThanBeastAboutTheHostOnly) {
  const Attempt attempts[] = {
      {post("host: h\r\n"), "it has more than one Host"},
      {old_post("Host: h\r\nHost: h\r\n"), "it has more than one Host"},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "its Host is not a host"},
      {"GET / HTTP/1.1\r\nHost: <script>\r\n\r\n", "its Host is not a host"},
      {"GET / HTTP/1.0\r\nHost: a/b\r\n\r\n", "its Host is not a host"},
      {"GET / HTTP/1.1\r\nHost: user@h:80\r\n\r\n", "its Host is not a host"},
  };
  for (const Attempt& attempt : attempts) {
    EXPECT_THAT(parse(attempt.bytes).refusal, HasSubstr(attempt.why)) << attempt.bytes;
    RequestHead theirs;
    ASSERT_EQ(oracle::parse(attempt.bytes, theirs), Verdict::whole) << attempt.bytes;
    EXPECT_TRUE(oracle::has_wrong_host(attempt.bytes, theirs)) << attempt.bytes;
  }
}

/// Bytes are looked at in blocks: none may slip through by where it stands in one.
TEST(HeadParser, EveryByteIsJudgedTheSameWhereverItStands) {
  const std::string run(40, 'a');
  const std::string starts[] = {"", "GET /", "GET / HTTP/1.1\r\nHost: h\r\n",
                                "GET / HTTP/1.1\r\nHost: h\r\nX: "};
  const std::string ends[] = {" / HTTP/1.1\r\nHost: h\r\n\r\n", " HTTP/1.1\r\nHost: h\r\n\r\n",
                              ": b\r\n\r\n", "\r\n\r\n"};
  for (std::size_t part = 0; part < std::size(starts); ++part) {
    for (std::size_t at = 0; at < run.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string bytes = starts[part] + run + ends[part];
        bytes[starts[part].size() + at] = static_cast<char>(byte);
        const Outcome ours = parse(bytes);
        RequestHead theirs;
        const Verdict beast = oracle::parse(bytes, theirs);
        ASSERT_EQ(ours.verdict, beast) << part << " " << at << " " << byte;
        if (beast != Verdict::whole) continue;
        ASSERT_EQ(oracle::all_of(ours.head), oracle::all_of(theirs)) << part << " " << at;
      }
    }
  }
}

TEST(HeadParser, ALineIsJudgedWhenItsEndIsHereAndNotBefore) {
  const std::string bad = "GET / HTTP/1.1\r\nHost: h\r\nX: \x01";
  EXPECT_EQ(parse(bad).verdict, Verdict::more);
  EXPECT_EQ(parse(bad + "\r\n").verdict, Verdict::refused);
}

TEST(HeadParser, EveryNameOfTheTenantsHeaderIsKnown) {
  for (const std::string_view name : tenant_header_names) {
    const std::string text = "GET / HTTP/1.1\r\nHost: h\r\n" + std::string(name) + ": a\r\n\r\n";
    RequestHead head;
    ASSERT_TRUE(HeadParser().parse(text, head)) << name;
    EXPECT_GE(head.known[static_cast<std::size_t>(Field::tenant)], 0) << name;
  }
}

}  // namespace
}  // namespace weir::http
