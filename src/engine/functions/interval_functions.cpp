// An interval is a number of months or microseconds to DuckDB; its type comes along as DDL where
// its text is wanted.

#include "engine/functions/interval_functions.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "engine/dialect/parser.hpp"
#include "engine/functions/native.hpp"
#include "engine/spark/datetime_text.hpp"
#include "engine/spark/interval.hpp"

namespace weir::engine {

namespace {

/// nullptr where the text is no type of an interval.
const spark::Type* interval_type(std::string_view ddl) {
  thread_local std::string last;
  thread_local std::optional<spark::Type> type;
  if (!type || last != ddl) {
    const auto parsed = dialect::parse_type_ddl(ddl);
    if (!parsed || !parsed->is_interval()) return nullptr;
    type = *parsed;
    last = ddl;
  }
  return &*type;
}

std::optional<std::string> interval_to_text(std::int64_t count, std::string_view ddl) {
  const spark::Type* type = interval_type(ddl);
  return type == nullptr ? std::nullopt : std::optional(spark::interval_to_text(*type, count));
}

std::optional<std::int64_t> interval_from_text(std::string_view text, std::string_view ddl) {
  const spark::Type* type = interval_type(ddl);
  return type == nullptr ? std::nullopt : spark::interval_from_text(*type, text);
}

/// A zone behind the time moves nothing, but must be one.
std::optional<spark::Moment> timestamp_ntz_from_text(std::string_view text) {
  const auto moment = spark::timestamp_from_text(text, std::nullopt);
  const std::size_t clock = text.find(':');
  if (!moment || clock == std::string_view::npos) return moment;
  const std::size_t end = text.find_first_not_of("0123456789:.", clock);
  return spark::timestamp_from_text(text.substr(0, end), std::nullopt);
}

}  // namespace

Result<void> add_interval_functions(duckdb_connection connection) {
  WEIR_CHECK(add_native<interval_to_text>(connection, "spark_interval_to_string"));
  WEIR_CHECK(add_native<interval_from_text>(connection, "spark_string_to_interval"));
  return add_native<timestamp_ntz_from_text>(connection, "spark_string_to_timestamp_ntz");
}

}  // namespace weir::engine
