#include "app/courier_files.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "base/sha256.hpp"

namespace weir::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CourierFilesTest : public testing::Test {
 protected:
  CourierFilesTest() {
    std::string name = (fs::temp_directory_path() / "weir-files-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    base_ = name;
    fs::create_directories(base_ / "drop");
    write("drop/orders_2027-03-02.csv", "a,b\n");
    write("drop/orders_2027-03-03.csv", "a,b\n1,2\n");
    write("drop/items_2027-03-03.csv", "c\n");
    write("settings.json", R"([
      {"object/type":"file","object/file-pattern":"'orders_'yyyy-MM-dd'.csv'",
       "object/land-as":{"file/tag":"orders","file/content-type":"text/csv"}},
      {"object/type":"file","object/file-pattern":"'items_'yyyy-MM-dd'.csv'","object/optional":true,
       "object/land-as":{"file/tag":"items","file/content-type":"text/csv"}}])");
    options_.folder = (base_ / "drop").string();
    options_.settings = (base_ / "settings.json").string();
  }
  ~CourierFilesTest() override { fs::remove_all(base_); }

  void write(const std::string& path, const std::string& text) const {
    std::ofstream(base_ / path) << text;
  }
  int run() {
    out_.str("");
    error_.str("");
    return courier_files(options_, out_, error_);
  }

  fs::path base_;
  CourierFilesOptions options_;
  std::ostringstream out_;
  std::ostringstream error_;
};

TEST_F(CourierFilesTest, AllDaysAreShownInOrder) {
  EXPECT_EQ(run(), 0) << error_.str();
  EXPECT_EQ(out_.str(),
            "2027-03-02               4  orders  orders_2027-03-02.csv\n"
            "2027-03-03               8  orders  orders_2027-03-03.csv\n"
            "2027-03-03               2  items  items_2027-03-03.csv\n"
            "3 files, 14 bytes\n");
}

TEST_F(CourierFilesTest, ADayWithoutARequiredFileFails) {
  options_.day = "2027-03-04";
  EXPECT_EQ(run(), 4);
  EXPECT_EQ(error_.str(), "weir: 2027-03-04: no file matches 'orders_'yyyy-MM-dd'.csv'.\n");
}

TEST_F(CourierFilesTest, FilesAreReadToTheirEnd) {
  options_.day = "2027-03-02";
  options_.read = true;
  EXPECT_EQ(run(), 0) << error_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("\n            " + sha256_hex("a,b\n") + "\n            1 records\n"));
  options_.json = true;
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(out_.str(), HasSubstr(R"("tags":["orders"],"sha256":")" + sha256_hex("a,b\n")));
}

TEST_F(CourierFilesTest, WhatCannotBeIsSaid) {
  options_.day = "tomorrow";
  EXPECT_EQ(run(), 2);
  EXPECT_THAT(error_.str(), HasSubstr("\"tomorrow\" is no day"));
  write("settings.json", "[1]");
  EXPECT_EQ(run(), 2);
  EXPECT_THAT(error_.str(), HasSubstr("Load settings, entry 1"));
  options_.settings += "x";
  EXPECT_EQ(run(), 4);
}

}  // namespace
}  // namespace weir::app
