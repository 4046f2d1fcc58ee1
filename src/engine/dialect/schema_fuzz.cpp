#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "engine/dialect/parser.hpp"
#include "engine/spark/schema_json.hpp"

/// Any text is a type or an error with its place, in both notations of Spark; what one reader has
/// read, the other reads back from DDL as the same type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& type :
       {weir::spark::parse_schema_json(text), weir::dialect::parse_type_ddl(text)}) {
    if (!type) {
      WEIR_ASSERT(type.error().code == weir::Errc::bad_request);
      continue;
    }
    // The grammar counts a level where the schema does not: at the bound it may refuse.
    const auto again = weir::dialect::parse_type_ddl(type->spark_ddl());
    if (again) WEIR_ASSERT(*again == *type);
    if (!again) WEIR_ASSERT(again.error().message.find("nested too deeply") != std::string::npos);
    WEIR_ASSERT(!type->spark_name().empty() && !type->duckdb_name().empty());
  }
  return 0;
}
