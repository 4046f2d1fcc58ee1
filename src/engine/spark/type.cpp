// Types are values that share their parts, so that copying one is cheap and none is ever changed.
// One walk writes all three notations, which differ in words and signs only.

#include "engine/spark/type.hpp"

#include <string_view>

#include "base/assert.hpp"

namespace weir::spark {

namespace {

struct Names {
  std::string_view simple;
  std::string_view ddl;
  std::string_view duckdb;
  Kind kind;
};

constexpr Names scalars[] = {
    {"void", "VOID", "VARCHAR", Kind::null_},
    {"boolean", "BOOLEAN", "BOOLEAN", Kind::boolean},
    {"tinyint", "TINYINT", "TINYINT", Kind::byte},
    {"smallint", "SMALLINT", "SMALLINT", Kind::short_},
    {"int", "INT", "INTEGER", Kind::int_},
    {"bigint", "BIGINT", "BIGINT", Kind::long_},
    {"float", "FLOAT", "FLOAT", Kind::float_},
    {"double", "DOUBLE", "DOUBLE", Kind::double_},
    {"string", "STRING", "VARCHAR", Kind::string},
    {"binary", "BINARY", "BLOB", Kind::binary},
    {"date", "DATE", "DATE", Kind::date},
    {"timestamp", "TIMESTAMP", "TIMESTAMP", Kind::timestamp},
    {"timestamp_ntz", "TIMESTAMP_NTZ", "TIMESTAMP", Kind::timestamp_ntz},
    {"interval", "INTERVAL", "INTEGER", Kind::year_month},
    {"interval", "INTERVAL", "BIGINT", Kind::day_time},
    {"interval", "INTERVAL", "INTERVAL", Kind::calendar},
};

/// How types are written.
struct Notation {
  std::string_view Names::*scalar;
  std::string_view decimal;
  std::string_view array_open;
  std::string_view array_close;
  std::string_view map;
  std::string_view structure;
  char open;
  char close;
  std::string_view between_parts;
  std::string_view before_type;  // of a field
  char quote;                    // of its name; 0: none
};

constexpr Notation simple{
    &Names::simple, "decimal", "array<", ">", "map", "struct", '<', '>', ",", ":", '\0'};
constexpr Notation ddl{&Names::ddl, "DECIMAL", "ARRAY<", ">",  "MAP", "STRUCT",
                       '<',         '>',       ", ",     ": ", '`'};
constexpr Notation duckdb{&Names::duckdb, "DECIMAL", "", "[]", "MAP", "STRUCT", '(', ')',
                          ", ",           " ",       '"'};

std::string name_of(const std::string& name, char quote) {
  if (quote == '\0') return name;
  std::string out(1, quote);
  for (const char c : name) {
    if (c == quote) out += quote;
    out += c;
  }
  return out += quote;
}

/// " DAY TO SECOND"
void write_fields(const Type& type, const Notation& as, std::string& out) {
  constexpr std::string_view words[] = {"year", "month", "day", "hour", "minute", "second"};
  const auto add = [&](IntervalField field) {
    for (const char c : words[static_cast<std::size_t>(field)])
      out += as.scalar == &Names::ddl ? static_cast<char>(c - 'a' + 'A') : c;
  };
  out += ' ';
  add(type.first_field());
  if (type.first_field() == type.last_field()) return;
  out += as.scalar == &Names::ddl ? " TO " : " to ";
  add(type.last_field());
}

void write(const Type& type, const Notation& as, std::string& out) {
  switch (type.kind()) {
    case Kind::decimal:
      out += as.decimal;
      out += "(" + std::to_string(type.precision()) + "," + std::to_string(type.scale()) + ")";
      return;
    case Kind::array:
      out += as.array_open;
      write(type.element(), as, out);
      out += as.array_close;
      return;
    case Kind::map:
    case Kind::struct_:
      break;
    default:
      for (const Names& names : scalars) {
        if (names.kind == type.kind()) out += names.*as.scalar;
      }
      if (type.is_interval() && as.scalar != &Names::duckdb) write_fields(type, as, out);
      return;
  }
  const bool named = type.is(Kind::struct_);
  out += named ? as.structure : as.map;
  out += as.open;
  for (const Field& field : type.fields()) {
    if (&field != type.fields().data()) out += as.between_parts;
    if (named) {
      out += name_of(field.name, as.quote);
      out += as.before_type;
    }
    write(field.type, as, out);
  }
  out += as.close;
}

std::string written(const Type& type, const Notation& as) {
  std::string out;
  write(type, as, out);
  return out;
}

}  // namespace

Type Type::decimal(int precision, int scale) {
  Type type(Kind::decimal);
  type.precision_ = precision;
  type.scale_ = scale;
  return type;
}

Type Type::interval(IntervalField first, IntervalField last) {
  Type type(first <= IntervalField::month ? Kind::year_month : Kind::day_time);
  type.precision_ = static_cast<int>(first);
  type.scale_ = static_cast<int>(last);
  return type;
}

Type Type::array(Type element) {
  Type type(Kind::array);
  type.parts_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"element", std::move(element)}});
  return type;
}

Type Type::map(Type key, Type value) {
  Type type(Kind::map);
  type.parts_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"key", std::move(key)}, {"value", std::move(value)}});
  return type;
}

Type Type::structure(std::vector<Field> fields) {
  Type type(Kind::struct_);
  type.parts_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

const std::vector<Field>& Type::fields() const {
  static const std::vector<Field> none;
  return parts_ ? *parts_ : none;
}

const Type& Type::element() const {
  WEIR_ASSERT(is(Kind::array));
  return fields()[0].type;
}

const Type& Type::key() const {
  WEIR_ASSERT(is(Kind::map));
  return fields()[0].type;
}

const Type& Type::value() const {
  WEIR_ASSERT(is(Kind::map));
  return fields()[1].type;
}

std::string Type::spark_name() const {
  return written(*this, simple);
}

std::string Type::spark_ddl() const {
  return written(*this, ddl);
}

std::string Type::duckdb_name() const {
  return written(*this, duckdb);
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_ || a.precision_ != b.precision_ || a.scale_ != b.scale_) return false;
  return a.parts_ == b.parts_ || a.fields() == b.fields();
}

}  // namespace weir::spark
