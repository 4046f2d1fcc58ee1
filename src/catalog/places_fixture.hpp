#pragma once

#include <cstdlib>
#include <string>

#include <unistd.h>

#include "env/fake/test_directory.hpp"

namespace weir::catalog {

/// Where a test's catalogs are. SQLite, in memory or in a directory of the test; or, where
/// WEIR_TEST_POSTGRES has the address of a server (tools/with_postgres), a schema there for each,
/// which lasts as long as that server. Outlives the catalogs.
class TestPlaces {
 public:
  TestPlaces() = default;
  TestPlaces(const TestPlaces&) = delete;
  TestPlaces& operator=(const TestPlaces&) = delete;

  static bool on_postgres() { return std::getenv("WEIR_TEST_POSTGRES") != nullptr; }

  /// One that no other has.
  std::string fresh() { return on_postgres() ? new_schema() : ":memory:"; }
  /// One that can be opened again, and by several at a time; the same each time.
  std::string lasting() {
    if (lasting_.empty()) lasting_ = on_postgres() ? new_schema() : directory_.file("catalog.db");
    return lasting_;
  }

 private:
  static std::string server() { return std::getenv("WEIR_TEST_POSTGRES"); }
  std::string new_schema() {
    static int number = 0;
    const std::string address = server();
    return address + (address.find('?') == std::string::npos ? "?" : "&") +
           "options=-csearch_path%3Dtest_" + std::to_string(::getpid()) + "_" +
           std::to_string(++number);
  }

  TestDirectory directory_;
  std::string lasting_;
};

}  // namespace weir::catalog
