#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "engine/dialect/binder.hpp"
#include "engine/dialect/dialect.hpp"
#include "engine/dialect/parser.hpp"

using namespace weir::dialect;  // NOLINT: one file of its own

/// Any text is a query or an error of the one who wrote it: lexer, grammar and binder neither crash
/// nor run without end, and what is translated is whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Relations relations = [] {
    const auto type = parse_type_ddl(
        "i INT, l BIGINT, d DOUBLE, n DECIMAL(12,2), s STRING, b BOOLEAN, x BINARY, day DATE, at "
        "TIMESTAMP, a ARRAY<BIGINT>, m MAP<STRING, BIGINT>, r STRUCT<a: BIGINT, s: STRING>, t "
        "ARRAY<STRUCT<a: BIGINT, s: STRING>>, nothing VOID");
    WEIR_ASSERT(type);
    return Relations{{"t", *type}, {"u", *type}};
  }();
  if (size == 0) return 0;
  const Options options{.origin = data[0] % 2 == 1};
  const std::string_view sql(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto known = check(sql);
  const auto translated = translate(sql, relations, options);
  WEIR_ASSERT(known || !translated);
  if (!translated) {
    WEIR_ASSERT(translated.error().code == weir::Errc::bad_request);
    WEIR_ASSERT(!translated.error().message.empty());
    return 0;
  }
  WEIR_ASSERT(translated->sql.size() <= query_bytes_max);
  WEIR_ASSERT(!translated->columns.empty());
  // The marks that stand for what is known later are all filled in.
  WEIR_ASSERT(translated->sql.find(ties_mark) == std::string::npos);
  WEIR_ASSERT(translated->sql.find(groups_mark) == std::string::npos);
  return 0;
}
