#include "engine/remote_files.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "base/sha256.hpp"
#include "engine/duckdb/engine_fixture.hpp"
#include "engine/duckdb/engine_limits.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A store of memory that is far away.
class FarAway final : public RemoteFiles {
 public:
  std::string root() const override { return "s3a://bucket/weir/"; }
  Result<std::uint64_t> size(const std::string& uri) override {
    if (fails) return fail(Errc::unavailable, "no answer from the store");
    const auto found = files.find(uri);
    if (found == files.end()) return fail(Errc::not_found, "there is none");
    return found->second.size();
  }
  Result<std::string> read(const std::string& uri, std::uint64_t offset,
                           std::uint64_t bytes) override {
    WEIR_TRY(const std::uint64_t whole, size(uri));
    longest = std::max(longest, bytes);
    return offset < whole ? files[uri].substr(offset, bytes) : std::string();
  }

  std::map<std::string, std::string> files;
  std::uint64_t longest = 0;
  bool fails = false;
};

class RemoteFilesTest : public EngineFixture {
 protected:
  RemoteFilesTest() {
    DuckDbOptions options;
    options.tables_folder = folder_.path() / "far_tables";
    options.remote = &far_;
    options.memory_bytes = 1024 * limits::mib;
    options.threads = 2;
    engine_ = std::make_unique<DuckDbEngine>(options, clock_);
  }
  ~RemoteFilesTest() override { engine_.reset(); }

  SourceFile far(const std::string& content, const std::string& tenant = "acme") {
    SourceFile out;
    out.key = "ingest/stream/" + tenant + "/is-1/" + std::to_string(far_.files.size()) + ".ndjson";
    out.uri = far_.root() + out.key;
    out.first_received_at = first_time();
    out.bytes = content.size();
    out.sha256 = sha256_hex(content);
    far_.files[out.uri] = content;
    return out;
  }
  static std::string line(int id) { return "{\"id\":" + std::to_string(id) + ",\"v\":\"a\"}\n"; }

  FarAway far_;
};

TEST_F(RemoteFilesTest, AreLoadedAndQueriedAsOthersAre) {
  EXPECT_EQ(counts(load_of_files({far(line(1) + line(2)), far(line(2) + line(3))})), "4 3 0 1 0");
  Load load = load_of_files({far(line(4)), far("")});
  load.operations[0].query = "SELECT id, v FROM streaming WHERE id > 3";
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\""), ::testing::ElementsAre("4"));
}

TEST_F(RemoteFilesTest, ALargeOneIsReadInPieces) {
  std::string lines;
  int id = 0;
  while (lines.size() < 3 * limits::remote_read_bytes)
    lines += "{\"id\":" + std::to_string(++id) + ",\"v\":\"" + std::string(1000, 'x') + "\"}\n";
  const std::string all = std::to_string(id);
  EXPECT_EQ(counts(load_of_files({far(lines)})), all + " " + all + " 0 0 0");
  EXPECT_EQ(far_.longest, limits::remote_read_bytes);
}

TEST_F(RemoteFilesTest, WhatDiffersFromTheManifestIsNamedByItsKey) {
  const SourceFile only = far(line(1) + line(2));
  for (const std::string& forged :
       {line(1) + line(3), line(1), std::string(), line(1) + line(2) + line(3)}) {
    far_.files[only.uri] = forged;
    EXPECT_THAT(
        counts(load_of_files({only})),
        AllOf(HasSubstr(only.key + " is not what the manifest says"), Not(HasSubstr(far_.root()))));
  }
  far_.files.erase(only.uri);
  EXPECT_THAT(counts(load_of_files({only})), HasSubstr("lost a batch file"));
}

TEST_F(RemoteFilesTest, AStoreThatIsAwayFailsTheLoadAndNothingElse) {
  const Load load = load_of_files({far(line(1))});
  far_.fails = true;
  const auto failed = engine_->load(load);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::unavailable);
  far_.fails = false;
  EXPECT_EQ(counts(load), "1 1 0 0 0");
}

TEST_F(RemoteFilesTest, AnotherTenantsAreNotRead) {
  const SourceFile others = far(line(1), "other");
  EXPECT_THAT(counts(load_of_files({others})), HasSubstr("not in the tenant's part"));
  SourceFile up = far(line(1));
  up.uri = far_.root() + "ingest/stream/acme/../other/is-1/0.ndjson";
  EXPECT_THAT(counts(load_of_files({up})), HasSubstr("not in the tenant's part"));
  up.uri = folder_.write("store/plain.ndjson", line(1));
  EXPECT_THAT(counts(load_of_files({up})), HasSubstr("not in the tenant's part"));
}

}  // namespace
}  // namespace weir::engine::duckdb
