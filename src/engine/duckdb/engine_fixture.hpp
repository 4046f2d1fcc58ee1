#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/duckdb/duckdb_engine.hpp"
#include "engine/duckdb/test_files.hpp"
#include "env/fake/manual_clock.hpp"

namespace weir::engine::duckdb {

inline Field field(const std::string& name, FieldType type = FieldType::string) {
  Field out;
  out.incoming = name;
  out.name = name;
  out.type = type;
  return out;
}

inline Field required(Field out) {
  out.required = true;
  return out;
}

inline Field with_format(Field out, const std::string& format) {
  out.format = format;
  return out;
}

/// An engine on a folder of its own, with one tenant, acme, and the table "Shop:Orders".
class EngineFixture : public ::testing::Test {
 protected:
  EngineFixture() { open(); }

  void open() {
    DuckDbOptions options;
    options.tables_folder = folder_.path() / "tables";
    options.store_root = folder_.path() / "store";
    options.memory_bytes = 1024 * limits::mib;
    options.threads = 2;
    options.history = history_;
    engine_ = std::make_unique<DuckDbEngine>(options, clock_);
  }
  void reopen() {
    engine_.reset();
    open();
  }

  /// A file of the tenant's store, received later than those before it.
  SourceFile file(const std::string& content, const std::string& tenant = "acme") {
    const std::string name = "ingest/stream/" + tenant + "/is-1/2027-03-02/" +
                             std::to_string(10 + files_) + "-0000-0001.ndjson";
    SourceFile out;
    out.uri = folder_.write("store/" + name, content);
    out.first_received_at = first_time() + std::chrono::hours(files_);
    ++files_;
    return out;
  }
  /// The file's key in the store: what errors call it.
  std::string key_of(const SourceFile& file) const {
    return file.uri.substr((folder_.path() / "store").string().size() + 1);
  }
  static Time first_time() { return *parse_time("2027-03-02T08:00:00Z"); }

  static Source source(std::vector<SourceFile> files, const std::string& tag = "streaming") {
    Source out;
    out.tag = tag;
    out.files = std::move(files);
    return out;
  }

  /// A direct load of these lines, of fields id (integer) and v (string), keyed by id.
  Load load_of(const std::string& lines) { return load_of_files({file(lines)}); }
  static Load load_of_files(std::vector<SourceFile> files) {
    Load load;
    load.tenant = "acme";
    load.table = "Shop:Orders";
    load.fields = {field("id", FieldType::integer), field("v")};
    load.primary_key = {"id"};
    load.operations = {{{source(std::move(files))}}};
    return load;
  }

  /// "read inserted updated rejected errors", or what went wrong.
  std::string counts(const Load& load) {
    last_ = {};
    const auto result = engine_->load(load);
    if (!result) return result.error().message;
    last_ = *result;
    EXPECT_EQ(last_.read, last_.inserted + last_.updated + last_.rejected + last_.errors +
                              (load.truncate ? 0 : last_.deleted));
    return std::to_string(last_.read) + " " + std::to_string(last_.inserted) + " " +
           std::to_string(last_.updated) + " " + std::to_string(last_.rejected) + " " +
           std::to_string(last_.errors) + (last_.over_threshold ? " over" : "");
  }

  /// Rows as JSON texts joined by `|`; an error as one row.
  std::vector<std::string> rows(const std::string& sql, const std::string& tenant = "acme") {
    return shown(engine_->query(tenant, sql, 1000));
  }
  static std::vector<std::string> shown(const Result<Table>& table) {
    if (!table) return {table.error().message};
    std::vector<std::string> out;
    for (const auto& row : table->rows) {
      std::string line;
      for (const std::string& cell : row)
        line += (line.empty() ? "" : "|") + cell;
      out.push_back(line);
    }
    return out;
  }
  std::vector<std::string> orders() {
    return rows("SELECT id, v FROM \"Shop:Orders\" ORDER BY id");
  }

  TestFolder folder_;
  HistoryBounds history_ = {};  // of the next opening
  ManualClock clock_{*parse_time("2026-11-28T12:00:00Z")};
  std::unique_ptr<DuckDbEngine> engine_;
  LoadCounts last_;
  int files_ = 0;
};

}  // namespace weir::engine::duckdb
