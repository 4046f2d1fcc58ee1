#pragma once

#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {

/// Loads with errors, and what the log tells of them.
class ErrorLogTest : public EngineFixture {
 protected:
  Load typed(const std::string& lines) {
    Load load = load_of(lines);
    load.fields = {field("id", FieldType::integer), field("n", FieldType::integer),
                   required(field("d", FieldType::decimal))};
    load.id = {"wr-1", "df-1", 1};
    load.error_threshold = 100;
    return load;
  }
  std::vector<LoggedError> logged(const ErrorFilter& filter = {}) {
    const auto errors = engine_->row_errors("acme", filter);
    EXPECT_TRUE(errors) << errors.error().message;
    return errors ? *errors : std::vector<LoggedError>();
  }
  /// "row field value" of each.
  std::vector<std::string> places(const ErrorFilter& filter = {}) {
    std::vector<std::string> out;
    for (const LoggedError& each : logged(filter))
      out.push_back(std::to_string(each.error.row) + " " + each.error.field + " " +
                    each.error.value);
    return out;
  }
  /// Rows of which the first ones are bad.
  static std::string lines(int rows, int bad) {
    std::string out;
    for (int i = 0; i < rows; ++i)
      out += "{\"id\":" + (i < bad ? "\"x\"" : std::to_string(i)) + "}\n";
    return out;
  }
};

}  // namespace weir::engine::duckdb
