#include "pipeline/batcher/batcher_world.hpp"
#include "pipeline/batcher/record_page.hpp"

/// Receipts to the byte: a record is cut out of its file without reading all of it.
namespace weir::batcher {
namespace {

using testing::HasSubstr;

class LocateTest : public testing::Test {
 protected:
  std::string cut(const catalog::Batch& batch, std::uint64_t sequence) {
    const auto range = locate(*world.store, batch, Sequence{sequence});
    EXPECT_TRUE(range) << range.error().message;
    return range ? world.read(batch).substr(range->offset, range->bytes) : "";
  }
  const catalog::Batch& only_batch() {
    EXPECT_THAT(world.manifest.batches, testing::SizeIs(1));
    return world.manifest.batches.front();
  }
  void damage_index(const catalog::Batch& batch) {
    world.disk.flip_bit("/data/store/" + index_key(batch.path), 20, 3);
  }

  BatcherWorld world{1};
};

TEST_F(LocateTest, EveryLineOfALargeFileIsCutOutWhole) {
  constexpr std::uint64_t count = 500;  // over several strides
  const auto body = [](std::uint64_t n) {
    return "{\"n\":" + std::to_string(n) + ",\"x\":\"" + std::string(n * 7 % 900, 'x') + "\"}";
  };
  for (std::uint64_t n = 1; n <= count; ++n)
    world.send(orders, body(n));
  world.finish();
  ASSERT_GT(only_batch().bytes, 3 * limits::index_stride_bytes);
  for (std::uint64_t n = 1; n <= count; ++n)
    ASSERT_EQ(cut(only_batch(), n), body(n) + "\n") << n;
}

TEST_F(LocateTest, AFileIsPagedThroughRecordByRecord) {
  std::vector<std::string> sent;
  for (std::uint64_t n = 1; n <= 50; ++n) {
    sent.push_back("{\"n\":" + std::to_string(n) + ",\"x\":\"" +
                   std::string(n * 9000 % 70'000, 'x') + "\"}");
    world.send(orders, sent.back());
  }
  world.finish();
  const catalog::Batch& batch = only_batch();
  std::vector<std::string> read;
  for (std::uint64_t offset = 0; offset < batch.bytes;) {
    const auto page = read_page(*world.store, batch, offset, 7).value();
    ASSERT_FALSE(page.records.empty());
    ASSERT_LE(page.records.size(), 7u);
    EXPECT_EQ(page.records.front().range.offset, offset);
    for (const RecordText& record : page.records)
      read.push_back(record.text);
    offset = page.next;
  }
  EXPECT_EQ(read, sent);
  EXPECT_EQ(read_page(*world.store, batch, 1, 1).error().code, Errc::bad_request);
  EXPECT_TRUE(read_page(*world.store, batch, batch.bytes, 1)->records.empty());
}

TEST_F(LocateTest, RecordsOfXmlArePagedAsJson) {
  for (int n = 0; n < 3; ++n)
    world.send(sales, "<sale id='" + std::to_string(n) + "'><a/><a>\"2\"</a></sale>");
  world.finish();
  const auto first = read_page(*world.store, only_batch(), 0, 2).value();
  ASSERT_THAT(first.records, testing::SizeIs(2));
  EXPECT_THAT(first.records[1].text,
              HasSubstr(R"("payload":{"sale":{"_id":"1","a":[null,"\"2\""]}})"));
  const auto second = read_page(*world.store, only_batch(), first.next, 2).value();
  ASSERT_THAT(second.records, testing::SizeIs(1));
  EXPECT_EQ(second.next, only_batch().bytes);
  EXPECT_EQ(read_page(*world.store, only_batch(), 1, 1).error().code, Errc::bad_request);
}

TEST_F(LocateTest, RecordsBehindGapsAreFound) {
  for (const char* key : {"a", "b", "a", "c", "a"})
    world.send_with_key(orders, key, "{\"k\":\"" + std::string(key) + "\"}");
  world.finish();
  EXPECT_EQ(cut(only_batch(), 1), "{\"k\":\"a\"}\n");
  EXPECT_EQ(cut(only_batch(), 2), "{\"k\":\"b\"}\n");
  EXPECT_EQ(cut(only_batch(), 4), "{\"k\":\"c\"}\n");
}

TEST_F(LocateTest, ACborRecordIsCutOutWithItsHead) {
  for (int n = 0; n < 3; ++n)
    world.send(sales,
               n == 1 ? "<bad>" : "<sale id='" + std::to_string(n) + "'><a/><a>2</a></sale>");
  world.finish();
  const std::string record = cut(only_batch(), 3);
  xml::PackReader reader(record);
  const auto read = reader.next();
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->payload.find("sale")->find("_id")->text, "2");
  EXPECT_EQ(cut(only_batch(), 1).size() + record.size(), only_batch().bytes);
}

TEST_F(LocateTest, DamageIsToldNotGuessed) {
  for (const char* key : {"a", "a", "b"})
    world.send_with_key(orders, key, "{}");
  world.finish();
  const auto code = [&] {
    const auto range = locate(*world.store, only_batch(), Sequence{3});
    return range ? Errc::internal : range.error().code;
  };
  damage_index(only_batch());
  EXPECT_EQ(code(), Errc::corrupt);
  ASSERT_TRUE(world.disk.remove("/data/store/" + index_key(only_batch().path)));
  EXPECT_EQ(code(), Errc::not_found) << "an older weir made none";
}

TEST_F(LocateTest, AFileThatIsGoneIsDamage) {
  world.send(orders, "{}");
  world.finish();
  ASSERT_TRUE(world.disk.remove("/data/store/" + only_batch().path));
  const auto range = locate(*world.store, only_batch(), Sequence{1});
  ASSERT_FALSE(range);
  EXPECT_EQ(range.error().code, Errc::corrupt);
  EXPECT_THAT(range.error().message, HasSubstr(only_batch().path));
}

}  // namespace
}  // namespace weir::batcher
