// A format is prepared once for all rows of a query, by each thread for itself.

#include "engine/functions/format_functions.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/functions/native.hpp"
#include "engine/spark/binary_text.hpp"
#include "engine/spark/number_format.hpp"
#include "engine/spark/printf.hpp"

namespace weir::engine {

namespace {

using spark::Conversion;
using spark::NumberFormat;

const NumberFormat* number_format(std::string_view format) {
  thread_local std::string last;
  thread_local std::optional<NumberFormat> made;
  if (!made || last != format) {
    made.reset();
    auto parsed = NumberFormat::parse(format);
    if (!parsed) return nullptr;
    made.emplace(*std::move(parsed));
    last = format;
  }
  return &*made;
}

std::optional<Int128> to_number(std::string_view text, std::string_view format) {
  const NumberFormat* form = number_format(format);
  return form == nullptr ? std::nullopt : form->read(text);
}

std::optional<std::string> to_char(Decimal value, std::string_view format) {
  const NumberFormat* form = number_format(format);
  if (form == nullptr) return std::nullopt;
  return form->write(value.unscaled, value.scale);
}

/// A conversion that the dialect layer wrote.
Conversion conversion(std::string_view written) {
  return Conversion::parse(written).value_or(Conversion{});
}

std::optional<std::string> format_text(std::optional<std::string_view> text,
                                       std::string_view written) {
  return spark::formatted_text(conversion(written), text);
}

std::optional<std::string> format_whole(std::optional<std::int64_t> value, std::string_view written,
                                        std::int32_t bits) {
  return spark::formatted_whole(conversion(written), value, bits);
}

std::optional<std::string> format_fraction(std::optional<double> value, std::string_view written) {
  return spark::formatted_fraction(conversion(written), value);
}

/// TO_BINARY takes no other characters, where UNBASE64 passes over them.
std::optional<OwnedBytes> strict_base64(std::string_view text) {
  const auto belongs = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("+/= \t\r\n").find(c) != std::string_view::npos;
  };
  if (!std::all_of(text.begin(), text.end(), belongs)) return std::nullopt;
  auto bytes = spark::bytes_from_base64(text);
  return bytes ? std::optional(OwnedBytes{std::move(*bytes)}) : std::nullopt;
}

}  // namespace

Result<void> add_format_functions(duckdb_connection connection) {
  WEIR_CHECK(add_native<to_number>(connection, "spark_to_number"));
  WEIR_CHECK(add_native<to_char>(connection, "spark_to_char"));
  WEIR_CHECK(add_native<format_text>(connection, "spark_format_text"));
  WEIR_CHECK(add_native<format_whole>(connection, "spark_format_whole"));
  WEIR_CHECK(add_native<strict_base64>(connection, "spark_strict_base64"));
  return add_native<format_fraction>(connection, "spark_format_fraction");
}

}  // namespace weir::engine
