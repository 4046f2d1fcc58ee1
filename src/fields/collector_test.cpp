#include "fields/collector.hpp"

#include <gmock/gmock.h>

#include "fields/field_limits.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::fields {
namespace {

constexpr Time eight = Day(std::chrono::year{2027} / 3 / 2) + std::chrono::hours(8);

Sketch sketch_of(const std::vector<std::string>& payloads) {
  Collector collector;
  Sketch sketch;
  Time at = eight;
  for (const std::string& payload : payloads) {
    ++sketch.payloads;
    collector.collect(PayloadType::json, payload + "\n", at, true, sketch);
    at += std::chrono::seconds(1);
  }
  return sketch;
}

const Field* find(const Sketch& sketch, const std::string& path) {
  for (std::size_t i = 1; i < sketch.fields().size(); ++i)
    if (sketch.path(i) == path) return &sketch.fields()[i];
  return nullptr;
}

std::vector<std::string> paths(const Sketch& sketch) {
  std::vector<std::string> out;
  for (std::size_t i = 1; i < sketch.fields().size(); ++i)
    out.push_back(sketch.path(i));
  return out;
}

TEST(Collector, CountsEachFieldAndTypeOnceAPayload) {
  const Sketch sketch = sketch_of(
      {R"({"id":1,"total":2.5,"items":[{"sku":"a","n":1},{"sku":"b"},{"sku":7}],"note":""})",
       R"({"id":9223372036854775808,"total":3,"items":[],"note":null})",
       R"({"id":"x","ok":true,"odd name":{"a.b":1},"esc\u0041":1})"});
  EXPECT_EQ(sketch.looked_at, 3U);
  EXPECT_THAT(paths(sketch), testing::UnorderedElementsAre(
                                 "id", "total", "items", "items[]", "items[].sku", "items[].n",
                                 "note", "ok", "`odd name`", "`odd name`.`a.b`", "escA"));
  const Field* id = find(sketch, "id");
  ASSERT_NE(id, nullptr);
  EXPECT_EQ(id->payloads, 3U);
  EXPECT_EQ(id->count(Type::integer), 1U);
  EXPECT_EQ(id->count(Type::big_integer), 1U);
  EXPECT_EQ(id->count(Type::string), 1U);
  const Field* sku = find(sketch, "items[].sku");
  ASSERT_NE(sku, nullptr);
  EXPECT_EQ(sku->payloads, 1U);
  EXPECT_EQ(sku->count(Type::string), 1U);
  EXPECT_EQ(sku->count(Type::integer), 1U);
  EXPECT_EQ(find(sketch, "total")->count(Type::number), 1U);
  EXPECT_EQ(find(sketch, "note")->count(Type::empty_string), 1U);
  EXPECT_EQ(find(sketch, "note")->count(Type::null), 1U);
  EXPECT_EQ(find(sketch, "ok")->first_seen, eight + std::chrono::seconds(2));
  EXPECT_FALSE(sketch.is_cut);
}

TEST(Collector, CountsADuplicateNameOnce) {
  const Sketch sketch = sketch_of({R"({"a":1,"a":2})"});
  EXPECT_EQ(find(sketch, "a")->payloads, 1U);
}

TEST(Collector, ReadsXmlAsTheBatchHasIt) {
  xml::Converter converter;
  std::string record;
  xml::append_record_head(record, {"r", eight, "application/xml"});
  ASSERT_TRUE(converter.convert(
      R"(<sale id="7"><item>a</item><item>b</item><email>kim@example.org</email></sale>)", record));
  Collector collector;
  Sketch sketch;
  collector.collect(PayloadType::xml, record, eight, true, sketch);
  ASSERT_NE(find(sketch, "sale"), nullptr);
  EXPECT_EQ(find(sketch, "sale.item")->count(Type::array), 1U);
  EXPECT_EQ(find(sketch, "sale.item[]")->count(Type::string), 1U);
  const Field* email = find(sketch, "sale.email");
  ASSERT_NE(email, nullptr);
  ASSERT_EQ(email->examples.size(), 1U);
  EXPECT_EQ(email->examples[0].text, "xxx@xxxxxxx.xxx");
}

TEST(Collector, KeysThatAreDataAreOneField) {
  std::string payload = R"({"by_day":{)";
  for (int i = 0; i <= 200; ++i)
    payload += (i > 0 ? ",\"d" : "\"d") + std::to_string(i) + "\":" + std::to_string(i);
  const Sketch sketch = sketch_of({payload + R"(},"after":1})", R"({"by_day":{"x":1},"after":2})"});
  EXPECT_THAT(paths(sketch), testing::ElementsAre("by_day", "after"));
  EXPECT_TRUE(find(sketch, "by_day")->keys_are_data);
  EXPECT_EQ(find(sketch, "after")->payloads, 2U);
}

TEST(Collector, IsBoundedAndSaysThatItIsCut) {
  std::string wide = "{";
  for (int i = 0; i < 1000; ++i)
    wide += (i > 0 ? ",\"w" : "\"w") + std::to_string(i) + R"(":")" + std::string(1000, 'x') + '"';
  const Sketch sketch = sketch_of({wide + "}"});
  EXPECT_TRUE(sketch.is_cut);
  EXPECT_EQ(sketch.fields().size(), limits::sketch_fields_max + 1);
  EXPECT_LT(encode(sketch, Examples::with).size(), 128 * limits::kib);
  std::string deep = "1";
  for (int i = 0; i < 60; ++i)
    deep = R"({"d":)" + deep + "}";
  EXPECT_TRUE(sketch_of({deep}).is_cut);
  EXPECT_EQ(sketch_of({deep}).fields().size(), limits::sketch_depth_max + 1);
}

TEST(Collector, TakesNoNewFieldsWithoutRoom) {
  Collector collector;
  Sketch sketch;
  collector.collect(PayloadType::json, R"({"a":1})", eight, true, sketch);
  collector.collect(PayloadType::json, R"({"b":2,"a":1})", eight, false, sketch);
  EXPECT_THAT(paths(sketch), testing::ElementsAre("a"));
  EXPECT_EQ(find(sketch, "a")->payloads, 2U);
  EXPECT_TRUE(sketch.is_cut);
}

TEST(Collector, NothingThatIsBrokenStopsIt) {
  Collector collector;
  Sketch sketch;
  for (const char* text : {"", "{", R"({"a":)", R"({"a":1,"\ud800":2,"b":3})", "[1]", "\xff"})
    collector.collect(PayloadType::json, text, eight, true, sketch);
  collector.collect(PayloadType::xml, "\xff\xff", eight, true, sketch);
  EXPECT_EQ(sketch.looked_at, 7U);
  EXPECT_NE(find(sketch, "a"), nullptr);
}

TEST(Sample, LooksAtAllOfASmallBatchAndASixteenthOfALargeOne) {
  Sample sample;
  int small = 0;
  for (int i = 0; i < 256; ++i)
    small += sample.wants(1000) ? 1 : 0;
  EXPECT_EQ(small, 256);
  int large = 0;
  for (int i = 0; i < 100'000; ++i)
    large += sample.wants(1000) ? 1 : 0;
  EXPECT_NEAR(large, 100'000 / 16, 300);
}

TEST(Sample, LeavesOutNeitherLargeNorSmallPayloads) {
  Sample sample;
  int of_large = 0;
  int of_small = 0;
  for (int i = 0; i < 100'000; ++i) {
    const bool is_large = i % 10 == 0;
    if (sample.wants(is_large ? 50'000 : 100)) ++(is_large ? of_large : of_small);
  }
  EXPECT_NEAR(static_cast<double>(of_small) / of_large, 9, 3);
}

}  // namespace
}  // namespace weir::fields
