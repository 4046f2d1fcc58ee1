#include "app/settings.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using ::testing::HasSubstr;

TEST(Settings, StandAtTheirStandardUntilSet) {
  Config config;
  EXPECT_EQ(config["batch.age_s"], 60);
  ASSERT_TRUE(config.set("batch.age_s=5"));
  EXPECT_EQ(config["batch.age_s"], 5);
}

TEST(Settings, AnUnknownKeyOrABadValueIsRefusedWithTheRemedy) {
  Config config;
  EXPECT_THAT(config.set("batch.agee_s=5").error().message, HasSubstr("`weir settings`"));
  EXPECT_THAT(config.set("batch.age_s=0").error().message, HasSubstr("from 1 to 3600"));
  EXPECT_THAT(config.set("batch.age_s=soon").error().message, HasSubstr("no whole number"));
  EXPECT_THAT(config.set("batch.age_s").error().message, HasSubstr("key=value"));
}

TEST(Settings, AreReadFromATomlFile) {
  const std::string path = ::testing::TempDir() + "weir-settings.toml";
  std::ofstream(path) << "[batch]\nage_s = 7\n[http]\nthreads = 2\n";
  Config config;
  ASSERT_TRUE(config.load(path));
  EXPECT_EQ(config["batch.age_s"], 7);
  EXPECT_EQ(config["http.threads"], 2);
  std::ofstream(path) << "[batch]\nages = 7\n";
  EXPECT_THAT(config.load(path).error().message, HasSubstr("batch.ages"));
  std::ofstream(path) << "[batch\n";
  EXPECT_THAT(config.load(path).error().message, HasSubstr("line 1"));
}

TEST(Settings, AKeyThatBeginsLikeNoneIsRefused) {
  const std::string path = ::testing::TempDir() + "weir-settings-key.toml";
  std::ofstream(path) << "[`batch]\nage_s = 7\n";
  Config config;
  const auto loaded = config.load(path);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::bad_request);
  EXPECT_THAT(loaded.error().message, HasSubstr("line 1"));
}

TEST(Settings, ThePageOfTheDocumentsIsWhatTheTableSays) {
  std::ifstream in(std::string(WEIR_SOURCE_DIR) + "/docs/configuration.md");
  std::ostringstream page;
  page << in.rdbuf();
  EXPECT_EQ(page.str(), settings_markdown()) << "run: weir settings > docs/configuration.md";
}

}  // namespace
}  // namespace weir::app
