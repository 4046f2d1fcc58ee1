#include "pipeline/gateway/json_walk.hpp"

#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "http/request.hpp"
#include "pipeline/gateway/json_judge.hpp"

namespace weir::gateway {
namespace {

std::vector<std::string> split(const std::string& words) {
  std::istringstream in(words);
  return {std::istream_iterator<std::string>(in), {}};
}

class JsonWalkTest : public ::testing::Test {
 protected:
  JsonWalk::Verdict judge(const std::string& body) {
    const std::string padded = body + std::string(http::body_padding, padding_);
    return walk_.judge(std::string_view(padded).substr(0, body.size()));
  }
  /// Whether it is one object, once the walk and the exact judge agree.
  bool check(const std::string& body) {
    const bool holds = judge(body) != JsonWalk::Verdict::refused;
    EXPECT_EQ(holds, !find_json_fault(body, limits::json_depth_max)) << body;
    return holds;
  }
  JsonWalk walk_;
  char padding_ = '!';
};

TEST_F(JsonWalkTest, NumbersAreTakenByTheirSpellingAlone) {
  const std::string nines(40, '9');
  auto taken = split(
      "0 -0 7 10 1234567 12345678 123456789 -1234567 -12345678 0.0 -0.5 1.5 1.2345 12345.6 "
      "123456.7 "
      "1234567.8 12345678.9 0.12345678901234567 1e5 1E5 1e+5 1e-5 0e0 1.0e00 1.25e7 12345678e1");
  taken.push_back(nines);
  taken.push_back("-" + nines + "." + nines + "e-" + nines);
  auto refused = split(
      "01 00 -01 - --1 -a +1 .5 -.5 1. 1.e5 1..2 1.2.3 1e 1e+ 1e- 1e+-5 1e5.5 1ee5 1e5e5 0x1 1a 1- "
      "1-2 1_000 12345678. 1234567. 123456. 0123456789 00000000 012.5 1234567a 12345678a 1/ 1: "
      "1\"a\" 1[ 1{ 1.5\"");
  for (const std::string end : {".", "e", "x"})
    refused.push_back(nines + end);
  // Each before all that may end it, and at each distance from the end that matters.
  for (const std::string behind : {"}", " }", "\n}", ",\"b\":1}", ",\"bbbbbbbb\":[]}"}) {
    for (const std::string& number : taken)
      EXPECT_TRUE(check("{\"a\":" + number + behind)) << number << behind;
    for (const std::string& number : refused)
      EXPECT_FALSE(check("{\"a\":" + number + behind)) << number << behind;
  }
  for (const std::string& number : taken)
    EXPECT_TRUE(check("{\"a\":[" + number + "," + number + "]}")) << number;
}

TEST_F(JsonWalkTest, OnlyTrueFalseAndNullAreWords) {
  for (const std::string word : {"true", "false", "null"}) {
    for (const std::string behind : {"}", " }", "\t}", "\r\n}", ",\"b\":1}"})
      EXPECT_TRUE(check("{\"a\":" + word + behind)) << word << behind;
    EXPECT_TRUE(check("{\"a\":[" + word + "," + word + "]}")) << word;
    for (const std::string behind : {"x", "1", "\"\"", "\"a\":1", "{", "[", ":1", "\\", "\f", "."})
      EXPECT_FALSE(check("{\"a\":" + word + behind + "}")) << word << behind;
    EXPECT_FALSE(check("{" + word + ":1}")) << word;
    EXPECT_FALSE(check("{\"a\":" + word.substr(0, word.size() - 1) + "}")) << word;
  }
  // The same low halves of the first letter, and none.
  for (const std::string word :
       {"drue", "Vrue", "4rue", "^ull", "Null", "Fals", "d", "p", "a", "z"})
    EXPECT_FALSE(check("{\"a\":" + word + "}")) << word;
}

TEST_F(JsonWalkTest, EscapesAreCheckedWhereverTheyStand) {
  const auto taken = split(
      R"(\n \\ \\\\ \" \\\" \u0000 \uFFFF \ud7FF \uE000 \uD800\uDC00 \udbff\udfff \\uD800 \/\b\f\r\t)"
      R"( \uD83D\uDE00\uD83D\uDE00 \uD800 \uDBFF \uDC00 \udfff \uD800\n \uD800\uD800)"
      R"( \uD800\u0041 \uDC00\uD800 \uD83D\uDE00\uD83D)");
  auto refused = split(R"(\a \U0041 \0 \' \u \u1 \u12 \u123 \uG123 \u1G23 \u12G3 \u-123)"
                       R"( \uD800\ \uD800\u \uD800\uDC0 \uD80 \uDC0G)");
  for (const std::string other : {"\\ ", "\\u 123", "\\\n", "\\\xC3\xA9"})
    refused.push_back(other);
  for (std::size_t before = 0; before < 130; before += before < 10 ? 1 : 20) {
    for (const std::string tail : {"", "x", "ghijklmnop", R"(\\)"}) {
      const std::string begin = "{\"a\":\"" + std::string(before, 'y');
      for (const std::string& escape : taken)
        EXPECT_TRUE(check(begin + escape + tail + "\"}")) << begin << escape << tail;
      for (const std::string& escape : refused)
        EXPECT_FALSE(check(begin + escape + tail + "\",\"b\":\"\\n\"}")) << begin << escape << tail;
    }
  }
  EXPECT_TRUE(check(R"({"\u0061\n":1})"));
  EXPECT_FALSE(check(R"({"\u006":1})"));
}

TEST_F(JsonWalkTest, WhatStandsBehindTheTextDoesNotMatter) {
  // Padding that would complete, go on with or spoil the text.
  for (const char padding : std::string("}]\"0 \\{,\xC3\n")) {
    padding_ = padding;
    for (const std::string body : {R"({"a":1})", R"({"a":[true]})", R"({"a":"\n"})", "{}", "{}\n"})
      EXPECT_TRUE(check(body)) << body << " before " << padding;
    for (const std::string body :
         {"{", R"({"a":{})", R"({"a":[])", R"({"a":1)", R"({"a":tru)", R"({"a":"\)", R"({"a":"b)",
          R"({"a":)", R"({"a":{},)", "{\"a\":\"\xC3", "", " ", "}"})
      EXPECT_FALSE(check(body)) << body << " before " << padding;
  }
}

TEST_F(JsonWalkTest, WhiteSpaceIsSeenWhereverItStands) {
  const std::vector<std::string> tokens = {"{", "\"a b\"", ":", "[", "1", ",",    "true", ",", "{",
                                           "}", ",",       "[", "]", ",", "\"\"", "]",    "}"};
  const auto text = [&](std::size_t spaced_at, const std::string& space) {
    std::string body;
    for (std::size_t i = 0; i < tokens.size(); ++i)
      body += (i == spaced_at ? space : "") + tokens[i];
    return body + (spaced_at == tokens.size() ? space : "");
  };
  EXPECT_EQ(judge(text(0, "")), JsonWalk::Verdict::compact);
  for (const std::string space : {" ", "\t", "\r", "\n", " \r\n\t "})
    for (std::size_t i = 0; i <= tokens.size(); ++i)
      EXPECT_EQ(judge(text(i, space)), JsonWalk::Verdict::spaced) << text(i, space);
  for (const std::string other : {"\f", "\v", "\x1A", "\x7F", "\xC2\xA0", "\x01", "/**/"})
    for (std::size_t i = 0; i <= tokens.size(); ++i)
      EXPECT_EQ(judge(text(i, other)), JsonWalk::Verdict::refused) << text(i, other);
}

TEST_F(JsonWalkTest, ArraysAndObjectsAreNestedToTheSameBound) {
  const auto nested = [](std::size_t levels) {
    std::string body;
    std::string end;
    for (std::size_t i = 0; i < levels; ++i) {
      const bool in_array = i % 2 == 1;
      body += in_array ? "[" : "{\"a\":";
      end.insert(end.begin(), in_array ? ']' : '}');
    }
    return body + "0" + end;
  };
  EXPECT_TRUE(check(nested(limits::json_depth_max)));
  EXPECT_FALSE(check(nested(limits::json_depth_max + 1)));
  std::string empty = nested(limits::json_depth_max - 1);
  empty.replace(empty.find('0'), 1, "{}");
  EXPECT_TRUE(check(empty));
  empty.replace(empty.find("{}"), 2, "{\"a\":[]}");
  EXPECT_FALSE(check(empty));
  // The bound is on depth, not on how many there are.
  std::string many = "{\"a\":[0";
  for (std::size_t i = 0; i < 4 * limits::json_depth_max; ++i)
    many += ",{},[],[{}]";
  EXPECT_TRUE(check(many + "]}"));
}

}  // namespace
}  // namespace weir::gateway
