#include "app/store_settings.hpp"

#include <map>

#include <gmock/gmock.h>

#include "env/fake/crash_disk.hpp"
#include "env/fake/manual_clock.hpp"
#include "pipeline/store/local_directory_store.hpp"

namespace weir::app {
namespace {

using testing::HasSubstr;

class StoreSettingsTest : public testing::Test {
 protected:
  Result<std::unique_ptr<store::ObjectStore>> open(const std::vector<std::string>& assignments) {
    Config config;
    for (const std::string& one : assignments)
      EXPECT_TRUE(config.set(one)) << one;
    return open_remote_store(config,
                             {disk_, clock_, random_, "/spool",
                              [this](const std::string& name) -> std::optional<std::string> {
                                const auto found = environment_.find(name);
                                if (found == environment_.end()) return std::nullopt;
                                return found->second;
                              }});
  }

  std::map<std::string, std::string> environment_;
  CrashDisk disk_{1};
  ManualClock clock_;
  SeededRandom random_{1};
};

TEST_F(StoreSettingsTest, WithoutAUrlTheStoreIsADirectory) {
  EXPECT_FALSE(has_remote_store(Config()));
}

TEST_F(StoreSettingsTest, AUrlNamesBucketAndPrefix) {
  EXPECT_EQ((*open({"store.url=s3://the-bucket"}))->uri("a/b"), "s3a://the-bucket/a/b");
  EXPECT_EQ((*open({"store.url=s3://the-bucket/weir/prod/"}))->uri("a"),
            "s3a://the-bucket/weir/prod/a");
}

TEST_F(StoreSettingsTest, AUrlNamesAccountContainerAndPrefix) {
  EXPECT_TRUE(open({"store.url=azure://acc/the-container"})) << "an identity may do";
  environment_["AZURE_STORAGE_KEY"] = "a2V5";
  EXPECT_EQ((*open({"store.url=azure://acc/the-container/p"}))->uri("a/b"),
            "abfss://the-container@acc.dfs.core.windows.net/p/a/b");
  EXPECT_TRUE(open({"store.url=azure://acc/weir-{tenant}/p"}));
  EXPECT_FALSE(open({"store.url=s3://weir-{tenant}/p"}));
  environment_["AZURE_STORAGE_KEY"] = "no Base64!";
  EXPECT_THAT(open({"store.url=azure://acc/the-container"}).error().message,
              HasSubstr("no account key"));
}

TEST_F(StoreSettingsTest, WhatIsWrongIsNamed) {
  for (const std::string url : {"the-bucket", "gs://b", "s3://", "s3://ab", "s3://A-Bucket",
                                "s3://buck_et", "s3://bucket/../x", "s3://bucket//x", "azure://",
                                "azure://account", "azure:///container"}) {
    const auto opened = open({"store.url=" + url});
    ASSERT_FALSE(opened) << url;
    EXPECT_EQ(opened.error().code, Errc::bad_request);
    EXPECT_THAT(opened.error().message, HasSubstr("store.url"));
  }
  EXPECT_THAT(open({"store.url=s3://bucket", "store.endpoint=nowhere"}).error().message,
              HasSubstr("store.endpoint"));
  EXPECT_THAT(open({"store.url=s3://bucket", "store.kms_key=k"}).error().message,
              HasSubstr("store.kms_key"));
}

TEST_F(StoreSettingsTest, AnEngineReadsTheStoreByItsUris) {
  const auto store = *store::LocalDirectoryStore::open(disk_, "/store");
  const auto writer = *store->create("a/b");
  ASSERT_TRUE(writer->write("0123456789"));
  ASSERT_TRUE(writer->publish());
  FilesOfStore files(*store);
  EXPECT_EQ(files.root(), "/store/");
  EXPECT_EQ(files.size("/store/a/b").value(), 10u);
  EXPECT_EQ(files.read("/store/a/b", 8, 5).value(), "89");
  EXPECT_EQ(files.read("/store/a/c", 0, 5).error().code, Errc::not_found);
  EXPECT_EQ(files.read("/elsewhere/a/b", 0, 5).error().code, Errc::forbidden);
}

}  // namespace
}  // namespace weir::app
