#include <gtest/gtest.h>

#include "pipeline/store/object_store.hpp"

namespace weir::store {
namespace {

const BatchName documented{.tenant = "acme",
                           .stream_id = "is-2hzqsgX1E",
                           .day = std::chrono::sys_days(std::chrono::year{2027} / 3 / 2),
                           .hour = 8,
                           .partition = {0},
                           .first_sequence = {1},
                           .claim = 42,
                           .type = PayloadType::json};

TEST(ObjectKey, IsTheDocumentedName) {
  EXPECT_EQ(object_key(documented),
            "ingest/stream/acme/is-2hzqsgX1E/2027-03-02/08-0000-0000000000000001-0000002a.ndjson");
}

TEST(ObjectKey, SortsInTheOrderOfTheDataUpToTheLargestNumbers) {
  BatchName last = documented;
  last.hour = 23;
  last.partition = {0xffff};
  last.first_sequence = {~std::uint64_t{0}};
  last.claim = ~std::uint64_t{0};
  last.type = PayloadType::xml;
  EXPECT_EQ(
      object_key(last),
      "ingest/stream/acme/is-2hzqsgX1E/2027-03-02/23-ffff-ffffffffffffffff-ffffffffffffffff.cbor");
  BatchName tenth = documented;
  tenth.first_sequence = {10};
  BatchName sixteenth = documented;
  sixteenth.first_sequence = {16};
  EXPECT_LT(object_key(documented), object_key(tenth));
  EXPECT_LT(object_key(tenth), object_key(sixteenth));
  EXPECT_LT(object_key(sixteenth), object_key(last));
}

TEST(ObjectKey, TellsFilesOfEarlierClaimsFromAllOthers) {
  const auto is_earlier = [](const char* name) {
    return is_of_earlier_claim(name, 8, PartitionNo{0}, 42);
  };
  EXPECT_TRUE(is_earlier("08-0000-0000000000000001-00000029.ndjson"));
  EXPECT_TRUE(is_earlier("08-0000-0000000000000001-00000029.cbor"));
  EXPECT_TRUE(is_earlier("08-0000-0000000000000001-00000029.index"));
  EXPECT_TRUE(is_earlier("08-0000-0000000000000001.ndjson")) << "of a Weir before claims";
  EXPECT_FALSE(is_earlier("08-0000-0000000000000001-0000002a.ndjson")) << "of this claim";
  EXPECT_FALSE(is_earlier("08-0000-0000000000000001-100000000.ndjson")) << "of a later one";
  EXPECT_FALSE(is_earlier("08-0001-0000000000000001-00000029.ndjson")) << "another partition";
  EXPECT_FALSE(is_earlier("09-0000-0000000000000001-00000029.ndjson")) << "another hour";
  EXPECT_FALSE(is_earlier("08-0000.manifest.json"));
  EXPECT_FALSE(is_earlier("08-0000-orders.ndjson"));
  EXPECT_FALSE(is_earlier("08-0000-0000000000000001-00000029.parquet"));
  EXPECT_FALSE(is_earlier("08-0000-0000000000000001-00000029.ndjson.gz"));
  EXPECT_FALSE(is_earlier("landed-0000000000000001-00000029.ndjson"));
}

}  // namespace
}  // namespace weir::store
