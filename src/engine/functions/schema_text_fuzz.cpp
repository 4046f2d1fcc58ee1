// What queries read of texts under a schema or in a format, from records that anyone may send:
// JSON and CSV under types of all kinds, numbers in a format, and intervals. The first byte, from
// 0 to 4, chooses.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "engine/functions/declared.hpp"
#include "engine/functions/json_schema.hpp"
#include "engine/spark/csv_line.hpp"
#include "engine/spark/interval.hpp"
#include "engine/spark/number_format.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const auto record = engine::Declared::parse(
      "STRUCT<`a`: INT, `b`: ARRAY<DOUBLE>, `c`: MAP<STRING, DECIMAL(10,2)>, `d`: DATE, `e`: "
      "STRUCT<`f`: TIMESTAMP, `g`: STRING>, `_corrupt_record`: STRING>",
      "", "", "_corrupt_record");
  static const auto list =
      engine::Declared::parse("ARRAY<STRUCT<`a`: BOOLEAN>>", "", "", "_corrupt_record");
  static const auto format = spark::NumberFormat::parse("S9,099.99");
  WEIR_ASSERT(record && list && format);
  switch (static_cast<unsigned>(data[0] - '0') % 5U) {
    case 0:
      WEIR_ASSERT(text.find_first_not_of(" \t\r\n") == std::string_view::npos ||
                  !engine::json_under(text, *record) ||
                  engine::json_under(text, *record)->starts_with("{\"a\":"));
      break;
    case 1:
      static_cast<void>(engine::json_under(text, *list));
      break;
    case 2: {
      const auto fields = spark::csv_fields(text, {});
      WEIR_ASSERT(!fields.empty());
      break;
    }
    case 3:
      if (const auto number = format->read(text)) WEIR_ASSERT(*number > -1'000'000);
      break;
    default: {
      const auto type =
          spark::Type::interval(spark::IntervalField::day, spark::IntervalField::second);
      // What was read is read again from its own text.
      if (const auto count = spark::interval_from_text(type, text)) {
        const auto again = spark::interval_from_text(type, spark::interval_to_text(type, *count));
        WEIR_ASSERT(again == count);
      }
      break;
    }
  }
  return 0;
}
