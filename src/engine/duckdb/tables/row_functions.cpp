// Native code, because the same UUID in SQL (two SHA-1 in hexadecimal, cut and joined) took a fifth
// of a load's time. DuckDB's own hash() is not used for rows: it has 64 bits, and its values may
// change with DuckDB's version.

// SHA-1 by its own functions: through EVP a key's hash takes twice as long, most of it for making
// the digest ready.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "engine/duckdb/tables/row_functions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include <openssl/sha.h>
#include <xxhash.h>

#include "base/assert.hpp"

namespace weir::engine::duckdb {

namespace {

using Uuid = std::array<unsigned char, 16>;

// Weir's name space, drawn once at random (version 4). Never to change: every _uuid_pk hangs on it.
constexpr Uuid name_space{0x6d, 0x0c, 0x3f, 0x7e, 0x5b, 0x9a, 0x4c, 0x1d,
                          0x8e, 0x2f, 0x7a, 0x4b, 0x1c, 0x9d, 0x3e, 0x60};

bool is_null(const std::uint64_t* validity, idx_t row) {
  return validity != nullptr && (validity[row / 64] >> (row % 64) & 1) == 0;
}

std::string_view text_at(void* data, idx_t row) {
  duckdb_string_t* text = static_cast<duckdb_string_t*>(data) + row;
  return {duckdb_string_t_data(text), duckdb_string_t_length(*text)};
}

/// The UUIDs of names in a name space (RFC 9562 version 5).
class NameSpace {
 public:
  explicit NameSpace(const Uuid& space) {
    WEIR_ASSERT(SHA1_Init(&begun_) == 1 && SHA1_Update(&begun_, space.data(), space.size()) == 1);
  }
  /// Of a table.
  explicit NameSpace(std::string_view table) : NameSpace(NameSpace(name_space).of(table)) {}

  Uuid of(std::string_view name) const {
    std::array<unsigned char, SHA_DIGEST_LENGTH> hash{};
    SHA_CTX digest = begun_;
    WEIR_ASSERT(SHA1_Update(&digest, name.data(), name.size()) == 1 &&
                SHA1_Final(hash.data(), &digest) == 1);
    Uuid out;
    std::memcpy(out.data(), hash.data(), out.size());
    out[6] = static_cast<unsigned char>((out[6] & 0x0F) | 0x50);  // version
    out[8] = static_cast<unsigned char>((out[8] & 0x3F) | 0x80);  // variant
    return out;
  }

 private:
  SHA_CTX begun_{};
};

std::uint64_t big_endian(const unsigned char* bytes) {
  std::uint64_t out = 0;
  for (int i = 0; i < 8; ++i)
    out = out << 8 | bytes[i];
  return out;
}

/// As DuckDB keeps a UUID: a signed number in the order of the UUID's digits.
duckdb_hugeint as_stored(const Uuid& uuid) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  return {big_endian(uuid.data() + 8), static_cast<std::int64_t>(big_endian(uuid.data()) ^ sign)};
}

/// The name spaces of a chunk's tables: nearly always that of one, which is made once.
class NameSpaces {
 public:
  const NameSpace& of(std::string_view table) {
    if (table_ != table) {
      space_.emplace(table);
      table_ = table;
    }
    return *space_;
  }

 private:
  std::optional<std::string_view> table_;
  std::optional<NameSpace> space_;
};

/// Puts what `of` makes of each row; NULL where it says so.
template <class Of>
void put_uuids(duckdb_data_chunk input, duckdb_vector out, const Of& of) {
  duckdb_vector_ensure_validity_writable(out);
  std::uint64_t* validity = duckdb_vector_get_validity(out);
  auto* values = static_cast<duckdb_hugeint*>(duckdb_vector_get_data(out));
  const idx_t size = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < size; ++row) {
    if (const std::optional<Uuid> uuid = of(row)) {
      values[row] = as_stored(*uuid);
    } else {
      validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
    }
  }
}

void uuid(duckdb_function_info, duckdb_data_chunk input, duckdb_vector out) {
  duckdb_vector keys = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector tables = duckdb_data_chunk_get_vector(input, 1);
  NameSpaces spaces;
  put_uuids(input, out, [&](idx_t row) -> std::optional<Uuid> {
    if (is_null(duckdb_vector_get_validity(keys), row) ||
        is_null(duckdb_vector_get_validity(tables), row))
      return std::nullopt;
    const std::string_view table = text_at(duckdb_vector_get_data(tables), row);
    return spaces.of(table).of(text_at(duckdb_vector_get_data(keys), row));
  });
}

/// A part of a key, a chunk of it: a whole number or a text.
class KeyPart {
 public:
  explicit KeyPart(duckdb_vector vector)
      : data_(duckdb_vector_get_data(vector)), validity_(duckdb_vector_get_validity(vector)) {
    const LogicalType type(duckdb_vector_get_column_type(vector));
    type_ = duckdb_get_type_id(type.get());
  }

  bool known() const { return type_ == DUCKDB_TYPE_BIGINT || type_ == DUCKDB_TYPE_VARCHAR; }

  /// False where it is NULL. What stands between the parts, texts alone can hold.
  bool append(std::string& key, idx_t row, bool alone) const {
    if (is_null(validity_, row)) return false;
    if (type_ == DUCKDB_TYPE_BIGINT) {
      std::array<char, 24> digits{};
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                     static_cast<const std::int64_t*>(data_)[row]);
      key.append(digits.data(), end.ptr);
      return true;
    }
    const std::string_view text = text_at(data_, row);
    if (alone || text.find_first_of("\\|") == std::string_view::npos) {
      key += text;
      return true;
    }
    for (const char c : text) {
      if (c == '\\' || c == '|') key += '\\';
      key += c;
    }
    return true;
  }

 private:
  void* data_;
  std::uint64_t* validity_;
  duckdb_type type_ = DUCKDB_TYPE_INVALID;
};

/// The same of the text that key_sql() (domain_table.cpp) makes of these parts, without making it
/// in DuckDB's vectors.
void key_uuid(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out) {
  std::vector<KeyPart> parts;
  for (idx_t i = 1; i < duckdb_data_chunk_get_column_count(input); ++i) {
    parts.emplace_back(duckdb_data_chunk_get_vector(input, i));
    if (!parts.back().known())
      return duckdb_scalar_function_set_error(
          info, "weir_key_uuid takes BIGINT and VARCHAR only; cast its arguments");
  }
  void* tables = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
  NameSpaces spaces;
  std::string key;
  put_uuids(input, out, [&](idx_t row) -> std::optional<Uuid> {
    key.clear();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) key += '|';
      if (!parts[i].append(key, row, parts.size() == 1)) return std::nullopt;
    }
    return spaces.of(text_at(tables, row)).of(key);
  });
}

/// The kinds of values in the bytes that are hashed. Stored with every row, so never to change.
enum class Hashed : std::uint8_t {
  boolean = 1,
  integer = 2,
  float_ = 3,
  decimal = 4,
  text = 5,
  date = 6,
  datetime = 7,
};

/// One argument of weir_row_hash, a chunk of it.
class HashedColumn {
 public:
  HashedColumn(duckdb_vector vector, std::size_t position)
      : data_(duckdb_vector_get_data(vector)),
        validity_(duckdb_vector_get_validity(vector)),
        position_(static_cast<std::uint32_t>(position)) {
    const LogicalType type(duckdb_vector_get_column_type(vector));
    type_ = duckdb_get_type_id(type.get());
    if (type_ != DUCKDB_TYPE_DECIMAL) return;
    scale_ = duckdb_decimal_scale(type.get());
    decimal_type_ = duckdb_decimal_internal_type(type.get());
  }

  bool known() const {
    switch (type_) {
      case DUCKDB_TYPE_SQLNULL:
      case DUCKDB_TYPE_BOOLEAN:
      case DUCKDB_TYPE_BIGINT:
      case DUCKDB_TYPE_DOUBLE:
      case DUCKDB_TYPE_DECIMAL:
      case DUCKDB_TYPE_VARCHAR:
      case DUCKDB_TYPE_DATE:
      case DUCKDB_TYPE_TIMESTAMP:
        return true;
      default:
        return false;
    }
  }

  /// NULL leaves no bytes: a column that a table gains, all NULL, changes the hash of no row.
  void append(std::string& out, idx_t row) const {
    if (type_ == DUCKDB_TYPE_SQLNULL || is_null(validity_, row)) return;
    switch (type_) {
      case DUCKDB_TYPE_BOOLEAN:
        return put(out, Hashed::boolean, static_cast<std::uint8_t>(at<bool>(row) ? 1 : 0));
      case DUCKDB_TYPE_BIGINT:
        return put(out, Hashed::integer, at<std::int64_t>(row));
      case DUCKDB_TYPE_DOUBLE:
        return put(out, Hashed::float_, canonical(at<double>(row)));
      case DUCKDB_TYPE_DECIMAL:
        put(out, Hashed::decimal, unscaled(row));
        out.push_back(static_cast<char>(scale_));
        return;
      case DUCKDB_TYPE_DATE:
        return put(out, Hashed::date, at<std::int32_t>(row));
      case DUCKDB_TYPE_TIMESTAMP:
        return put(out, Hashed::datetime, at<std::int64_t>(row));
      default: {
        const std::string_view text = text_at(data_, row);
        put(out, Hashed::text, static_cast<std::uint32_t>(text.size()));
        out += text;
      }
    }
  }

 private:
  template <class T>
  const T& at(idx_t row) const {
    return static_cast<const T*>(data_)[row];
  }

  /// Position, kind and value, each in little-endian order as they lie in memory.
  template <class T>
  void put(std::string& out, Hashed kind, const T& value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::uint32_t head = position_ << 8 | static_cast<std::uint32_t>(kind);
    char bytes[sizeof(head) + sizeof(value)];
    std::memcpy(bytes, &head, sizeof(head));
    std::memcpy(bytes + sizeof(head), &value, sizeof(value));
    out.append(bytes, sizeof(bytes));
  }

  /// The table compares 0.0 and -0.0, and any two NaN, as equal.
  static double canonical(double value) {
    if (std::isnan(value)) return std::numeric_limits<double>::quiet_NaN();
    return value == 0 ? 0.0 : value;
  }

  duckdb_hugeint unscaled(idx_t row) const {
    const auto wide = [](std::int64_t value) {
      return duckdb_hugeint{static_cast<std::uint64_t>(value), value < 0 ? -1 : 0};
    };
    switch (decimal_type_) {
      case DUCKDB_TYPE_SMALLINT:
        return wide(at<std::int16_t>(row));
      case DUCKDB_TYPE_INTEGER:
        return wide(at<std::int32_t>(row));
      case DUCKDB_TYPE_BIGINT:
        return wide(at<std::int64_t>(row));
      default:
        return at<duckdb_hugeint>(row);
    }
  }

  void* data_;
  std::uint64_t* validity_;
  std::uint32_t position_;
  duckdb_type type_ = DUCKDB_TYPE_INVALID;
  duckdb_type decimal_type_ = DUCKDB_TYPE_INVALID;
  std::uint8_t scale_ = 0;
};

void row_hash(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out) {
  std::vector<HashedColumn> columns;
  const idx_t count = duckdb_data_chunk_get_column_count(input);
  columns.reserve(count);
  for (idx_t i = 0; i < count; ++i) {
    columns.emplace_back(duckdb_data_chunk_get_vector(input, i), i);
    if (!columns.back().known())
      return duckdb_scalar_function_set_error(
          info, "weir_row_hash takes the types of feeds only; cast its arguments");
  }
  auto* values = static_cast<duckdb_uhugeint*>(duckdb_vector_get_data(out));
  std::string bytes;
  const idx_t size = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < size; ++row) {
    bytes.clear();
    for (const HashedColumn& column : columns)
      column.append(bytes, row);
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    values[row] = {hash.low64, hash.high64};
  }
}

/// Puts what `read` makes of each origin; NULL where there is none.
template <class Read>
void of_origins(duckdb_data_chunk input, duckdb_vector out, const Read& read) {
  duckdb_vector origins = duckdb_data_chunk_get_vector(input, 0);
  const auto* data = static_cast<const duckdb_uhugeint*>(duckdb_vector_get_data(origins));
  const std::uint64_t* given = duckdb_vector_get_validity(origins);
  duckdb_vector_ensure_validity_writable(out);
  std::uint64_t* validity = duckdb_vector_get_validity(out);
  auto* values = static_cast<std::int64_t*>(duckdb_vector_get_data(out));
  const idx_t size = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < size; ++row) {
    if (is_null(given, row)) {
      validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
      continue;
    }
    values[row] = static_cast<std::int64_t>(read(data[row]));
  }
}

constexpr std::uint64_t row_mask = 0xFFFFFFFF;  // of an origin's lower half (engine/origin.hpp)

/// 44 bits of milliseconds and 20 of the row, as far as it fits (domain_table.hpp).
void updated(duckdb_function_info, duckdb_data_chunk input, duckdb_vector out) {
  static constexpr std::uint64_t low_mask = (std::uint64_t{1} << 20) - 1;
  of_origins(input, out, [](const duckdb_uhugeint& origin) {
    return (origin.upper & ~low_mask) | std::min(origin.lower & row_mask, low_mask);
  });
}

/// In SQL, a mask of 128 bits takes ten times as long.
void row_of_origin(duckdb_function_info, duckdb_data_chunk input, duckdb_vector out) {
  of_origins(input, out, [](const duckdb_uhugeint& origin) { return origin.lower & row_mask; });
}

using Function = Owned<duckdb_scalar_function, duckdb_destroy_scalar_function>;

Function function(const char* name, duckdb_type result, duckdb_scalar_function_t run) {
  Function out(duckdb_create_scalar_function());
  const LogicalType type(duckdb_create_logical_type(result));
  duckdb_scalar_function_set_name(out.get(), name);
  duckdb_scalar_function_set_return_type(out.get(), type.get());
  duckdb_scalar_function_set_function(out.get(), run);
  return out;
}

}  // namespace

Result<void> add_row_functions(Connection& connection) {
  const LogicalType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  const LogicalType any(duckdb_create_logical_type(DUCKDB_TYPE_ANY));
  const Function of_key = function("weir_uuid", DUCKDB_TYPE_UUID, uuid);
  duckdb_scalar_function_add_parameter(of_key.get(), text.get());
  duckdb_scalar_function_add_parameter(of_key.get(), text.get());
  const Function of_parts = function("weir_key_uuid", DUCKDB_TYPE_UUID, key_uuid);
  duckdb_scalar_function_add_parameter(of_parts.get(), text.get());
  duckdb_scalar_function_set_varargs(of_parts.get(), any.get());
  const Function of_row = function("weir_row_hash", DUCKDB_TYPE_UHUGEINT, row_hash);
  duckdb_scalar_function_set_varargs(of_row.get(), any.get());
  duckdb_scalar_function_set_special_handling(of_row.get());  // else NULL in, NULL out
  const LogicalType origin(duckdb_create_logical_type(DUCKDB_TYPE_UHUGEINT));
  const Function of_origin = function("weir_updated", DUCKDB_TYPE_BIGINT, updated);
  duckdb_scalar_function_add_parameter(of_origin.get(), origin.get());
  const Function row = function("weir_row", DUCKDB_TYPE_BIGINT, row_of_origin);
  duckdb_scalar_function_add_parameter(row.get(), origin.get());
  for (const Function* each : {&of_key, &of_parts, &of_row, &of_origin, &row}) {
    if (duckdb_register_scalar_function(connection.get(), each->get()) == DuckDBError)
      return fail(Errc::internal, "DuckDB refused a function of its tables' columns");
  }
  return {};
}

}  // namespace weir::engine::duckdb
