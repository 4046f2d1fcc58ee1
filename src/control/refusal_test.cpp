#include "control/refusal.hpp"

#include <gmock/gmock.h>
#include <zlib.h>

#include "control/control_fixture.hpp"

/// What a 400 says besides its message, and how answers are sent.
namespace weir::control {
namespace {

class RefusalTest : public ControlTest {
 protected:
  /// The one fault of a 400.
  json::object fault(const http::Response& response) {
    const auto errors = expect(400, response).at("errors").as_array();
    EXPECT_EQ(errors.size(), 1u);
    const auto fault = errors.at(0).as_object();
    EXPECT_EQ(fault.at("message"), json::parse(response.body).at("message"));
    return fault;
  }
  std::string pointer(const std::string& path, const std::string& body) {
    return text(fault(send("POST", path, body)), "pointer");
  }
};

TEST_F(RefusalTest, AFaultIsPointedAt) {
  EXPECT_EQ(pointer("/api/v0/streams", R"({})"), "/name");
  EXPECT_EQ(pointer("/api/v0/streams", R"({"name":7})"), "/name");
  EXPECT_EQ(pointer("/api/v0/streams", R"({"name":" "})"), "/name") << "of the catalog's check";
  EXPECT_EQ(pointer("/api/v0/streams", R"({"name":"S","colour":"red"})"), "/colour");
  EXPECT_EQ(pointer("/api/v0/streams", R"({"name":"S","payload_type":"csv"})"), "/payload_type");
  EXPECT_EQ(pointer("/api/v0/streams", R"({"name":"S","rate_limit":-1})"), "/rate_limit");
  const std::string feed = R"({"source":"S","name":"F","primary_key":["a"],"fields":[)"
                           R"({"name":"a","type":"string"},{"name":"b","typ":"string"}]})";
  EXPECT_EQ(pointer("/api/v0/feeds", feed), "/fields/1/typ");
  EXPECT_EQ(pointer("/api/v0/streams", "{\"name\":"), "") << "the body as a whole";
  feed_check_ = fail(Errc::bad_request, "The field \"first-name\" has a sign that is none.");
  EXPECT_EQ(pointer("/api/v0/feeds", R"({"source":"S","name":"F","primary_key":["a"],)"
                                     R"("fields":[{"name":"first-name","type":"string"}]})"),
            "/fields/0/name");
}

TEST_F(RefusalTest, AParameterIsNamed) {
  for (const std::string parameter : {"limit", "order", "next_token", "nonsense"})
    EXPECT_EQ(text(fault(send("GET", "/api/v0/streams?" + parameter + "=x")), "parameter"),
              parameter);
  EXPECT_FALSE(
      json::parse(send("GET", "/api/v0/streams/is-none").body).as_object().contains("errors"));
}

TEST_F(RefusalTest, AnErrorOfSqlHasItsPosition) {
  const auto position = [&](const std::string& sql, const std::string& message) {
    engine_.answer = fail(Errc::bad_request, message);
    const auto body = json::serialize(json::object{{"sql", sql}});
    const auto answered = expect(400, send("POST", "/api/v0/query", body));
    EXPECT_EQ(answered.at("errors").at(0).at("pointer"), "/sql");
    return answered.at("position");
  };
  EXPECT_EQ(position("SELECT 1,\n  expolde(x)", "line 2, column 3: no function expolde"),
            json::parse(R"({"line":2,"column":3,"length":7})"));
  EXPECT_EQ(position("SELECT '\u00e4', expolde(x)", "no expolde, at line 1, column 13"),
            json::parse(R"({"line":1,"column":13,"length":7})"));
  EXPECT_EQ(position("SELECT 1 +", "line 1, column 11: an operand is missing"),
            json::parse(R"({"line":1,"column":11,"length":1})"));
  EXPECT_EQ(position("SELECT 1\nFROM nowhere", "There is no table, at line 2"),
            json::parse(R"({"line":2,"column":1,"length":12})"));
}

TEST_F(RefusalTest, NumbersThatDoublesDoNotHoldAreStrings) {
  engine_.answer = engine::Table{
      {{"i", "BIGINT"},
       {"d", "DECIMAL(38,2)"},
       {"f", "DOUBLE"},
       {"s", "STRUCT(a BIGINT, d DECIMAL(38,10))"},
       {"t", "VARCHAR"}},
      {{"1883097217372258305", "18.50", "0.30000000000000004",
        R"({"a":-9007199254740993,"d":1234567890.1234567890,"t":"\"12345678901234567890"})",
        R"("12345678901234567890")"},
       {"9007199254740991", "null", "1e300", "null", "null"}},
      false};
  const auto answered = expect(200, send("POST", "/api/v0/query", R"({"sql":"SELECT 1"})"));
  EXPECT_EQ(
      json::serialize(answered.at("rows").at(0)),
      R"(["1883097217372258305","18.50",3.0000000000000004E-1,{"a":"-9007199254740993","d":"1234567890.1234567890","t":"\"12345678901234567890"},"12345678901234567890"])");
  EXPECT_EQ(json::serialize(answered.at("rows").at(1)), "[9007199254740991,null,1E300,null,null]");
}

TEST_F(RefusalTest, TextsOfAKibibyteAreCompressedForThoseWhoTakeIt) {
  for (int i = 0; i < 20; ++i)
    add_stream(acme_);
  const auto plain = send("GET", "/api/v0/streams");
  const auto encoded = [&](const std::string& takes) {
    http::Request asked = request("GET", "/api/v0/streams", "", acme_admin_);
    asked.headers["accept-encoding"] = takes;
    const http::Response response = api_.handle(asked);
    for (const auto& [name, value] : response.headers)
      if (name == "Content-Encoding") {
        EXPECT_EQ(value, "gzip");
        return response.body;
      }
    return std::string();
  };
  for (const char* takes : {"", "br", "gzip;q=0", "identity, gzip; q=0.0"})
    EXPECT_EQ(encoded(takes), "") << takes;
  for (const char* takes : {"gzip", "br, gzip;q=0.5", "*"}) {
    const std::string bytes = encoded(takes);
    ASSERT_LT(bytes.size(), plain.body.size() / 2) << takes;
    std::string back(plain.body.size(), '\0');
    z_stream stream{};
    ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    std::string copy = bytes;
    stream.next_in = reinterpret_cast<Bytef*>(copy.data());
    stream.avail_in = static_cast<uInt>(copy.size());
    stream.next_out = reinterpret_cast<Bytef*>(back.data());
    stream.avail_out = static_cast<uInt>(back.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    EXPECT_EQ(back, plain.body);
  }
}

}  // namespace
}  // namespace weir::control
