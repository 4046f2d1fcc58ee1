#include "engine/duckdb/tables/cast_functions.hpp"

#include <string>

#include <gtest/gtest.h>

#include "env/fake/manual_clock.hpp"

namespace weir::engine::duckdb {
namespace {

/// DuckDB's text of a double is the other opinion.
TEST(CastFunctions, ADoubleIsTheDecimalThatItsTextIs) {
  const ManualClock clock;
  auto database = Database::open("", {});
  ASSERT_TRUE(database) << database.error().message;
  auto connection = Connection::open(**database);
  ASSERT_TRUE(connection);
  ASSERT_TRUE(add_cast_functions(*connection, clock));
  const auto made = connection->run(
      "CREATE TABLE numbers AS SELECT (CAST(hash(i) AS DOUBLE) / 1.8e19 - 0.5) * "
      "pow(10, i % 80 - 36) AS d FROM range(100000) t(i);"
      "INSERT INTO numbers SELECT round((CAST(hash(i) AS DOUBLE) / 1e15 - 9000), CAST(i % 6 AS "
      "INTEGER)) "
      "FROM range(100000) t(i);"
      "INSERT INTO numbers SELECT unnest([0.0, -0.0, 0.285, 1e22, 1e23, pow(2, 70), -pow(2, 100), "
      "9.999e35, 1e37, 'nan'::DOUBLE, 'inf'::DOUBLE, '-inf'::DOUBLE, 5e-324, NULL])");
  ASSERT_TRUE(made) << made.error().message;
  for (const int scale : {0, 2, 10, 37}) {
    const std::string own = double_to_decimal_function(scale) + "(d)";
    const std::string of_text = decimal_function(scale) + "(CAST(d AS VARCHAR))";
    const auto differ = connection->cells(
        "SELECT CAST(d AS VARCHAR), CAST(" + own + " AS VARCHAR), CAST(" + of_text +
        " AS VARCHAR) FROM numbers WHERE " + own + " IS DISTINCT FROM " + of_text + " LIMIT 1");
    ASSERT_TRUE(differ) << differ.error().message;
    if (!differ->empty())
      ADD_FAILURE() << scale << ": " << differ->front()[0].value_or("NULL") << " is "
                    << differ->front()[1].value_or("NULL") << ", its text "
                    << differ->front()[2].value_or("NULL");
  }
}

}  // namespace
}  // namespace weir::engine::duckdb
