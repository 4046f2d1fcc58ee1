#include "http/request_parser.hpp"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>

namespace weir::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Outcome {
  std::vector<std::string> requests;  // "METHOD target body"
  std::string refusal;
  Errc code = Errc::internal;
};

/// Feeds the bytes in pieces of the given sizes, over and over.
Outcome parse(std::string_view bytes, const std::vector<std::size_t>& pieces,
              std::uint64_t body_bytes_max = 4096) {
  MemoryBudget budget(1 << 24);
  RequestParser parser(budget, body_bytes_max);
  Outcome outcome;
  std::size_t piece = 0;
  while (true) {
    switch (parser.next()) {
      case RequestParser::Event::request: {
        const RequestView request = parser.request("peer");
        outcome.requests.push_back(std::string(request.method()) + " " +
                                   std::string(request.target()) + " " +
                                   std::string(request.body()));
        parser.take();
        continue;
      }
      case RequestParser::Event::head:
        continue;
      case RequestParser::Event::refused:
        outcome.refusal = parser.refusal().message;
        outcome.code = parser.refusal().code;
        return outcome;
      case RequestParser::Event::need_more:
        break;
    }
    if (bytes.empty()) return outcome;
    const auto room = parser.room();
    const std::size_t count =
        std::min({pieces[piece++ % pieces.size()], bytes.size(), room.size()});
    std::copy_n(bytes.data(), count, room.data());
    parser.filled(count);
    bytes.remove_prefix(count);
  }
}

Outcome parse(std::string_view bytes) {
  return parse(bytes, {bytes.size() + 1});
}

const std::string host = "Host: h\r\n";

TEST(RequestParser, APlainRequestIsItsParts) {
  MemoryBudget budget(0);
  RequestParser parser(budget, 100);
  const std::string bytes =
      "POST /a/b?c=d HTTP/1.1\r\nhost: h\r\nAUTHORIZATION: Bearer x\r\nTenant:acme\r\n"
      "Content-Type:  application/json \r\nContent-Length: 2\r\nIdempotency-Key: k\r\n\r\n{}";
  std::copy(bytes.begin(), bytes.end(), parser.room().data());
  parser.filled(bytes.size());
  ASSERT_EQ(parser.next(), RequestParser::Event::request);
  const RequestView request = parser.request("1.2.3.4");
  EXPECT_EQ(request.method(), "POST");
  EXPECT_EQ(request.path(), "/a/b");
  EXPECT_EQ(request.query(), "c=d");
  EXPECT_EQ(request.value(Field::authorization), "Bearer x");
  EXPECT_EQ(request.value(Field::tenant), "acme");
  EXPECT_EQ(request.value(Field::content_type), "application/json");
  EXPECT_EQ(request.value(Field::idempotency_key), "k");
  EXPECT_EQ(request.body(), "{}");
  EXPECT_EQ(request.peer(), "1.2.3.4");
  EXPECT_EQ(request.field_count(), 6u);
  EXPECT_TRUE(request.keep_alive());
}

TEST(RequestParser, AProxysWholeUrlIsAPathToo) {
  const std::string head = "POST http://h:80/a?b HTTP/1.1\r\n" + host + "\r\n";
  MemoryBudget budget(0);
  RequestParser parser(budget, 100);
  std::copy(head.begin(), head.end(), parser.room().data());
  parser.filled(head.size());
  ASSERT_EQ(parser.next(), RequestParser::Event::request);
  EXPECT_EQ(parser.request("").path(), "/a");
  EXPECT_EQ(parser.request("").query(), "b");
}

TEST(RequestParser, EverySplitGivesTheSameRequests) {
  const std::string bytes = "POST /1 HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello" +
                            "\r\nGET /2 HTTP/1.1\r\n" + host + "\r\n" + "POST /3 HTTP/1.1\r\n" +
                            host +
                            "Transfer-Encoding: chunked\r\n\r\n"
                            "3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n" +
                            "DELETE /4 HTTP/1.0\r\n\r\n";
  const auto whole = parse(bytes);
  EXPECT_THAT(whole.requests,
              ElementsAre("POST /1 hello", "GET /2 ", "POST /3 abc0123456789", "DELETE /4 "));
  for (std::size_t at = 1; at < bytes.size(); ++at)
    EXPECT_EQ(parse(bytes, {at, bytes.size()}).requests, whole.requests) << "split at " << at;
  for (std::size_t size = 1; size < 20; ++size)
    EXPECT_EQ(parse(bytes, {size}).requests, whole.requests) << "pieces of " << size;
}

struct Attempt {
  const char* what;
  std::string bytes;
};

TEST(RequestParser, WhatCouldSmuggleARequestIsRefused) {
  const std::string post = "POST / HTTP/1.1\r\n" + host;
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  const Attempt attempts[] = {
      {"both lengths", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"both, other way", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc"},
      {"two lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
      {"the same length twice", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"},
      {"a list of lengths", post + "Content-Length: 3, 3\r\n\r\nabc"},
      {"a signed length", post + "Content-Length: +3\r\n\r\nabc"},
      {"a negative length", post + "Content-Length: -3\r\n\r\nabc"},
      {"a hex length", post + "Content-Length: 0x3\r\n\r\nabc"},
      {"an empty length", post + "Content-Length: \r\n\r\n"},
      {"a length with a space", post + "Content-Length: 1 0\r\n\r\nabc"},
      {"a length past 64 bits", post + "Content-Length: 18446744073709551617\r\n\r\nabc"},
      {"an unknown coding", post + "Transfer-Encoding: gzip\r\n\r\n"},
      {"chunked not alone", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      {"chunked not last", post + "Transfer-Encoding: chunked, identity\r\n\r\n"},
      {"chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"chunked look-alike", post + "Transfer-Encoding: xchunked\r\n\r\n"},
      {"chunked with a control", post + "Transfer-Encoding: \vchunked\r\n\r\n"},
      {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"space before the colon", post + "Content-Length : 3\r\n\r\nabc"},
      {"tab before the colon", post + "Transfer-Encoding\t: chunked\r\n\r\n"},
      {"a folded header", post + "X: a\r\n b\r\n\r\n"},
      {"a folded first header", "POST / HTTP/1.1\r\n Host: h\r\n\r\n"},
      {"a folded coding", post + "Transfer-Encoding:\r\n chunked\r\n\r\n"},
      {"a bare LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n"},
      {"a bare LF in a header", post + "X: a\nContent-Length: 3\r\n\r\nabc"},
      {"a bare CR in a header", post + "X: a\rContent-Length: 3\r\n\r\n"},
      {"an LF LF end", post + "\n\n"},
      {"a NUL in a header", post + std::string("X: a\0b\r\n\r\n", 10)},
      {"a control in a header", post + "X: a\x01\r\n\r\n"},
      {"a control in a name", post + "X\x01: a\r\n\r\n"},
      {"no name", post + ": a\r\n\r\n"},
      {"no colon", post + "Something\r\n\r\n"},
      {"a space in the target", "GET /a b HTTP/1.1\r\n" + host + "\r\n"},
      {"a control in the target", "GET /\x7f HTTP/1.1\r\n" + host + "\r\n"},
      {"two spaces", "GET  / HTTP/1.1\r\n" + host + "\r\n"},
      {"no version", "GET /\r\n" + host + "\r\n"},
      {"a later version", "GET / HTTP/2.0\r\n" + host + "\r\n"},
      {"a longer version", "GET / HTTP/1.10\r\n" + host + "\r\n"},
      {"no host", "GET / HTTP/1.1\r\n\r\n"},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"TLS", "\x16\x03\x01\x02"},
      {"a blank start", " GET / HTTP/1.1\r\n" + host + "\r\n"},
      {"two blank lines first", "\r\n\r\nGET / HTTP/1.1\r\n" + host + "\r\n"},
      {"no chunk size", chunked + "\r\n"},
      {"a chunk size that is none", chunked + "x\r\n"},
      {"a hex prefix", chunked + "0x3\r\nabc\r\n0\r\n\r\n"},
      {"a space after the size", chunked + "3 \r\nabc\r\n0\r\n\r\n"},
      {"a space before the size", chunked + " 3\r\nabc\r\n0\r\n\r\n"},
      {"a signed size", chunked + "+3\r\nabc\r\n0\r\n\r\n"},
      {"a size past 60 bits", chunked + "1000000000000000\r\n"},
      {"a size that wraps", chunked + "10000000000000003\r\nabc\r\n0\r\n\r\n"},
      {"a bare LF after the size", chunked + "3\nabc\r\n0\r\n\r\n"},
      {"a bare LF in an extension", chunked + "3;a\nb\r\nabc\r\n0\r\n\r\n"},
      {"a bare CR after the size", chunked + "3\rabc\r\n0\r\n\r\n"},
      {"more data than the size", chunked + "3\r\nabcd\r\n0\r\n\r\n"},
      {"no CRLF after the data", chunked + "3\r\nabc0\r\n\r\n"},
      {"a bare LF after the data", chunked + "3\r\nabc\n0\r\n\r\n"},
      {"a bare LF at the end", chunked + "0\r\n\n"},
      {"a folded trailer", chunked + "0\r\nA: b\r\n c\r\n\r\n"},
      {"a nameless trailer", chunked + "0\r\n: b\r\n\r\n"},
      {"an endless size line", chunked + "3;" + std::string(2000, 'a')},
      {"an endless trailer", chunked + "0\r\nA: " + std::string(5000, 'a')},
      {"endless leading zeros", chunked + std::string(2000, '0')},
  };
  for (const Attempt& attempt : attempts) {
    const std::string bytes = attempt.bytes + "GET /smuggled HTTP/1.1\r\n" + host + "\r\n";
    const auto outcome = parse(bytes);
    EXPECT_THAT(outcome.requests, ElementsAre()) << attempt.what;
    EXPECT_EQ(outcome.code, Errc::bad_request) << attempt.what;
    EXPECT_THAT(outcome.refusal, HasSubstr("not valid HTTP/1.1: ")) << attempt.what;
    const auto dripped = parse(bytes, {1});
    EXPECT_EQ(dripped.refusal, outcome.refusal) << attempt.what << ", byte by byte";
  }
}

TEST(RequestParser, TheSameHeaderTwiceIsAConflictWhenItsValuesDiffer) {
  MemoryBudget budget(0);
  RequestParser parser(budget, 100);
  const std::string bytes = "GET / HTTP/1.1\r\n" + host +
                            "Tenant: a\r\nX-Amperity-Tenant: b\r\n"
                            "Authorization: x\r\nauthorization: x\r\n\r\n";
  std::copy(bytes.begin(), bytes.end(), parser.room().data());
  parser.filled(bytes.size());
  ASSERT_EQ(parser.next(), RequestParser::Event::request);
  EXPECT_TRUE(parser.request("").conflicting(Field::tenant));
  EXPECT_FALSE(parser.request("").conflicting(Field::authorization));
}

TEST(RequestParser, AHeadOverItsCapIsRefusedHoweverItArrives) {
  const std::string start = "GET / HTTP/1.1\r\n" + host + "X: ";
  const std::string end = "\r\n\r\n";
  const std::size_t fill = limits::header_bytes_max - start.size() - end.size();
  EXPECT_EQ(parse(start + std::string(fill, 'a') + end).requests.size(), 1u);
  EXPECT_EQ(parse(start + std::string(fill, 'a') + end, {1000}).requests.size(), 1u);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{999}, std::size_t{1} << 20})
    EXPECT_EQ(parse(start + std::string(fill + 1, 'a') + end, {piece}).code,
              Errc::headers_too_large);
}

TEST(RequestParser, TooManyFieldsAreRefused) {
  std::string lines;
  for (int i = 0; i < 99; ++i)
    lines += "X: a\r\n";
  EXPECT_EQ(parse("GET / HTTP/1.1\r\n" + host + lines + "\r\n").requests.size(), 1u);
  const auto refused = parse("GET / HTTP/1.1\r\n" + host + lines + "X: a\r\n\r\n");
  EXPECT_EQ(refused.code, Errc::headers_too_large);
  EXPECT_THAT(refused.refusal, HasSubstr("more than 100 header fields"));
}

TEST(RequestParser, ABodyOverItsCapIsRefusedFromItsLength) {
  const auto outcome = parse("POST / HTTP/1.1\r\n" + host + "Content-Length: 4097\r\n\r\n");
  EXPECT_EQ(outcome.code, Errc::too_large);
  EXPECT_THAT(outcome.refusal, HasSubstr("4096 bytes"));
}

TEST(RequestParser, AChunkedBodyOverItsCapIsRefusedBeforeTheDataThatIsTooMuch) {
  const std::string head = "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(parse(head + "1001\r\n").code, Errc::too_large);
  EXPECT_EQ(parse(head + "1000\r\n" + std::string(4096, 'a') + "\r\n1\r\n").code, Errc::too_large);
  EXPECT_EQ(parse(head + "1000\r\n" + std::string(4096, 'a') + "\r\n0\r\n\r\n").requests.size(),
            1u);
}

TEST(RequestParser, AChunkThatCameWithItsHeadIsHeldToTheLimitToo) {
  MemoryBudget budget(1 << 20);
  RequestParser parser(budget, 1 << 20);
  const std::string bytes =
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3e9\r\nabc";
  std::copy(bytes.begin(), bytes.end(), parser.room().data());
  parser.filled(bytes.size());
  EXPECT_EQ(parser.next(), RequestParser::Event::head);
  parser.limit_body(1000);
  EXPECT_EQ(parser.next(), RequestParser::Event::refused);
  EXPECT_EQ(parser.refusal().code, Errc::too_large);
}

TEST(RequestParser, LargeBodiesTakeFromTheBudgetAndGiveBack) {
  MemoryBudget budget(1 << 20);
  RequestParser parser(budget, 1 << 20);
  const std::string head = "POST / HTTP/1.1\r\n" + host + "Content-Length: 500000\r\n\r\n";
  std::string bytes = head + std::string(500000, 'a') + "GET / HTTP/1.1\r\n" + host + "\r\n";
  std::string_view rest = bytes;
  while (parser.next() != RequestParser::Event::request) {
    const auto room = parser.room();
    ASSERT_FALSE(room.empty());
    const std::size_t count = std::min(room.size(), rest.size());
    std::copy_n(rest.data(), count, room.data());
    parser.filled(count);
    rest.remove_prefix(count);
  }
  EXPECT_EQ(parser.request("").body(), std::string(500000, 'a'));
  EXPECT_GT(budget.used(), 450000u);
  EXPECT_LT(budget.used(), 520000u);
  parser.take();
  EXPECT_EQ(budget.used(), 0u);
}

TEST(RequestParser, WithoutBudgetThereIsNoRoom) {
  MemoryBudget budget(100);
  RequestParser parser(budget, 1 << 20);
  const std::string head = "POST / HTTP/1.1\r\n" + host + "Content-Length: 500000\r\n\r\n";
  std::copy(head.begin(), head.end(), parser.room().data());
  parser.filled(head.size());
  EXPECT_EQ(parser.next(), RequestParser::Event::head);
  parser.filled(parser.room().size());
  EXPECT_EQ(parser.next(), RequestParser::Event::need_more);
  EXPECT_TRUE(parser.room().empty());
}

}  // namespace
}  // namespace weir::http
