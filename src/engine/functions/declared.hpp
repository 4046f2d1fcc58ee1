#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/dialect/type.hpp"
#include "engine/spark/calendar.hpp"
#include "engine/spark/datetime_pattern.hpp"

/// Values of a text under a declared type, for FROM_JSON and FROM_CSV. The result is JSON that
/// DuckDB's from_json() makes the type of, with nothing left for it to judge: what does not fit is
/// null in it already. Private to this folder.
namespace weir::engine {

/// A type, with what finds the fields of its structs. Immutable.
struct Shape {
  explicit Shape(dialect::Type type);

  dialect::Type type;
  std::vector<Shape> parts;                                // of an array, a map or a struct
  std::map<std::string, std::size_t, std::less<>> places;  // of a struct's fields, case and all
};

/// How dates and timestamps are written; nothing: as CAST reads them.
struct DeclaredFormats {
  std::optional<spark::DatetimePattern> timestamp;
  std::optional<spark::DatetimePattern> date;
};

struct Declared {
  Shape shape;
  DeclaredFormats formats;
  std::string corrupt_field;  // gets the text of a record in which something did not fit

  /// `type` as Type::spark_ddl() writes it; an empty format is none.
  static Result<Declared> parse(std::string_view type, std::string_view timestamp_format,
                                std::string_view date_format, std::string_view corrupt_field);
};

/// Appends the value that a text means under a scalar type; false where it means none, and nothing
/// is appended then. Of a number, the text is its token.
bool append_declared(std::string& out, const dialect::Type& type, std::string_view text,
                     const DeclaredFormats& formats);
/// A struct of values that are JSON already.
[[nodiscard]] std::string struct_json(const Shape& shape, const std::vector<std::string>& values);
/// Appends a moment in the form that DuckDB reads.
void append_moment(std::string& out, spark::Moment moment);

}  // namespace weir::engine
