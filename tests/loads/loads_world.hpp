#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include "catalog/catalog.hpp"
#include "engine/duckdb/duckdb_engine.hpp"
#include "env/fake/manual_clock.hpp"
#include "env/fake/seeded_random.hpp"
#include "pipeline/courier/fake_store.hpp"
#include "pipeline/courier/runner.hpp"

namespace weir {

/// Where the store's files are.
class Store final : public courier::FakeStore {
 public:
  explicit Store(std::filesystem::path root) : root_(std::move(root)) {}
  std::string uri(const std::string& key) const override { return (root_ / key).string(); }

 private:
  std::filesystem::path root_;
};

/// A server's part that does runs, on a directory.
struct World {
  explicit World(const std::filesystem::path& directory)
      : catalog(catalog::Catalog::open((directory / "catalog.db").string(), clock, random).value()),
        engine({.tables_folder = directory / "tables",
                .store_root = directory / "store",
                .memory_bytes = std::uint64_t{1} << 30,
                .threads = 2},
               clock),
        store(directory / "store") {}

  /// As a server that starts: its predecessor is dead.
  void do_all_runs() {
    EXPECT_TRUE(catalog->runs().end_leases());
    courier::Runner runner(*catalog, engine, store, clock,
                           {.owner = "o" + std::to_string(::getpid())});
    while (*runner.run_next()) {
    }
  }

  ManualClock clock{*parse_time("2027-03-04T00:00:00Z")};
  SeededRandom random{static_cast<std::uint64_t>(::getpid())};
  std::unique_ptr<catalog::Catalog> catalog;
  engine::duckdb::DuckDbEngine engine;
  Store store;
};

}  // namespace weir
