#include "app/try_payload.hpp"

#include <gmock/gmock.h>

#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::app {
namespace {

using ::testing::HasSubstr;

class TryPayloadTest : public ::testing::Test {
 protected:
  TryPayloadTest() {
    stream_.no = StreamNo{7};
    stream_.id = "is-7";
    stream_.payload_bytes_max = 100;
  }
  control::TriedPayload tried(const std::string& content_type, const std::string& body) {
    const auto check_xml = [](std::string_view document) -> Result<void> {
      xml::Converter converter;
      std::string converted;
      return converter.convert(document, converted);
    };
    return try_payload({bindings_, check_xml, *parse_time("2027-03-02T08:00:00Z")}, stream_,
                       content_type, body);
  }
  Errc refused(const std::string& content_type, const std::string& body) {
    const auto out = tried(content_type, body);
    return out.refused ? out.refused->code : Errc::internal;
  }

  gateway::StreamBindings bindings_;
  catalog::StreamView stream_;
};

TEST_F(TryPayloadTest, AJsonPayloadIsTheLineThatItWouldBe) {
  const auto out = tried("application/json", "{ \"n\" : 1.50 }");
  EXPECT_FALSE(out.refused);
  EXPECT_EQ(out.record, "{\"n\":1.50}\n");
  EXPECT_EQ(out.type, PayloadType::json);
}

TEST_F(TryPayloadTest, TheDoorsRefusalsAreTheGateways) {
  EXPECT_EQ(refused("text/plain", "{}"), Errc::unsupported_media);
  EXPECT_EQ(refused("application/json", "{\"n\":"), Errc::bad_request);
  EXPECT_EQ(refused("application/json", std::string(101, ' ')), Errc::too_large);
  EXPECT_EQ(refused("application/xml", ""), Errc::bad_request);
  bindings_.bind(StreamNo{7}, PayloadType::json);
  EXPECT_THAT(tried("application/xml", "<a/>").refused->message, HasSubstr("carries json"));
}

TEST_F(TryPayloadTest, XmlThatDoesNotParseIsQuarantinedOrRefusedAtOnce) {
  const auto aside = tried("application/xml", "<a><b></a>");
  EXPECT_FALSE(aside.refused);
  EXPECT_NE(aside.quarantined, "");
  EXPECT_EQ(aside.record, "");
  stream_.xml_check_sync = true;
  EXPECT_EQ(refused("application/xml", "<a><b></a>"), Errc::bad_request);
}

TEST_F(TryPayloadTest, AnXmlPayloadIsARecordOfCbor) {
  const auto out = tried("text/xml", "<a><b>1</b></a>");
  EXPECT_EQ(out.quarantined, "");
  xml::PackReader reader(out.record);
  const auto record = reader.next();
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((*record)->head.received_at, *parse_time("2027-03-02T08:00:00Z"));
  EXPECT_NE((*record)->payload.find("a"), nullptr);
}

/// For a query that is tried on a payload, whichever stream it may once be of.
TEST_F(TryPayloadTest, WithoutAStreamAnyTypeMayCome) {
  bindings_.bind(StreamNo{0}, PayloadType::json);
  stream_.no = StreamNo{0};
  EXPECT_FALSE(tried("application/xml", "<a/>").refused);
}

}  // namespace
}  // namespace weir::app
