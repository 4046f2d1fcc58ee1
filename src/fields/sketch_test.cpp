#include "fields/sketch.hpp"

#include <gmock/gmock.h>

#include "fields/collector.hpp"
#include "fields/drift.hpp"

namespace weir::fields {
namespace {

constexpr Time eight = Day(std::chrono::year{2027} / 3 / 2) + std::chrono::hours(8);

/// `count` times the payload.
Sketch sketch_of(std::initializer_list<std::pair<int, std::string>> payloads, Time at = eight) {
  Collector collector;
  Sketch sketch;
  for (const auto& [count, payload] : payloads)
    for (int i = 0; i < count; ++i) {
      ++sketch.payloads;
      collector.collect(PayloadType::json, payload, at, true, sketch);
    }
  return sketch;
}

std::vector<std::string> told(const std::vector<Change>& changes) {
  std::vector<std::string> out;
  for (const Change& each : changes)
    out.push_back(std::string(to_string(each.kind)) + " " + each.path);
  return out;
}

const std::initializer_list<std::pair<int, std::string>> some = {
    {3, R"({"id":1,"who":{"mail":"a@b.org"},"tags":["x"]})"},
    {2, R"({"id":2.5,"late":"2027-01-01"})"}};

TEST(Sketch, AMergeIsTheSketchOfBoth) {
  Sketch once = sketch_of({{5, R"({"a":1,"b":{"c":"x"}})"}, {4, R"({"b":{"d":1},"e":[{"f":2}]})"}});
  Sketch merged = sketch_of({{4, R"({"b":{"d":1},"e":[{"f":2}]})"}});
  merged.merge(sketch_of({{5, R"({"a":1,"b":{"c":"x"}})"}}));
  EXPECT_EQ(merged.payloads, 9U);
  EXPECT_EQ(merged.looked_at, once.looked_at);
  ASSERT_EQ(merged.fields().size(), once.fields().size());
  for (std::size_t i = 1; i < once.fields().size(); ++i) {
    const auto same = std::find_if(
        merged.fields().begin(), merged.fields().end(),
        [&, k = std::size_t{0}](const Field&) mutable { return merged.path(k++) == once.path(i); });
    ASSERT_NE(same, merged.fields().end()) << once.path(i);
    EXPECT_EQ(same->payloads, once.fields()[i].payloads);
    EXPECT_EQ(same->types, once.fields()[i].types);
  }
}

TEST(Sketch, AMergeKeepsTheFirstAndTheLastTimeAndTheNewestExamples) {
  Sketch all = sketch_of({{1, R"({"a":1})"}, {1, R"({"a":2})"}});
  all.merge(sketch_of({{1, R"({"a":3})"}}, eight + std::chrono::hours(5)));
  const Field& a = all.fields()[1];
  EXPECT_EQ(a.first_seen, eight);
  EXPECT_EQ(a.last_seen, eight + std::chrono::hours(5));
  ASSERT_EQ(a.examples.size(), 2U);
  EXPECT_EQ(a.examples[0].text, "3");
}

TEST(Sketch, IsReadBackAsWritten) {
  const Sketch sketch = sketch_of(some);
  const auto read = decode(encode(sketch, Examples::with));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(encode(*read, Examples::with), encode(sketch, Examples::with));
  EXPECT_EQ(read->bytes(), sketch.bytes());
  const auto bare = decode(encode(sketch, Examples::without));
  ASSERT_TRUE(bare);
  EXPECT_TRUE(bare->fields()[1].examples.empty());
}

TEST(Sketch, ABrokenTextIsCorrupt) {
  for (const char* text :
       {"", "{}", "[]", R"({"payloads":1,"looked_at":1,"is_cut":false,"fields":[[5]]})",
        R"({"payloads":1,"looked_at":1,"is_cut":false,"fields":[[9,"a",0,1,[],0,0,[]]]})"}) {
    const auto read = decode(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::corrupt);
  }
}

TEST(Sketch, ItsSchemaMergesTypesAsInferenceDoes) {
  EXPECT_EQ(
      spark_schema(sketch_of(some)),
      R"({"type":"struct","fields":[{"name":"id","type":"double","nullable":true,"metadata":{}},)"
      R"({"name":"who","type":{"type":"struct","fields":[{"name":"mail","type":"string","nullable":true,"metadata":{}}]},"nullable":true,"metadata":{}},)"
      R"({"name":"tags","type":{"type":"array","elementType":"string","containsNull":true},"nullable":true,"metadata":{}},)"
      R"({"name":"late","type":"string","nullable":true,"metadata":{}}]})");
  EXPECT_EQ(spark_schema(Sketch()), "");
  EXPECT_EQ(spark_schema(sketch_of({{1, R"({"empty":{}})"}})), "");
}

TEST(Sketch, TheSchemaOfXmlRowsIsThatOfTheirElements) {
  Sketch sketch;
  const Time now = *parse_time("2027-03-02T08:00:00Z");
  const auto seen = [&](std::size_t parent, const char* name, bool is_element, Type type) {
    const std::size_t place = sketch.place(parent, name, is_element, now);
    ++sketch.at(place).payloads;
    ++sketch.at(place).types[static_cast<std::size_t>(type)];
    return place;
  };
  const auto sales = seen(0, "sales", false, Type::object);
  const auto one = seen(sales, "sale", false, Type::object);  // alone in one payload
  seen(one, "saleId", false, Type::string);
  seen(sales, "sale", false, Type::array);  // repeated in another
  const auto element = seen(one, "", true, Type::object);
  seen(element, "_no", false, Type::string);
  const auto note = seen(element, "note", false, Type::string);
  seen(note, "", true, Type::string);
  seen(element, "note", false, Type::array);
  const std::string text = R"("nullable":true,"metadata":{}})";
  EXPECT_EQ(spark_schema(sketch, "sale"),
            R"({"type":"struct","fields":[{"name":"_no","type":"string",)" + text +
                R"(,{"name":"note","type":{"type":"array","elementType":"string","containsNull":)"
                R"(true},)" +
                text + R"(,{"name":"saleId","type":"string",)" + text + "]}");
  EXPECT_EQ(spark_schema(sketch, "none"), "");
}

TEST(Drift, SaysWhatIsGoneChangedNewAndMoved) {
  const Sketch before =
      sketch_of({{90, R"({"id":1,"email":"x","total":"12","half":1,"o":{"a":1,"b":2}})"},
                 {10, R"({"id":1,"email":"x","total":"12","o":{"a":1,"b":2}})"}});
  const Sketch now = sketch_of({{10, R"({"id":1,"total":12,"half":1,"coupon":"c","o":{"a":1}})"},
                                {90, R"({"id":1,"total":12,"coupon":"c","o":{"a":1}})"}});
  EXPECT_THAT(told(drift(before, now)),
              testing::ElementsAre("gone email", "gone o.b", "type_changed total", "new coupon",
                                   "share_moved half"));
  const auto changes = drift(before, now);
  EXPECT_THAT(changes[2].types_before, testing::ElementsAre(Type::string));
  EXPECT_THAT(changes[2].types_now, testing::ElementsAre(Type::integer));
  EXPECT_DOUBLE_EQ(changes[4].share_before, 0.9);
  EXPECT_DOUBLE_EQ(changes[4].share_now, 0.1);
}

TEST(Drift, AnObjectThatIsGoneIsOneChange) {
  const Sketch before = sketch_of({{50, R"({"id":1,"o":{"a":1,"b":{"c":2}}})"}});
  const Sketch now = sketch_of({{50, R"({"id":1})"}});
  EXPECT_THAT(told(drift(before, now)), testing::ElementsAre("gone o"));
  EXPECT_THAT(told(drift(now, before)), testing::ElementsAre("new o"));
}

TEST(Drift, SaysNothingOfWhatChanceExplains) {
  const Sketch before = sketch_of({{95, R"({"id":1})"}, {5, R"({"id":1,"rare":"x"})"}});
  EXPECT_THAT(told(drift(before, sketch_of({{100, R"({"id":1})"}}))), testing::IsEmpty());
  EXPECT_THAT(told(drift(before, sketch_of({{9, R"({"other":1})"}}))),
              testing::ElementsAre("new other"));
  EXPECT_THAT(told(drift(Sketch(), before)), testing::IsEmpty());
  EXPECT_THAT(told(drift(before, Sketch())), testing::IsEmpty());
}

TEST(Drift, NullAndEmptyTextAreNoTypes) {
  const Sketch before = sketch_of({{50, R"({"id":1,"note":null})"}, {50, R"({"id":1,"note":""})"}});
  EXPECT_THAT(told(drift(before, sketch_of({{50, R"({"id":null,"note":"x"})"}}))),
              testing::IsEmpty());
}

}  // namespace
}  // namespace weir::fields
