#include "app/settings.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "env/fake/test_directory.hpp"

namespace weir::app {
namespace {

using ::testing::ElementsAre;
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

TEST(Settings, AKeyThatWasRenamedIsStillReadUnderItsOldName) {
  Config config;
  ASSERT_TRUE(config.set("law.check_s=7"));
  EXPECT_EQ(config["conservation.check_s"], 7);
  const TestDirectory directory;
  const std::string path = directory.file("old-name.toml");
  std::ofstream(path) << "[law]\ncheck_s = 8\n";
  ASSERT_TRUE(config.load(path));
  EXPECT_EQ(config["conservation.check_s"], 8);
}

TEST(Settings, AreReadFromATomlFile) {
  const TestDirectory directory;
  const std::string path = directory.file("settings.toml");
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

TEST(Settings, TextsAreOfTheirChoicesAndOfTheirType) {
  Config config;
  EXPECT_EQ(config.text("log.format"), "text");
  ASSERT_TRUE(config.set("log.format=json"));
  EXPECT_EQ(config.text("log.format"), "json");
  EXPECT_THAT(config.set("log.format=xml").error().message, HasSubstr("text|json"));
  ASSERT_TRUE(config.set("tls.key=/a path/with=signs.pem"));
  EXPECT_EQ(config.text("tls.key"), "/a path/with=signs.pem");
  const TestDirectory directory;
  const std::string path = directory.file("texts.toml");
  std::ofstream(path) << "[tls]\nkey = \"k.pem\"\n";
  ASSERT_TRUE(config.load(path));
  EXPECT_EQ(config.text("tls.key"), "k.pem");
  std::ofstream(path) << "[log]\nformat = 7\n";
  EXPECT_THAT(config.load(path).error().message, HasSubstr("no text in quotes"));
  std::ofstream(path) << "[http]\nthreads = \"2\"\n";
  EXPECT_THAT(config.load(path).error().message, HasSubstr("no whole number"));
  std::ofstream(path) << "[http]\nthread = \"2\"\n";
  EXPECT_THAT(config.load(path).error().message, HasSubstr("`weir settings`"));
}

TEST(Settings, AReloadTakesWhatARunningServerCanChangeAndNamesTheRest) {
  Config running;
  Config next;
  ASSERT_TRUE(next.set("log.level=debug"));
  ASSERT_TRUE(next.set("runs.parallel=5"));
  ASSERT_TRUE(next.set("batch.age_s=5"));
  const Config::Changes changes = running.reload(next);
  EXPECT_THAT(changes.taken, ElementsAre("runs.parallel", "log.level"));
  EXPECT_THAT(changes.waiting, ElementsAre("batch.age_s"));
  EXPECT_EQ(running.text("log.level"), "debug");
  EXPECT_EQ(running["runs.parallel"], 5);
  EXPECT_EQ(running["batch.age_s"], 60);
}

TEST(Settings, AKeyThatBeginsLikeNoneIsRefused) {
  const TestDirectory directory;
  const std::string path = directory.file("settings-key.toml");
  for (const char* const header : {"[`batch]", "[\u00D7batch]", "[b\uFFFFatch]", "[\U0001F600]",
                                   "[batch.\u2603]", "[\u00E4]"}) {
    std::ofstream(path) << header << "\nage_s = 7\n";
    Config config;
    const auto loaded = config.load(path);
    ASSERT_FALSE(loaded) << header;
    EXPECT_EQ(loaded.error().code, Errc::bad_request);
    EXPECT_THAT(loaded.error().message, HasSubstr(path));
  }
}

TEST(Settings, ThePageOfTheDocumentsIsWhatTheTableSays) {
  std::ifstream in(std::string(WEIR_SOURCE_DIR) + "/docs/configuration.md");
  std::ostringstream page;
  page << in.rdbuf();
  EXPECT_EQ(page.str(), settings_markdown()) << "run: weir settings > docs/configuration.md";
}

}  // namespace
}  // namespace weir::app
