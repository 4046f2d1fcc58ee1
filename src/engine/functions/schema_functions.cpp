// A schema and its formats are prepared once for all rows of a query, by each thread for itself.

#include "engine/functions/schema_functions.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/functions/declared.hpp"
#include "engine/functions/json_schema.hpp"
#include "engine/functions/json_text.hpp"
#include "engine/functions/native.hpp"
#include "engine/spark/csv_line.hpp"
#include "engine/spark/number_text.hpp"
#include "engine/spark/text_trim.hpp"

namespace weir::engine {

namespace {

using dialect::Kind;

/// What the arguments describe; null where they describe nothing, which the dialect layer has
/// refused.
const Declared* declared(std::string_view type, std::string_view timestamp_format,
                         std::string_view date_format, std::string_view corrupt_field) {
  thread_local std::array<std::string, 4> last;
  thread_local std::optional<Declared> made;
  if (!made || last[0] != type || last[1] != timestamp_format || last[2] != date_format ||
      last[3] != corrupt_field) {
    made.reset();
    auto parsed = Declared::parse(type, timestamp_format, date_format, corrupt_field);
    if (!parsed) return nullptr;
    made.emplace(*std::move(parsed));
    last = {std::string(type), std::string(timestamp_format), std::string(date_format),
            std::string(corrupt_field)};
  }
  return &*made;
}

std::optional<std::string> from_json(std::string_view json, std::string_view type,
                                     std::string_view timestamp_format,
                                     std::string_view date_format, std::string_view corrupt_field) {
  const Declared* under = declared(type, timestamp_format, date_format, corrupt_field);
  return under == nullptr ? std::nullopt : json_under(json, *under);
}

spark::CsvStyle style_of(std::string_view separator, std::string_view quote,
                         std::string_view escape, std::string_view null) {
  spark::CsvStyle style;
  if (!separator.empty()) style.separator = separator;
  style.quote = quote.empty() ? '\0' : quote[0];
  style.escape = escape.empty() ? '\0' : escape[0];
  style.null = null;
  return style;
}

/// A value between separators; CSV has other spellings than JSON.
bool append_field(std::string& out, const dialect::Type& type, std::string text,
                  const DeclaredFormats& formats) {
  switch (type.kind()) {
    case Kind::boolean:
      return append_declared(out, type, dialect::lower_case(text), formats);
    case Kind::decimal:
      std::erase(text, ',');
      break;
    case Kind::float_:
    case Kind::double_: {
      text = std::string(spark::java_trim(text));
      const bool word = text == "Inf" || text == "-Inf";
      const bool suffix =
          !text.empty() && std::string_view("dDfF").find(text.back()) != std::string_view::npos;
      if (word) {
        text += "inity";
      } else if (suffix && spark::double_from_text(text)) {
        text.pop_back();  // 1d
      }
      break;
    }
    case Kind::byte:
    case Kind::short_:
    case Kind::int_:
    case Kind::long_:
      if (spark::java_trim(text).size() != text.size()) return false;
      break;
    default:
      break;
  }
  return append_declared(out, type, text, formats);
}

std::optional<std::string> from_csv(std::string_view line, std::string_view type,
                                    std::string_view timestamp_format, std::string_view date_format,
                                    std::string_view corrupt_field, std::string_view separator,
                                    std::string_view quote, std::string_view escape,
                                    std::string_view null) {
  const Declared* under = declared(type, timestamp_format, date_format, corrupt_field);
  if (under == nullptr) return std::nullopt;
  const std::vector<std::optional<std::string>> texts =
      spark::csv_fields(line, style_of(separator, quote, escape, null));
  const auto& fields = under->shape.type.fields();
  const auto corrupt = under->shape.places.find(under->corrupt_field);
  const std::size_t no_field = fields.size();
  const std::size_t tells = corrupt == under->shape.places.end() ? no_field : corrupt->second;
  std::vector<std::string> values(fields.size(), "null");
  const bool blank = texts.size() == 1 && !texts[0];
  bool fits = texts.size() == fields.size() - (tells == no_field ? 0 : 1) && !blank;
  std::size_t place = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i == tells) continue;
    const std::size_t at = place++;
    if (at >= texts.size() || !texts[at]) continue;
    std::string value;
    if (append_field(value, fields[i].type, *texts[at], under->formats)) {
      values[i] = std::move(value);
    } else {
      fits = false;
    }
  }
  if (tells != no_field && !fits) {
    values[tells].clear();
    append_json_text(values[tells], line);
  }
  return struct_json(under->shape, values);
}

std::optional<std::string> to_csv(List<std::string_view> fields, std::string_view separator,
                                  std::string_view quote, std::string_view escape,
                                  std::string_view null, bool quotes_all, bool trims_begin,
                                  bool trims_end) {
  spark::CsvStyle style = style_of(separator, quote, escape, null);
  style.quotes_all = quotes_all;
  style.trims_begin = trims_begin;
  style.trims_end = trims_end;
  std::vector<std::optional<std::string_view>> texts;
  for (idx_t i = 0; i < fields.size; ++i)
    texts.push_back(fields.at(i));
  return spark::csv_line(texts, style);
}

}  // namespace

Result<void> add_schema_functions(duckdb_connection connection) {
  WEIR_CHECK(add_native<from_json>(connection, "spark_json_under"));
  WEIR_CHECK(add_native<from_csv>(connection, "spark_csv_under"));
  return add_native<to_csv>(connection, "spark_csv_line");
}

}  // namespace weir::engine
