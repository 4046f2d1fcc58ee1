#include "pipeline/store/store_check.hpp"

#include <gmock/gmock.h>

#include "base/sha256.hpp"
#include "env/fake/crash_disk.hpp"
#include "pipeline/store/hour_manifest.hpp"
#include "pipeline/store/local_directory_store.hpp"

namespace weir::store {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* folder = "ingest/stream/acme/is-1/2027-03-02/";

/// Two sealed hours of one stream and one file that is not sealed.
class StoreCheckTest : public testing::Test {
 protected:
  StoreCheckTest() {
    const HourManifest eight =
        hour(8, {{"08-0000-1.ndjson", "{}\n{}\n"}, {"08-0000-3.ndjson", "{}\n"}});
    const std::string sealed = encode(eight);
    put(hour_manifest_key(eight), sealed);
    HourManifest nine = hour(9, {{"09-0000-4.ndjson", "{\"a\":1}\n"}});
    nine.previous = {hour_manifest_key(eight), sha256_hex(sealed)};
    put(hour_manifest_key(nine), encode(nine));
    known = {{hour_manifest_key(eight), sha256_hex(sealed)},
             {hour_manifest_key(nine), sha256_hex(encode(nine))}};
    put(folder + std::string("10-0000-5.ndjson"), "{}\n");
    put(folder + std::string("08-0000-1.index"), "whatever");
  }
  HourManifest hour(int of_day, const std::vector<std::pair<std::string, std::string>>& files) {
    HourManifest out{.tenant = "acme",
                     .stream_id = "is-1",
                     .stream = {1},
                     .day = *parse_day("2027-03-02"),
                     .hour = of_day,
                     .first_sequence = {next_}};
    for (const auto& [name, content] : files) {
      put(folder + name, content);
      const auto records =
          static_cast<std::uint64_t>(std::count(content.begin(), content.end(), '\n'));
      out.files.push_back({.path = folder + name,
                           .records = records,
                           .bytes = content.size(),
                           .sha256 = sha256_hex(content),
                           .first_sequence = {next_},
                           .last_sequence = {next_ + records - 1}});
      next_ += records;
    }
    out.last_sequence = {next_ - 1};
    return out;
  }
  void put(const std::string& key, const std::string& content) {
    disk.put("/store/" + key, content);
  }
  StoreReport check() {
    const auto store = *LocalDirectoryStore::open_existing(disk, "/store");
    auto report = check_store(*store, known);
    EXPECT_TRUE(report) << report.error().message;
    return report.value_or(StoreReport());
  }
  Finding finding() {
    const StoreReport report = check();
    EXPECT_THAT(report.findings, SizeIs(1));
    return report.findings.empty() ? Finding() : report.findings[0];
  }

  CrashDisk disk{1};
  std::vector<SealedManifest> known;  // to the catalog
  std::uint64_t next_ = 1;
};

TEST_F(StoreCheckTest, AWholeStoreHasNoFindings) {
  const StoreReport report = check();
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.hours, 2u);
  EXPECT_EQ(report.files, 3u);
  EXPECT_EQ(report.records, 4u);
  EXPECT_EQ(report.bytes, 17u);
  EXPECT_EQ(report.unsealed, 1u);
}

TEST_F(StoreCheckTest, AFileThatIsGoneIsNamed) {
  ASSERT_TRUE(disk.remove(std::string("/store/") + folder + "08-0000-3.ndjson"));
  EXPECT_EQ(finding().kind, Finding::Kind::missing);
  EXPECT_EQ(finding().path, folder + std::string("08-0000-3.ndjson"));
}

TEST_F(StoreCheckTest, OneBitOfAFileIsFound) {
  disk.flip_bit(std::string("/store/") + folder + "09-0000-4.ndjson", 2);
  EXPECT_EQ(finding().kind, Finding::Kind::altered);
  EXPECT_THAT(finding().what, HasSubstr("SHA-256"));
}

TEST_F(StoreCheckTest, AFileThatGrewIsFound) {
  put(folder + std::string("08-0000-1.ndjson"), "{}\n{}\n{}\n");
  EXPECT_THAT(finding().what, HasSubstr("it has 9 bytes, the manifest says 6"));
}

TEST_F(StoreCheckTest, AManifestThatIsGoneIsNamedByTheNextOne) {
  known.clear();
  ASSERT_TRUE(disk.remove(std::string("/store/") + folder + "08-0000.manifest.json"));
  EXPECT_EQ(finding().kind, Finding::Kind::missing);
  EXPECT_EQ(finding().path, folder + std::string("08-0000.manifest.json"));
}

TEST_F(StoreCheckTest, TheNewestManifestIsMissedByTheCatalogAlone) {
  ASSERT_TRUE(disk.remove(std::string("/store/") + folder + "09-0000.manifest.json"));
  EXPECT_EQ(finding().kind, Finding::Kind::missing);
  EXPECT_EQ(finding().path, folder + std::string("09-0000.manifest.json"));
  EXPECT_THAT(finding().what, HasSubstr("the catalog names it"));
  known.clear();
  EXPECT_THAT(check().findings, IsEmpty());
  EXPECT_EQ(check().unsealed, 2u);
}

TEST_F(StoreCheckTest, TheNewestManifestRewrittenIsNotTheOneTheCatalogKnows) {
  next_ = 4;
  const HourManifest forged = hour(9, {{"09-0000-4.ndjson", "{\"forged\":1}\n"}});
  put(hour_manifest_key(forged), encode(forged));
  EXPECT_EQ(finding().kind, Finding::Kind::altered);
  EXPECT_THAT(finding().what, HasSubstr("the catalog says"));
}

TEST_F(StoreCheckTest, AManifestWithAFlippedBitIsToldOnce) {
  disk.flip_bit(std::string("/store/") + folder + "08-0000.manifest.json", 100);
  EXPECT_EQ(finding().kind, Finding::Kind::altered);
  EXPECT_EQ(finding().path, folder + std::string("08-0000.manifest.json"));
}

TEST_F(StoreCheckTest, AManifestRewrittenWithItsFileIsFoundByTheNextOne) {
  known.clear();
  next_ = 1;
  const HourManifest forged = hour(8, {{"08-0000-1.ndjson", "{\"forged\":1}\n"}});
  put(hour_manifest_key(forged), encode(forged));
  EXPECT_EQ(finding().kind, Finding::Kind::altered);
  EXPECT_THAT(finding().path, HasSubstr("08-0000.manifest.json"));
}

TEST_F(StoreCheckTest, WhatIsNoStoreIsAnError) {
  EXPECT_EQ(LocalDirectoryStore::open_existing(disk, "/nowhere").error().code, Errc::not_found);
}

TEST_F(StoreCheckTest, EveryBitOfAManifestIsGuarded) {
  next_ = 1;
  const std::string good = encode(hour(8, {{"08-0000-1.ndjson", "{}\n"}}));
  ASSERT_TRUE(decode_hour_manifest(good));
  EXPECT_EQ(encode(*decode_hour_manifest(good)), good);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_FALSE(decode_hour_manifest(bad)) << "byte " << at;
    EXPECT_FALSE(decode_hour_manifest(good.substr(0, at))) << "cut at " << at;
  }
}

}  // namespace
}  // namespace weir::store
