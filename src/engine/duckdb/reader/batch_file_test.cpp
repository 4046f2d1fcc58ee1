#include "engine/duckdb/reader/batch_file.hpp"

#include <string>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Loads of files that are held against what the manifest says of them.
class BatchFileTest : public EngineFixture {
 protected:
  SourceFile claimed(const std::string& content) {
    SourceFile out = file(content);
    out.key = "ingest/stream/acme/is-1/" + std::to_string(files_) + ".ndjson";
    out.bytes = content.size();
    out.sha256 = sha256_hex(content);
    return out;
  }
  void replace(const SourceFile& file, const std::string& content) {
    folder_.write(std::filesystem::relative(file.uri, folder_.path()).string(), content);
  }
  static std::string line(int id) { return "{\"id\":" + std::to_string(id) + ",\"v\":\"a\"}\n"; }

  /// The ways to read the same two files.
  std::vector<Load> ways(const std::vector<SourceFile>& files) {
    std::vector<Load> out;
    for (const char* query :
         {"", "SELECT * FROM streaming", "SELECT id, v FROM streaming LIMIT 1",
          "SELECT a.id, b.v FROM streaming a JOIN streaming b ON a.id = b.id"}) {
      for (const char* schema : {"", R"({"type":"struct","fields":[{"name":"id","type":"long"},
                                        {"name":"v","type":"string"}]})"}) {
        Load load = load_of_files(files);
        load.operations[0].query = query;
        load.operations[0].sources[0].schema_json = schema;
        load.error_threshold = 100;
        out.push_back(load);
      }
    }
    return out;
  }
};

TEST_F(BatchFileTest, WhatTheManifestSaysIsLoaded) {
  for (const Load& load : ways({claimed(line(1) + line(2)), claimed(line(3))})) {
    EXPECT_THAT(counts(load), ::testing::Not(HasSubstr("manifest"))) << load.operations[0].query;
    EXPECT_EQ(last_.errors, 0u);
    EXPECT_GT(last_.read, 0u) << load.operations[0].query
                              << load.operations[0].sources[0].schema_json;
  }
}

TEST_F(BatchFileTest, WhatDiffersFailsTheLoadByItsNameAndNothingIsLoaded) {
  const SourceFile first = claimed(line(1) + line(2));
  const SourceFile second = claimed(line(3) + line(4));
  std::string tenfold;
  for (int i = 0; i < 10; ++i)
    tenfold += line(3) + line(4);
  const std::string forgeries[] = {"",
                                   tenfold,
                                   line(3) + line(5),
                                   line(3) + "{\"id\":4,\"w\":\"a\"}\n",
                                   line(3) + "{\"id\":4,\"v\":[7]}\n",
                                   line(3) + std::string(line(4).size() - 1, 'x') + "\n",
                                   std::string(line(3).size() * 2, '\n')};
  for (const std::string& forged : forgeries) {
    replace(second, forged);
    for (const Load& load : ways({first, second})) {
      const auto result = engine_->load(load);
      ASSERT_FALSE(result) << load.operations[0].query << forged;
      EXPECT_EQ(result.error().code, Errc::corrupt);
      EXPECT_THAT(result.error().message,
                  AllOf(HasSubstr(second.key + " is not what the manifest says"),
                        ::testing::Not(HasSubstr(folder_.path().string()))))
          << load.operations[0].query << forged;
    }
  }
  EXPECT_THAT(engine_->tables("acme").value(), IsEmpty());
  replace(second, line(3) + line(4));
  EXPECT_EQ(counts(load_of_files({first, second})), "4 4 0 0 0");
  std::filesystem::remove(second.uri);
  EXPECT_THAT(counts(load_of_files({first, second})),
              AllOf(HasSubstr(second.key), HasSubstr("lost a batch file")));
}

TEST_F(BatchFileTest, RowErrorsNameTheFileByItsKey) {
  Load load = load_of_files({claimed("{\"id\":\"x\"}\n")});
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "1 0 0 0 1");
  EXPECT_EQ(last_.row_errors.at(0).file, load.operations[0].sources[0].files[0].key);
}

TEST_F(BatchFileTest, APreviewIsHeldToItToo) {
  const SourceFile only = claimed(line(1) + line(2));
  EXPECT_THAT(shown(engine_->preview({source({only})}, "SELECT id FROM streaming", "acme", 10)),
              ElementsAre("1", "2"));
  replace(only, line(1) + line(3));
  EXPECT_THAT(shown(engine_->preview({source({only})}, "SELECT id FROM streaming", "acme", 10)),
              ElementsAre(HasSubstr(only.key + " is not what the manifest says")));
}

}  // namespace
}  // namespace weir::engine::duckdb
