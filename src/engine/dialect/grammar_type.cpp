// Types as casts and schemas in DDL write them. One reader serves both, so that a type is spelt the
// same in a query and in a schema.

#include <charconv>

#include "engine/dialect/grammar.hpp"
#include "engine/dialect/parser.hpp"
#include "engine/spark/interval.hpp"

namespace weir::dialect {

namespace {

std::string upper_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace

Result<Type> parse_type_ddl(std::string_view ddl) {
  WEIR_TRY(std::vector<Token> tokens, tokenize(ddl));
  return Grammar(std::move(tokens)).whole_type();
}

Result<Type> Grammar::whole_type() {
  Result<Type> type = type_name();
  if (type && peek().kind == TokenKind::end) return type;
  if (type) type = unexpected("the end of the type");
  at_ = 0;
  // Columns, as in `id BIGINT, tags ARRAY<STRING>`. The first name can be one of a type.
  Result<Type> columns = fields();
  if (columns && peek().kind == TokenKind::end) return columns;
  return type;
}

Result<Type> Grammar::type_name() {
  const Nesting level(nesting_);
  if (nesting_ > nesting_max) return fail_at(peek().at, "the type is nested too deeply; split it");
  const Position at = peek().at;
  WEIR_TRY(std::string name, identifier("a type"));
  const std::string upper = upper_case(name);
  struct Named {
    std::string_view name;
    Kind kind;
  };
  static constexpr Named named[] = {{"BOOLEAN", Kind::boolean},
                                    {"TINYINT", Kind::byte},
                                    {"BYTE", Kind::byte},
                                    {"SMALLINT", Kind::short_},
                                    {"SHORT", Kind::short_},
                                    {"INT", Kind::int_},
                                    {"INTEGER", Kind::int_},
                                    {"BIGINT", Kind::long_},
                                    {"LONG", Kind::long_},
                                    {"FLOAT", Kind::float_},
                                    {"REAL", Kind::float_},
                                    {"DOUBLE", Kind::double_},
                                    {"STRING", Kind::string},
                                    {"BINARY", Kind::binary},
                                    {"DATE", Kind::date},
                                    {"TIMESTAMP", Kind::timestamp},
                                    {"TIMESTAMP_LTZ", Kind::timestamp},
                                    {"TIMESTAMP_NTZ", Kind::timestamp_ntz},
                                    {"VOID", Kind::null_}};
  for (const Named& entry : named) {
    if (entry.name == upper) return Type(entry.kind);
  }
  if (upper == "DECIMAL" || upper == "DEC" || upper == "NUMERIC") return decimal_type();
  if (upper == "ARRAY" && take_symbol("<")) {
    WEIR_TRY(Type element, type_name());
    WEIR_CHECK(expect_symbol(">", "after the type of the elements"));
    return Type::array(std::move(element));
  }
  if (upper == "MAP" && take_symbol("<")) {
    WEIR_TRY(Type key, type_name());
    WEIR_CHECK(expect_symbol(",", "between the types of MAP"));
    WEIR_TRY(Type value, type_name());
    WEIR_CHECK(expect_symbol(">", "after the types of MAP"));
    return Type::map(std::move(key), std::move(value));
  }
  if (upper == "STRUCT" && sees_symbol("<")) return struct_type();
  if (upper == "INTERVAL" && spark::interval_field(peek().upper)) return interval_fields();
  return refuse(at, "the type " + name,
                "cast to one of string, int, bigint, double, "
                "decimal(p,s), boolean, date, timestamp");
}

Result<Type> Grammar::interval_fields() {
  const Position at = peek().at;
  const auto first = spark::interval_field(peek().upper);
  if (!first) return unexpected("YEAR, MONTH, DAY, HOUR, MINUTE or SECOND");
  ++at_;
  if (!take_word("TO")) return Type::interval(*first, *first);
  const auto last = spark::interval_field(peek().upper);
  const bool months = *first <= spark::IntervalField::month;
  if (!last || *last <= *first || months != (*last <= spark::IntervalField::month))
    return fail_at(at,
                   "an interval goes from YEAR TO MONTH, or from DAY, HOUR or MINUTE to a "
                   "smaller one of these or SECOND");
  ++at_;
  return Type::interval(*first, *last);
}

Result<Type> Grammar::decimal_type() {
  int numbers[2] = {10, 0};
  if (!take_symbol("(")) return Type::decimal(10, 0);
  for (int i = 0; i < 2; ++i) {
    const std::string& text = peek().text;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
    if (peek().kind != TokenKind::integer || read.ec != std::errc{}) return unexpected("a number");
    ++at_;
    if (!take_symbol(",")) break;
  }
  WEIR_CHECK(expect_symbol(")", "after the digits of DECIMAL"));
  if (numbers[0] < 1 || numbers[0] > 38 || numbers[1] < 0 || numbers[1] > numbers[0]) {
    return fail_at(peek().at, "DECIMAL has 1 to 38 digits, and not more of them behind the point");
  }
  return Type::decimal(numbers[0], numbers[1]);
}

Result<Type> Grammar::struct_type() {
  WEIR_CHECK(expect_symbol("<", "after STRUCT"));
  WEIR_TRY(Type type, fields());
  WEIR_CHECK(expect_symbol(">", "after the fields of STRUCT"));
  return type;
}

Result<Type> Grammar::fields() {
  std::vector<Field> fields;
  do {
    WEIR_TRY(std::string name, identifier("the name of a field"));
    take_symbol(":");
    WEIR_TRY(Type type, type_name());
    take_words({"NOT", "NULL"});
    if (take_word("COMMENT") && peek().kind == TokenKind::string) ++at_;
    fields.push_back({std::move(name), std::move(type)});
  } while (take_symbol(","));
  return Type::structure(std::move(fields));
}

}  // namespace weir::dialect
