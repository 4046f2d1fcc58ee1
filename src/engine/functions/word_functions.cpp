// Names for what engine/spark does to text; and time zones, whose rules are kept by each thread.
#include "engine/functions/word_functions.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/functions/decimal.hpp"
#include "engine/functions/native.hpp"
#include "engine/spark/calendar.hpp"
#include "engine/spark/hash.hpp"
#include "engine/spark/long_text.hpp"
#include "engine/spark/url.hpp"
#include "engine/spark/words.hpp"
#include "engine/spark/zone.hpp"

namespace weir::engine {

namespace {

using spark::Day;
using spark::Moment;
using Text = std::string_view;

/// A function of engine/spark that has an answer for everything.
template <auto Function>
struct Always;
template <class R, class... Args, R (*Function)(Args...)>
struct Always<Function> {
  static std::optional<R> call(Args... args) { return Function(args...); }
};

std::optional<OwnedBytes> sub_bytes(Bytes bytes, std::int32_t position, std::int32_t count) {
  return OwnedBytes{spark::sub_bytes(bytes.bytes, position, count)};
}
std::optional<OwnedBytes> overlaid_bytes(Bytes bytes, Bytes part, std::int32_t position,
                                         std::int32_t count) {
  return OwnedBytes{spark::overlaid_bytes(bytes.bytes, part.bytes, position, count)};
}
std::optional<OwnedBytes> padded_bytes(Bytes bytes, std::int32_t size, Bytes filling, bool left) {
  auto padded = spark::padded_bytes(bytes.bytes, size, filling.bytes, left);
  return padded ? std::optional(OwnedBytes{*std::move(padded)}) : std::nullopt;
}
std::optional<bool> bytes_hold(Bytes bytes, Bytes part, Text where) {
  if (where == "start") return bytes.bytes.starts_with(part.bytes);
  if (where == "end") return bytes.bytes.ends_with(part.bytes);
  return bytes.bytes.find(part.bytes) != Text::npos;
}

constexpr std::int64_t bitmap_bits = 32'768;

/// Bitmaps of Spark have a bucket for each 32,768 numbers, from 1 on; the others count down from 0.
std::optional<std::int64_t> bitmap_bucket(std::int64_t value) {
  return value > 0 ? 1 + (value - 1) / bitmap_bits : value / bitmap_bits;
}
std::optional<std::int64_t> bitmap_position(std::int64_t value) {
  return value > 0 ? (value - 1) % bitmap_bits : -(value % bitmap_bits);
}

/// How many bits of the bytes are set.
std::optional<std::int64_t> set_bits(Bytes value) {
  std::int64_t count = 0;
  for (const char c : value.bytes)
    count += std::popcount(static_cast<unsigned char>(c));
  return count;
}

std::optional<std::string> url_query(Text url, Text part, Text key) {
  return part == "QUERY" ? spark::url_query_value(url, key) : std::nullopt;
}

std::optional<std::int64_t> crc32(Bytes value) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : value.bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return crc ^ 0xFFFFFFFFU;
}

// Hashes of a value from a seed. Spark takes -0.0 for 0.0, and has one NaN.
template <class Bits, class T>
Bits bits_of(T value) {
  if (value == 0) value = 0;
  if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
  Bits bits{};
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
/// The bytes of BigInteger.toByteArray: the fewest that hold the sign.
std::string bytes_of(Int128 value) {
  std::string bytes;
  for (int i = 15; i >= 0; --i)
    bytes += static_cast<char>(static_cast<UInt128>(value) >> (i * 8) & 0xFF);
  while (bytes.size() > 1 && ((bytes[0] == 0 && bytes[1] >= 0) || (bytes[0] == -1 && bytes[1] < 0)))
    bytes.erase(0, 1);
  return bytes;
}

/// The hash of a value of one type; of NULL it is the seed.
template <class Hash, class T, auto Of>
std::optional<Hash> hash_of(std::optional<T> value, Hash seed) {
  return value ? Of(*value, seed) : seed;
}

template <class Hash, Hash (*OfInt)(std::int32_t, Hash), Hash (*OfLong)(std::int64_t, Hash),
          Hash (*OfBytes)(Text, Hash)>
struct Hashes {
  template <class T>
  static Hash of(T value, Hash seed) {
    if constexpr (std::is_same_v<T, std::int64_t>) {
      return OfLong(value, seed);
    } else if constexpr (std::is_same_v<T, Text>) {
      return OfBytes(value, seed);
    } else if constexpr (std::is_same_v<T, Bytes>) {
      return OfBytes(value.bytes, seed);
    } else if constexpr (std::is_same_v<T, float>) {
      return OfInt(bits_of<std::int32_t>(value), seed);
    } else if constexpr (std::is_same_v<T, double>) {
      return OfLong(bits_of<std::int64_t>(value), seed);
    } else if constexpr (std::is_same_v<T, Day>) {
      return OfInt(value.days, seed);
    } else if constexpr (std::is_same_v<T, Moment>) {
      return OfLong(value.us, seed);
    } else {
      return OfInt(static_cast<std::int32_t>(value), seed);
    }
  }
  static Hash of_small_decimal(Decimal value, Hash seed) {
    return OfLong(static_cast<std::int64_t>(value.unscaled), seed);
  }
  static Hash of_large_decimal(Decimal value, Hash seed) {
    return OfBytes(bytes_of(value.unscaled), seed);
  }

  template <class... T>
  static Result<void> add_types(duckdb_connection connection, const std::string& name) {
    return add_native<hash_of<Hash, T, of<T>>...>(connection, name);
  }
  static Result<void> add(duckdb_connection connection, const std::string& name) {
    WEIR_CHECK((add_types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, float,
                          double, Day, Moment, Text, Bytes>(connection, name)));
    WEIR_CHECK((
        add_native<hash_of<Hash, Decimal, of_small_decimal>>(connection, name + "_small_decimal")));
    return add_native<hash_of<Hash, Decimal, of_large_decimal>>(connection,
                                                                name + "_large_decimal");
  }
};

spark::Zones& zones() {
  thread_local spark::Zones of_thread;
  return of_thread;
}

std::optional<Moment> from_utc(Moment moment, Text zone) {
  const std::int64_t seconds = spark::floor_div(moment.us, spark::second_us);
  const auto local = zones().local_s(seconds, zone);
  if (!local) return std::nullopt;
  return spark::moment_of(*local, spark::second_us, moment.us - seconds * spark::second_us);
}
std::optional<Moment> to_utc(Moment moment, Text zone) {
  const std::int64_t seconds = spark::floor_div(moment.us, spark::second_us);
  const auto utc = zones().utc_s(seconds, zone);
  if (!utc) return std::nullopt;
  return spark::moment_of(*utc, spark::second_us, moment.us - seconds * spark::second_us);
}

/// Seconds come as a decimal of 6 digits; 60 is the next minute's 0.
std::optional<Moment> make_timestamp(std::int32_t year, std::int32_t month, std::int32_t day,
                                     std::int32_t hour, std::int32_t minute, Decimal second) {
  const auto us = static_cast<std::int64_t>(second.unscaled);
  constexpr std::int64_t minute_us = 60 * spark::second_us;
  if (year < 1 || year > 9999 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || us < 0 ||
      us > minute_us)
    return std::nullopt;
  const auto days = spark::days_of({year, month, day});
  if (!days) return std::nullopt;
  return spark::moment_of(*days, spark::day_us,
                          (std::int64_t{hour} * 60 + minute) * minute_us + us);
}
std::optional<Moment> make_timestamp_in(std::int32_t year, std::int32_t month, std::int32_t day,
                                        std::int32_t hour, std::int32_t minute, Decimal second,
                                        Text zone) {
  const auto local = make_timestamp(year, month, day, hour, minute, second);
  return local ? to_utc(*local, zone) : std::nullopt;
}

/// Whole months from one moment to another, towards zero.
std::int64_t months_from(std::int64_t from_us, std::int64_t to_us) {
  const std::int64_t from_day = spark::floor_div(from_us, spark::day_us);
  const std::int64_t to_day = spark::floor_div(to_us, spark::day_us);
  const spark::Civil from = spark::civil_of(from_day);
  const spark::Civil to = spark::civil_of(to_day);
  const std::int64_t months = (to.year - from.year) * 12 + to.month - from.month;
  const auto rest = [](const spark::Civil& civil, std::int64_t us, std::int64_t day) {
    return civil.day * spark::day_us + us - day * spark::day_us;
  };
  const std::int64_t a = rest(from, from_us, from_day);
  const std::int64_t b = rest(to, to_us, to_day);
  if (months > 0 && b < a) return months - 1;
  if (months < 0 && b > a) return months + 1;
  return months;
}

struct Unit {
  Text name;
  std::int64_t us;      // or
  std::int32_t months;  // whichever is not 0
};
constexpr std::array<Unit, 11> units{{{"MICROSECOND", 1, 0},
                                      {"MILLISECOND", 1000, 0},
                                      {"SECOND", spark::second_us, 0},
                                      {"MINUTE", 60 * spark::second_us, 0},
                                      {"HOUR", 3600 * spark::second_us, 0},
                                      {"DAY", spark::day_us, 0},
                                      {"DAYOFYEAR", spark::day_us, 0},
                                      {"WEEK", 7 * spark::day_us, 0},
                                      {"MONTH", 0, 1},
                                      {"QUARTER", 0, 3},
                                      {"YEAR", 0, 12}}};

std::optional<std::int64_t> timestamp_difference(Text unit, Moment from, Moment to) {
  for (const Unit& known : units) {
    if (known.name != unit) continue;
    if (known.months != 0) return months_from(from.us, to.us) / known.months;
    const Int128 difference = (Int128{to.us} - from.us) / known.us;
    return static_cast<std::int64_t>(difference);
  }
  return std::nullopt;
}

std::optional<Moment> timestamp_sum(Text unit, std::int32_t count, Moment moment) {
  for (const Unit& known : units) {
    if (known.name != unit) continue;
    if (known.months == 0)
      return spark::moment_of(count, known.us, 0) ? spark::moment_of(count, known.us, moment.us)
                                                  : std::nullopt;
    const std::int64_t months = std::int64_t{count} * known.months;
    if (months > std::numeric_limits<std::int32_t>::max() ||
        months < std::numeric_limits<std::int32_t>::min())
      return std::nullopt;
    const std::int64_t days = spark::floor_div(moment.us, spark::day_us);
    return spark::moment_of(spark::add_months(days, static_cast<std::int32_t>(months)),
                            spark::day_us, moment.us - days * spark::day_us);
  }
  return std::nullopt;
}

std::optional<Day> next_day(Day day, Text name) {
  constexpr std::array<std::array<Text, 3>, 7> names{{{"MO", "MON", "MONDAY"},
                                                      {"TU", "TUE", "TUESDAY"},
                                                      {"WE", "WED", "WEDNESDAY"},
                                                      {"TH", "THU", "THURSDAY"},
                                                      {"FR", "FRI", "FRIDAY"},
                                                      {"SA", "SAT", "SATURDAY"},
                                                      {"SU", "SUN", "SUNDAY"}}};
  std::string upper(name);
  for (char& c : upper)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (upper != names[i][0] && upper != names[i][1] && upper != names[i][2]) continue;
    const int ahead = (static_cast<int>(i) + 1 - spark::weekday_of(day.days) + 7) % 7;
    return spark::day_in_range(std::int64_t{day.days} + (ahead == 0 ? 7 : ahead));
  }
  return std::nullopt;
}

// More elements than this are NULL: one row must not take all memory.
constexpr std::int64_t elements_max = std::int64_t{1} << 24;

/// From one number to another, both with it; a step that leads away from the end is NULL.
std::optional<NewList<std::int64_t>> sequence(std::int64_t from, std::int64_t to,
                                              std::optional<std::int64_t> step) {
  const std::int64_t by = step ? *step : from <= to ? 1 : -1;
  if (by == 0 && from != to) return std::nullopt;
  if (by > 0 ? from > to : by < 0 && from < to) return std::nullopt;
  const Int128 count = by == 0 ? 1 : (Int128{to} - from) / by + 1;
  if (count > elements_max) return std::nullopt;
  NewList<std::int64_t> out;
  for (Int128 i = 0; i < count; ++i)
    out.emplace_back(static_cast<std::int64_t>(from + i * by));
  return out;
}

/// The same of moments, by months or by microseconds. `either_way`: no step was given, and it leads
/// to the end.
std::optional<NewList<Moment>> moments(Moment from, Moment to, std::int64_t months, std::int64_t us,
                                       bool either_way) {
  if (either_way && to.us < from.us) us = -us;
  const bool up = months > 0 || us > 0;
  if (months == 0 && us == 0) return std::nullopt;
  if (up ? from.us > to.us : from.us < to.us) return std::nullopt;
  const std::int64_t days = spark::floor_div(from.us, spark::day_us);
  NewList<Moment> out;
  for (std::int64_t i = 0; i < elements_max; ++i) {
    // Months are counted from the start, so that the 31st comes back after a short month.
    const std::int64_t day =
        months == 0 ? days : spark::add_months(days, static_cast<std::int32_t>(i * months));
    const Int128 next =
        Int128{day} * spark::day_us + (from.us - days * spark::day_us) + Int128{i} * us;
    if (up ? next > to.us : next < to.us) return out;
    out.emplace_back(Moment{static_cast<std::int64_t>(next)});
  }
  return std::nullopt;
}

}  // namespace

Result<void> add_word_functions(duckdb_connection connection) {
  WEIR_CHECK(add_native<bitmap_bucket>(connection, "spark_bitmap_bucket"));
  WEIR_CHECK(add_native<bitmap_position>(connection, "spark_bitmap_position"));
  WEIR_CHECK(add_native<set_bits>(connection, "spark_set_bits"));
  WEIR_CHECK(add_native<Always<spark::first_code>::call>(connection, "spark_ascii"));
  WEIR_CHECK(add_native<Always<spark::latin_character>::call>(connection, "spark_chr"));
  WEIR_CHECK(add_native<Always<spark::overlaid>::call>(connection, "spark_overlay"));
  WEIR_CHECK(add_native<sub_bytes>(connection, "spark_subbytes"));
  WEIR_CHECK(add_native<overlaid_bytes>(connection, "spark_overlay_bytes"));
  WEIR_CHECK(add_native<padded_bytes>(connection, "spark_pad_bytes"));
  WEIR_CHECK(add_native<bytes_hold>(connection, "spark_bytes_hold"));
  WEIR_CHECK(add_native<spark::split_part>(connection, "spark_split_part"));
  WEIR_CHECK(add_native<Always<spark::substring_index>::call>(connection, "spark_substring_index"));
  WEIR_CHECK(add_native<Always<spark::find_in_set>::call>(connection, "spark_find_in_set"));
  WEIR_CHECK(add_native<Always<spark::levenshtein>::call>(connection, "spark_levenshtein"));
  WEIR_CHECK(add_native<Always<spark::soundex>::call>(connection, "spark_soundex"));
  WEIR_CHECK(add_native<Always<spark::masked>::call>(connection, "spark_mask"));
  WEIR_CHECK(add_native<Always<spark::luhn_holds>::call>(connection, "spark_luhn_check"));
  WEIR_CHECK(add_native<spark::url_part>(connection, "spark_parse_url"));
  WEIR_CHECK(add_native<url_query>(connection, "spark_parse_url_query"));
  WEIR_CHECK(add_native<Always<spark::url_encoded>::call>(connection, "spark_url_encode"));
  WEIR_CHECK(add_native<spark::url_decoded>(connection, "spark_url_decode"));
  WEIR_CHECK(add_native<crc32>(connection, "spark_crc32"));
  WEIR_CHECK((Hashes<std::int32_t, spark::murmur3, spark::murmur3, spark::murmur3>::add(
      connection, "spark_hash")));
  WEIR_CHECK((Hashes<std::int64_t, spark::xxhash64, spark::xxhash64, spark::xxhash64>::add(
      connection, "spark_xxhash64")));
  WEIR_CHECK(add_native<from_utc>(connection, "spark_from_utc_timestamp"));
  WEIR_CHECK(add_native<to_utc>(connection, "spark_to_utc_timestamp"));
  WEIR_CHECK(add_native<make_timestamp>(connection, "spark_make_timestamp"));
  WEIR_CHECK(add_native<make_timestamp_in>(connection, "spark_make_timestamp_in"));
  WEIR_CHECK(add_native<timestamp_difference>(connection, "spark_timestampdiff"));
  WEIR_CHECK(add_native<timestamp_sum>(connection, "spark_timestampadd"));
  WEIR_CHECK(add_native<sequence>(connection, "spark_sequence"));
  WEIR_CHECK(add_native<moments>(connection, "spark_moments"));
  return add_native<next_day>(connection, "spark_next_day");
}

}  // namespace weir::engine
