// Texts are cast by functions of ours and not by DuckDB's CAST, which rounds the digits of a tiny
// number instead of its value (5.55e-17 becomes 0.01), and knows neither Joda's patterns nor the
// words of a feed. A DuckDB function has one result type, so there is one for each scale of
// decimal.

#include "engine/duckdb/tables/cast_functions.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "engine/duckdb/text_scan.hpp"
#include "engine/spark/date_format.hpp"
#include "engine/spark/decimal_text.hpp"
#include "engine/spark/feed_text.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr int decimal_digits = spark::decimal_digits_max;

/// The texts of an argument.
class Texts {
 public:
  Texts(duckdb_data_chunk chunk, idx_t column) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, column);
    data_ = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
    validity_ = duckdb_vector_get_validity(vector);
  }
  std::optional<std::string_view> at(idx_t row) const {
    if (validity_ != nullptr && (validity_[row / 64] >> (row % 64) & 1) == 0) return std::nullopt;
    return std::string_view(duckdb_string_t_data(data_ + row), duckdb_string_t_length(data_[row]));
  }

 private:
  duckdb_string_t* data_;
  std::uint64_t* validity_;
};

template <class T>
void put(duckdb_vector out, idx_t row, T value) {
  static_cast<T*>(duckdb_vector_get_data(out))[row] = value;
}

/// Puts what `read` makes of each row, NULL for nothing.
template <class Read>
void for_each_row(duckdb_data_chunk input, duckdb_vector out, const Read& read) {
  duckdb_vector_ensure_validity_writable(out);
  std::uint64_t* validity = duckdb_vector_get_validity(out);
  const idx_t size = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < size; ++row) {
    if (const auto value = read(row)) {
      put(out, row, *value);
    } else {
      validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
    }
  }
}

template <auto Read>
void cast(duckdb_function_info, duckdb_data_chunk input, duckdb_vector out) {
  const Texts texts(input, 0);
  for_each_row(input, out, [&](idx_t row) {
    const auto text = texts.at(row);
    return text ? Read(*text) : std::nullopt;
  });
}

std::optional<std::int32_t> stored(std::optional<spark::Day> day) {
  return day ? std::optional(day->days) : std::nullopt;
}
std::optional<std::int64_t> stored(std::optional<spark::Moment> moment) {
  return moment ? std::optional(moment->us) : std::nullopt;
}

std::optional<spark::Day> day_of_moment(const spark::WrittenMoment& moment) {
  return spark::Day{moment.day};
}
std::optional<spark::Moment> utc_of_moment(const spark::WrittenMoment& moment) {
  return moment.utc();
}

std::optional<bool> is_blank(std::string_view text) {
  return trim(text).empty();
}

std::optional<bool> is_blank_or_null(std::string_view text) {
  const std::string_view bare = trim(text);
  return bare.empty() || equal_ignoring_case(bare, "null");
}

int this_year(const Clock& clock) {
  return static_cast<int>(calendar_day(day_of(clock.now())).year);
}

/// With a format, which is the same text in every row: it is read when it changes. Rows that come
/// of one record often have one date, which is read once.
template <auto Infer, auto From>
void cast_by_format(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out) {
  const Texts texts(input, 0);
  const Texts formats(input, 1);
  std::optional<spark::DateFormat> format;
  std::string format_text;
  const int year = this_year(*static_cast<Clock*>(duckdb_scalar_function_get_extra_info(info)));
  using Value = decltype(stored(Infer(std::string_view(), year)));
  std::optional<std::string_view> last;  // text, of the same format
  Value last_value;
  const auto read = [&](std::string_view text) -> Value {
    if (!format) return stored(Infer(text, year));
    const auto moment = format->read(text, year);
    return moment ? stored(From(*moment)) : std::nullopt;
  };
  for_each_row(input, out, [&](idx_t row) -> Value {
    const auto text = texts.at(row);
    const auto wanted = formats.at(row);
    if (!text || !wanted) return std::nullopt;
    if (format_text != *wanted) {
      last.reset();
      format.reset();
      format_text = *wanted;
      if (!wanted->empty()) {
        auto parsed = spark::DateFormat::parse(*wanted);
        if (!parsed) {
          duckdb_scalar_function_set_error(info, parsed.error().message.c_str());
          return std::nullopt;
        }
        format = *std::move(parsed);
      }
    }
    if (last != text) {
      last_value = read(*text);
      last = text;
    }
    return last_value;
  });
}

/// The scales there are, for the functions to point at.
const std::array<int, decimal_digits>& scales() {
  static const auto all = [] {
    std::array<int, decimal_digits> made{};
    std::iota(made.begin(), made.end(), 0);
    return made;
  }();
  return all;
}

std::optional<duckdb_hugeint> decimal(std::string_view text, int scale) {
  const auto value = spark::decimal_from_text(text, decimal_digits, scale);
  if (!value) return std::nullopt;
  return duckdb_hugeint{static_cast<std::uint64_t>(*value),
                        static_cast<std::int64_t>(*value >> 64)};
}

void cast_decimal(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out) {
  const Texts texts(input, 0);
  const int scale = *static_cast<const int*>(duckdb_scalar_function_get_extra_info(info));
  for_each_row(input, out, [&](idx_t row) -> std::optional<duckdb_hugeint> {
    const auto text = texts.at(row);
    return text ? decimal(*text, scale) : std::nullopt;
  });
}

/// Powers of ten that a double holds exactly.
constexpr auto exact_powers = [] {
  std::array<double, 23> made{};
  double power = 1;
  for (double& each : made) {
    each = power;
    power *= 10;
  }
  return made;
}();

/// The same digits without writing them, for nearly all doubles that were sent: those that the
/// nearest decimal of this scale gives again. No two decimals of 15 digits give one double, so this
/// one has its shortest digits.
std::optional<std::int64_t> exact_decimal(double value, int scale) {
  constexpr double digits_15 = 1e15;
  if (static_cast<std::size_t>(scale) >= exact_powers.size()) return std::nullopt;
  const double power = exact_powers[static_cast<std::size_t>(scale)];
  const double whole = std::nearbyint(value * power);
  if (!(std::abs(whole) < digits_15) || whole / power != value) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

/// By the shortest digits that are this double's alone, as DuckDB's text of it has them. Without an
/// exponent a large one would be written with all of its digits.
void cast_double_to_decimal(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out) {
  constexpr std::size_t digits_max = 32;  // of a double: 17, a sign, a point and an exponent
  duckdb_vector numbers = duckdb_data_chunk_get_vector(input, 0);
  const auto* data = static_cast<const double*>(duckdb_vector_get_data(numbers));
  const std::uint64_t* given = duckdb_vector_get_validity(numbers);
  const int scale = *static_cast<const int*>(duckdb_scalar_function_get_extra_info(info));
  for_each_row(input, out, [&](idx_t row) -> std::optional<duckdb_hugeint> {
    if (given != nullptr && (given[row / 64] >> (row % 64) & 1) == 0) return std::nullopt;
    if (const auto exact = exact_decimal(data[row], scale))
      return duckdb_hugeint{static_cast<std::uint64_t>(*exact), *exact < 0 ? -1 : 0};
    std::array<char, digits_max> text{};
    const auto written = std::to_chars(text.data(), text.data() + text.size(), data[row],
                                       std::chars_format::scientific);
    return decimal({text.data(), written.ptr}, scale);
  });
}

struct Function {
  std::string name;
  idx_t arguments = 1;  // all of them texts, or of `takes`
  LogicalType result;
  duckdb_scalar_function_t run = nullptr;
  const void* extra = nullptr;  // outlives the database
  duckdb_type takes = DUCKDB_TYPE_VARCHAR;
};

LogicalType type(duckdb_type id) {
  return LogicalType(duckdb_create_logical_type(id));
}

Result<void> add(Connection& connection, const Function& function) {
  Owned<duckdb_scalar_function, duckdb_destroy_scalar_function> made(
      duckdb_create_scalar_function());
  const LogicalType taken = type(function.takes);
  duckdb_scalar_function_set_name(made.get(), function.name.c_str());
  for (idx_t i = 0; i < function.arguments; ++i)
    duckdb_scalar_function_add_parameter(made.get(), taken.get());
  duckdb_scalar_function_set_return_type(made.get(), function.result.get());
  duckdb_scalar_function_set_function(made.get(), function.run);
  duckdb_scalar_function_set_extra_info(made.get(), const_cast<void*>(function.extra), nullptr);
  if (duckdb_register_scalar_function(connection.get(), made.get()) == DuckDBError)
    return fail(Errc::internal, "DuckDB refused the function " + function.name);
  return {};
}

}  // namespace

std::string decimal_function(int scale) {
  return "weir_decimal_" + std::to_string(scale);
}

std::string double_to_decimal_function(int scale) {
  return "weir_double_to_decimal_" + std::to_string(scale);
}

Result<void> add_cast_functions(Connection& connection, const Clock& clock) {
  std::vector<Function> functions;
  functions.push_back({"weir_boolean", 1, type(DUCKDB_TYPE_BOOLEAN), cast<spark::feed_boolean>});
  functions.push_back(
      {"weir_integer", 1, type(DUCKDB_TYPE_BIGINT), cast<spark::integer_from_text>});
  functions.push_back({"weir_float", 1, type(DUCKDB_TYPE_DOUBLE), cast<spark::feed_float>});
  functions.push_back({"weir_blank", 1, type(DUCKDB_TYPE_BOOLEAN), cast<is_blank>});
  functions.push_back({"weir_blank_or_null", 1, type(DUCKDB_TYPE_BOOLEAN), cast<is_blank_or_null>});
  functions.push_back({"weir_date", 2, type(DUCKDB_TYPE_DATE),
                       cast_by_format<spark::feed_date, day_of_moment>, &clock});
  functions.push_back({"weir_datetime", 2, type(DUCKDB_TYPE_TIMESTAMP),
                       cast_by_format<spark::feed_datetime, utc_of_moment>, &clock});
  for (const int& scale : scales()) {
    const auto decimal = [&scale] {
      return LogicalType(
          duckdb_create_decimal_type(decimal_digits, static_cast<std::uint8_t>(scale)));
    };
    functions.push_back({decimal_function(scale), 1, decimal(), cast_decimal, &scale});
    functions.push_back({double_to_decimal_function(scale), 1, decimal(), cast_double_to_decimal,
                         &scale, DUCKDB_TYPE_DOUBLE});
  }
  for (const Function& function : functions)
    WEIR_CHECK(add(connection, function));
  return {};
}

}  // namespace weir::engine::duckdb
