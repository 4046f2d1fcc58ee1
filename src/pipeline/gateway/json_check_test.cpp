#include "pipeline/gateway/json_check.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "http/request.hpp"

namespace weir::gateway {
namespace {

using ::testing::HasSubstr;

class JsonCheckTest : public ::testing::Test {
 protected:
  Result<std::string_view> check(const std::string& body) {
    padded_ = body + std::string(http::body_padding, '!');
    return check_.one_line(std::string_view(padded_).substr(0, body.size()));
  }
  JsonCheck check_;
  std::string padded_;
};

TEST_F(JsonCheckTest, OneObjectPassesAndOnlyTheSpaceBetweenTokensGoes) {
  const std::pair<std::string, std::string> cases[] = {
      {"{}", "{}"},
      {" \t\r\n{ \n } \r\n\t ", "{}"},
      {R"({ "b" : 1 , "a" : [ 1 , { } ] })", R"({"b":1,"a":[1,{}]})"},
      {R"({"a":1,"a":2})", R"({"a":1,"a":2})"},  // duplicate keys are the reader's business
      {R"({"":0})", R"({"":0})"},
      {R"({" a \" b ":"\\ \" c"})", R"({" a \" b ":"\\ \" c"})"},
      {R"({"e":"\u0000\u0020\/\b\f\n\r\t\uD83D\ude00"})",
       R"({"e":"\u0000\u0020\/\b\f\n\r\t\uD83D\ude00"})"},
      {"{\"u\":\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \x7F \xEF\xBF\xBF\"}",
       "{\"u\":\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \x7F \xEF\xBF\xBF\"}"},
      {R"({"n":[-0,0,0.0,-1.50,1e5,1E+5,1e-5,123456789012345678]})",
       R"({"n":[-0,0,0.0,-1.50,1e5,1E+5,1e-5,123456789012345678]})"},
      {R"({"n":[18446744073709551616, -9223372036854775809, 1e400, -1e9999, 1e-9999]})",
       R"({"n":[18446744073709551616,-9223372036854775809,1e400,-1e9999,1e-9999]})"},
      {R"({"n":[1e99999999999, -0.0E-99999999999]})", R"({"n":[1e99999999999,-0.0E-99999999999]})"},
      {R"({"n":)" + std::string(500, '9') + ".5}", R"({"n":)" + std::string(500, '9') + ".5}"},
      {R"({"l":[true,false,null]})", R"({"l":[true,false,null]})"},
  };
  for (const auto& [body, line] : cases) {
    const auto checked = check(body);
    ASSERT_TRUE(checked) << body << ": " << checked.error().message;
    EXPECT_EQ(*checked, line);
  }
}

TEST_F(JsonCheckTest, EverythingElseIsRefusedAndSaysWhatIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "empty"},
      {" \n\t", "empty"},
      {"[]", "array"},
      {" [{}]", "array"},
      {"1", "single JSON value"},
      {"\"a\"", "single JSON value"},
      {"true", "single JSON value"},
      {"null", "single JSON value"},
      {"\xFF\xFE{\0}\0", "not valid"},
      {"{}{}", "follows the JSON object at line 1, column 3 (byte 2)"},
      {"{\"a\":1}\n{\"a\":2}\n", "follows the JSON object at line 2, column 1 (byte 8)"},
      {"{} x", "follows"},
      {"{},", "follows"},
      {"{}]", "follows"},
      {std::string("{}\0", 3), "follows"},
      {"{} // c", "follows"},
      {"{},{}", "follows the JSON object at line 1, column 3 (byte 2)"},
      {"{}1}", "follows"},
      {"{}\"\"}", "follows"},
      {"{\"a\":{}", "ends before"},  // and the padding must not close it
      {"{\"a\":{}}}", "follows"},
      {"{", "ends before it is complete"},
      {"{\"a\"", "ends before"},
      {"{\"a\":", "ends before"},
      {"{\"a\":\"b", "ends before"},
      {"{\"a\":\"\xC3", "ends before"},
      {"{\"a\":[1", "ends before"},
      {"}", "not valid"},
      {"{\n  \"a\": x\n}", "line 2, column 8 (byte 9)"},
      {"{\"a\":1,}", "not valid"},
      {"{,}", "not valid"},
      {"{\"a\" 1}", "not valid"},
      {"{\"a\"::1}", "not valid"},
      {"{\"a\":1 \"b\":2}", "not valid"},
      {"{\"a\"}", "not valid"},
      {"{\"a\",\"b\":1}", "not valid"},
      {"{\"a\":1,,\"b\":2}", "not valid"},
      {"{\"a\":1:2}", "not valid"},
      {"{:1}", "not valid"},
      {"{[]:1}", "not valid"},
      {"{\"a\":{}\"b\":1}", "not valid"},
      {"{\"a\":[1:2]}", "not valid"},
      {"{\"a\":[\"b\":2]}", "not valid"},
      {"{\"a\":[1,,2]}", "not valid"},
      {"{\"a\":[1 2]}", "not valid"},
      {"{\"a\":[[]1]}", "not valid"},
      {"{\"a\":[1]]}", "not valid"},
      {"{\"a\":[}", "not valid"},
      {"{\"a\":{]}", "not valid"},
      {"{\"a\":[{\"b\":1]}", "not valid"},
      {"{a:1}", "not valid"},
      {"{'a':1}", "not valid"},
      {"{1:1}", "not valid"},
      {"{\"a\":}", "not valid"},
      {"{\"a\":[1,]}", "not valid"},
      {"{\"a\":[,1]}", "not valid"},
      {"{\"a\":[1}", "not valid"},
      {"{\"a\":(1)}", "not valid"},
      {"{/* c */}", "not valid"},
      {"{\"a\":NaN}", "not valid"},
      {"{\"a\":Infinity}", "not valid"},
      {"{\"a\":-Infinity}", "not valid"},
      {"{\"a\":01}", "not valid"},
      {"{\"a\":-01}", "not valid"},
      {"{\"a\":+1}", "not valid"},
      {"{\"a\":.5}", "not valid"},
      {"{\"a\":1.}", "not valid"},
      {"{\"a\":1.e5}", "not valid"},
      {"{\"a\":1e}", "not valid"},
      {"{\"a\":1e+}", "not valid"},
      {"{\"a\":0x1}", "not valid"},
      {"{\"a\":-}", "not valid"},
      {"{\"a\":1 2}", "not valid"},
      {"{\"a\":True}", "not valid"},
      {"{\"a\":nul}", "not valid"},
      {"{\"a\":truex}", "not valid"},
      {"{\"a\":'b'}", "not valid"},
      {"{\"a\":\"\\x41\"}", "not valid"},
      {"{\"a\":\"\\u12G4\"}", "not valid"},
      {"{\"a\":\"\\u123\"}", "not valid"},
      {"{\"a\":\"\\\"}", "ends before"},
      {"\xEF\xBB\xBF", "empty"},
      {"\xEF\xBB\xBF\xEF\xBB\xBF{}", "not valid"},
      {" \xEF\xBB\xBF{}", "not valid"},
      {"{}\xEF\xBB\xBF", "follows"},
      {"{\"a\":\"\n\"}", "not valid"},
      {"{\"a\":\"\t\"}", "not valid"},
      {std::string("{\"a\":\"\0\"}", 9), "not valid"},
      {"{\"a\":\"\x1F\"}", "not valid"},
      {"{\"a\":\"\xFF\"}", "not valid"},
      {"{\"a\":\"\x80\"}", "not valid"},
      {"{\"a\":\"\xC0\xAF\"}", "not valid"},          // overlong
      {"{\"a\":\"\xE0\x80\xAF\"}", "not valid"},      // overlong
      {"{\"a\":\"\xED\xA0\x80\"}", "not valid"},      // a lone surrogate
      {"{\"a\":\"\xF4\x90\x80\x80\"}", "not valid"},  // past U+10FFFF
      {"{\"a\":\"\xC3\"}", "not valid"},              // cut short
      {"{\"\xFF\":1}", "not valid"},
      {"\f{}", "not valid"},
      {"{\f}", "not valid"},
      {"{\"a\"\v:1}", "not valid"},
      {"{\"a\":1\f}", "not valid"},
      {"{\"a\":true\x1A}", "not valid"},
      {std::string("{\"a\":1\0}", 8), "not valid"},
      {std::string("{\0}", 3), "not valid"},
      {"{\"a\":1\x80}", "not valid"},
      {"{\\\"a\":1}", "not valid"},
      {"{\"a\"\\:1}", "not valid"},
      {"{\"a\":1\\\"}", "not valid"},
      {"\xC2\xA0{}", "not valid"},
      // Too large a number does not excuse what else is wrong.
      {"{\"a\":1e400,}", "not valid"},
      {"{\"a\":1e400}x", "follows"},
      {"[1e400]", "array"},
      {"1e400", "single JSON value"},
  };
  for (const auto& [body, words] : cases) {
    const auto checked = check(body);
    ASSERT_FALSE(checked) << body;
    EXPECT_EQ(checked.error().code, Errc::bad_request);
    EXPECT_THAT(checked.error().message, HasSubstr(words)) << body;
    EXPECT_THAT(checked.error().message, HasSubstr("Send exactly one JSON object")) << body;
  }
}

TEST_F(JsonCheckTest, WhatIsWrongIsToldWithLineColumnAndByte) {
  const std::pair<std::string, std::string> cases[] = {
      {"  [1]", "JSON array at line 1, column 3 (byte 2)"},
      {"\n 7", "not an object, at line 2, column 2 (byte 2)"},
      {"\xEF\xBB\xBF{\"a\":x}", "line 1, column 6 (byte 5)"},
      {"{\"a\":NaN}", "a value is expected at line 1, column 6 (byte 5)"},
      {"{\"a\":nan}", "true, false and null at line 1, column 7 (byte 6)"},
      {"{\"a\":-Infinity}", "a digit is expected at line 1, column 7 (byte 6)"},
      {"{\"a\":01}", "a needless 0 at line 1, column 7 (byte 6)"},
      {"{\"a\":1,}", "a name in double quotes is expected at line 1, column 8 (byte 7)"},
      {"{\"a\" 1}", "a colon is expected after the name at line 1, column 6 (byte 5)"},
      {"{\"a\":1 \"b\"}", "a comma or } is expected at line 1, column 8 (byte 7)"},
      {"{\"a\":[1}", "a comma or ] is expected at line 1, column 8 (byte 7)"},
      {"{\"a\":\"\t\"}", "control character that is not escaped at line 1, column 7 (byte 6)"},
      {"{\"a\":\"\\x41\"}", "there is no such escape at line 1, column 7 (byte 6)"},
      {"{\"a\":\"\\u12G4\"}", "four hex digits at line 1, column 11 (byte 10)"},
      {"{\"a\":\"\xED\xA0\x80\"}", "a surrogate is not UTF-8 at line 1, column 7 (byte 6)"},
      {"{\"a\":\"\xC0\xAF\"}", "not UTF-8 at line 1, column 7 (byte 6)"},
      {"{\"a\":\"\xF4\x90\x80\x80\"}", "not UTF-8 at line 1, column 7 (byte 6)"},
      {"{\"\xC3\xA9\xE2\x82\xAC\":\xFF}", "a value is expected at line 1, column 7 (byte 9)"},
      {"{\"a\":1}\r\n{\"a\":2}", "follows the JSON object at line 2, column 1 (byte 9)"},
      {"{\"a\":\n\"b", "ends before it is complete, at line 2, column 3 (byte 8)"},
      {"{\"a\":" + std::string(100'000, '['),
       "deeper than 512 levels at line 1, column 517 (byte 516)"},
  };
  for (const auto& [body, words] : cases) {
    const auto checked = check(body);
    ASSERT_FALSE(checked) << body;
    EXPECT_EQ(checked.error().code, Errc::bad_request);
    EXPECT_THAT(checked.error().message, HasSubstr(words));
  }
}

TEST_F(JsonCheckTest, NestingHasABoundOfItsOwn) {
  const auto nested = [](std::size_t levels, const std::string& inside) {
    std::string body;
    for (std::size_t i = 0; i < levels; ++i)
      body += "{\"a\":";
    body += inside;
    return body + std::string(levels, '}');
  };
  for (const std::string inside : {"1", "1e400"}) {
    EXPECT_TRUE(check(nested(limits::json_depth_max, inside))) << inside;
    const auto deeper = check(nested(limits::json_depth_max + 1, inside));
    ASSERT_FALSE(deeper) << inside;
    EXPECT_THAT(deeper.error().message, HasSubstr("deeper than 512"));
  }
}

TEST_F(JsonCheckTest, DocumentsOfAllSizesTakeTurns) {
  // Strings and numbers that cross the blocks simdjson works in, and bodies past what was kept.
  for (const std::size_t members : {1, 5000, 2, 40'000, 3, 20'000, 1}) {
    std::string spaced = "{";
    std::string compact = "{";
    for (std::size_t i = 0; i < members; ++i) {
      const std::string name = "\"k" + std::to_string(i * i) + "\"";
      spaced += (i > 0 ? ", " : "") + name + ": [" + std::to_string(i) + ".5, \"\\n \\\\\"]";
      compact += (i > 0 ? "," : "") + name + ":[" + std::to_string(i) + ".5,\"\\n \\\\\"]";
    }
    EXPECT_EQ(check(spaced + "}").value_or(""), compact + "}");
    EXPECT_EQ(check(compact + "}").value_or(""), compact + "}");
    EXPECT_FALSE(check(spaced));
    EXPECT_FALSE(check(spaced + "]"));
  }
}

TEST_F(JsonCheckTest, AByteOrderMarkIsNotStored) {
  const auto compact = check("\xEF\xBB\xBF{\"a\":1}");
  ASSERT_TRUE(compact) << compact.error().message;
  EXPECT_EQ(*compact, "{\"a\":1}");
  EXPECT_EQ(check("\xEF\xBB\xBF\r\n{ \"a\" : 1 }").value_or(""), "{\"a\":1}");
  // Elsewhere it is a character like others.
  EXPECT_TRUE(check("{\"\xEF\xBB\xBF\":\"\xEF\xBB\xBF\"}"));
}

TEST_F(JsonCheckTest, EscapedHalvesOfSurrogatePairsStayAsSent) {
  for (const std::string body :
       {R"({"a":"x\uD83Dy"})", R"({"a":"\ud83d"})", R"({"a":"\uDC00"})", R"({"\uD800\u0041":1})",
        R"({"a":"\uD83D\uD83D\uDE00"})", R"({"a":"\uDE00\uD83D"})"}) {
    const auto checked = check(body);
    ASSERT_TRUE(checked) << body << ": " << checked.error().message;
    EXPECT_EQ(*checked, body);
  }
}

TEST_F(JsonCheckTest, WhatIsOnOneLineAlreadyIsNotCopied) {
  const auto checked = check(R"({"a b":[1,true,{},[],"\\ \""]})");
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->data(), padded_.data());
}

TEST_F(JsonCheckTest, LargeAndSmallTakeTurns) {
  const std::string large = "{\"a\":\"" + std::string(limits::payload_bytes_ceiling, 'x') + "\"}";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(check(large)->size(), large.size());
    EXPECT_EQ(*check("{ }"), "{}");
  }
}

}  // namespace
}  // namespace weir::gateway
