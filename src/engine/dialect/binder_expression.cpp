#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

namespace {

constexpr std::size_t expression_bytes_max = std::size_t{256} << 10;
constexpr std::size_t query_bytes_max = std::size_t{64} << 20;
constexpr std::size_t name_bytes_max = 4096;

Typed constant(const Expr& expr, Type type, std::string sql, std::string name) {
  Typed value;
  value.sql = std::move(sql);
  value.type = std::move(type);
  value.name = std::move(name);
  value.at = expr.at;
  value.foldable = true;
  value.literal = true;
  return value;
}

bool is_number_text(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "2020-1-5" in its full form; empty where it is no day.
std::string full_date(std::string_view text) {
  int parts[3] = {0, 1, 1};
  std::size_t count = 0;
  while (count < 3) {
    const std::size_t dash = text.find('-');
    const std::string_view part = text.substr(0, dash);
    const std::size_t digits = part.size();
    if (!is_number_text(part) || (count == 0 ? digits != 4 : digits > 2)) return {};
    std::from_chars(part.data(), part.data() + digits, parts[count++]);
    if (dash == std::string_view::npos) break;
    text.remove_prefix(dash + 1);
    if (count == 3) return {};
  }
  constexpr int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (parts[0] % 4 == 0 && parts[0] % 100 != 0) || parts[0] % 400 == 0;
  if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > lengths[parts[1] - 1]) return {};
  if (parts[1] == 2 && parts[2] == 29 && !leap) return {};
  std::string out;
  for (std::size_t i = 0; i < 3; ++i) {
    std::string part = std::to_string(parts[i]);
    part.insert(0, (i == 0 ? 4 : 2) - part.size(), '0');
    out += (i == 0 ? "" : "-") + part;
  }
  return out;
}

// "10:5" as "10:05:00"; empty where it is no time.
std::string full_time(std::string_view text) {
  std::string fraction;
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    fraction = text.substr(dot + 1, 6);
    if (!is_number_text(text.substr(dot + 1))) return {};
    while (!fraction.empty() && fraction.back() == '0')
      fraction.pop_back();
    text = text.substr(0, dot);
  }
  constexpr int limits[] = {23, 59, 59};
  std::string out;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t colon = text.find(':');
    const std::string_view part = i > 0 && text.empty() ? "0" : text.substr(0, colon);
    int value = 0;
    if (!is_number_text(part) || part.size() > 2) return {};
    std::from_chars(part.data(), part.data() + part.size(), value);
    if (value > limits[i]) return {};
    out += (i == 0 ? "" : ":") + std::string(part.size() == 1 ? "0" : "") + std::string(part);
    text = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  }
  if (!text.empty()) return {};
  return fraction.empty() ? out : out + "." + fraction;
}

// As Java writes a double: plainly from 0.001 up to ten million, else with an exponent.
std::string fraction_name(double value, bool single) {
  char text[40];
  const auto end =
      single ? std::to_chars(text, text + sizeof text, static_cast<float>(value),
                             std::chars_format::scientific)
             : std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  std::string_view written(text, static_cast<std::size_t>(end.ptr - text));
  const std::string sign = written.starts_with('-') ? "-" : "";
  written.remove_prefix(sign.size());
  const std::size_t e = written.find('e');
  if (e == std::string_view::npos) return sign + std::string(written);
  std::string digits(1, written[0]);
  if (e > 2) digits += written.substr(2, e - 2);
  int exponent = 0;
  const std::size_t plus = written[e + 1] == '+' ? 1 : 0;
  std::from_chars(written.data() + e + 1 + plus, written.data() + written.size(), exponent);
  const auto size = static_cast<int>(digits.size());
  if (exponent < -3 || exponent >= 7) {
    return sign + digits.substr(0, 1) + "." + (size > 1 ? digits.substr(1) : "0") + "E" +
           std::to_string(exponent);
  }
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  if (size <= exponent + 1) digits.append(static_cast<std::size_t>(exponent + 2 - size), '0');
  return sign + digits.insert(static_cast<std::size_t>(exponent) + 1, ".");
}

}  // namespace

Result<Typed> Binder::expression(const Expr& expr, const Env& env) {
  const bool keeps_filter =
      expr.kind == ExprKind::logical || expr.kind == ExprKind::in_query ||
      (expr.kind == ExprKind::not_ && expr.children[0]->kind == ExprKind::in_query);
  Env inner = env;
  inner.filters = env.filters && keeps_filter;
  WEIR_TRY(Typed value, unlimited(expr, inner));
  written_ += value.sql.size();
  if (value.sql.size() > expression_bytes_max || written_ > query_bytes_max) {
    return fail_at(expr.at,
                   "the query grows too large where its aliases are put in; compute them "
                   "in WITH");
  }
  if (value.name.size() > name_bytes_max) value.name.resize(name_bytes_max);
  return value;
}

Result<Typed> Binder::unlimited(const Expr& expr, const Env& env) {
  switch (expr.kind) {
    case ExprKind::null_:
    case ExprKind::boolean:
    case ExprKind::string:
    case ExprKind::binary:
      return literal(expr);
    case ExprKind::number:
      return number(expr);
    case ExprKind::typed_text:
      return typed_text(expr);
    case ExprKind::interval:
      return interval(expr);
    case ExprKind::name:
      return name(expr, env);
    case ExprKind::star:
      return fail_at(expr.at, "* stands alone in a select list or in COUNT(*); name a column");
    case ExprKind::field: {
      WEIR_TRY(Typed value, expression(*expr.children[0], env));
      return field(std::move(value), expr.text, expr.at);
    }
    case ExprKind::index:
      return index(expr, env);
    case ExprKind::call:
      return call(expr, env);
    case ExprKind::cast: {
      WEIR_TRY(Typed value, expression(*expr.children[0], env));
      if (expr.text == "TRY_CAST") {
        return fail_at(expr.at,
                       "TRY_CAST is not supported by the embedded engine; CAST gives NULL "
                       "for what cannot be read");
      }
      std::string type = expr.type.spark_name();
      std::transform(type.begin(), type.end(), type.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
      std::string name = "CAST(" + value.name + " AS " + type + ")";
      value.at = expr.at;
      WEIR_TRY(value, cast(std::move(value), expr.type));
      value.name = std::move(name);
      return value;
    }
    case ExprKind::unary: {
      WEIR_TRY(Typed value, expression(*expr.children[0], env));
      if (expr.text != "+") return negate(expr.text, std::move(value));
      value.name = "(+ " + value.name + ")";
      if (!value.type.is_numeric()) {
        return fail_at(expr.at, "\"+\" takes a number, not " + value.type.spark_name());
      }
      return value;
    }
    case ExprKind::binary_op:
      return binary(expr, env);
    case ExprKind::logical:
      return logical(expr, env);
    case ExprKind::not_:
      return negation(expr, env);
    case ExprKind::like:
    case ExprKind::like_any:
      return like_test(expr, env);
    case ExprKind::in_list:
      return in_list(expr, env);
    case ExprKind::in_query:
      return in_query(expr, env);
    case ExprKind::between:
      return between(expr, env);
    case ExprKind::is_null:
      return null_test(expr, env);
    case ExprKind::is_truth:
    case ExprKind::is_distinct:
      return truth_test(expr, env);
    case ExprKind::exists: {
      WEIR_TRY(const Bound inner, query(*expr.query, false, env.scope));
      Typed value = constant(expr, Kind::boolean, "EXISTS (" + inner.sql + ")", "exists()");
      value.foldable = value.literal = false;
      return value;
    }
    case ExprKind::subquery:
      return scalar_subquery(expr, env);
    case ExprKind::case_:
      return case_expression(expr, env);
    case ExprKind::row: {
      WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
      return call_function({"struct", expr.at, std::move(values), &expr});
    }
  }
  return fail_at(expr.at, "this expression is not supported by the embedded engine; rewrite it");
}

Result<Typed> Binder::literal(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::boolean:
      return constant(expr, Kind::boolean, lower_case(expr.text), lower_case(expr.text));
    case ExprKind::string: {
      Typed value = constant(expr, Kind::string, quoted_string(expr.text), expr.text);
      value.text = expr.text;
      return value;
    }
    case ExprKind::binary: {
      const bool hex = std::all_of(expr.text.begin(), expr.text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      });
      if (!hex) return fail_at(expr.at, "X'...' takes hexadecimal digits only");
      const std::string digits = (expr.text.size() % 2 == 1 ? "0" : "") + expr.text;
      return constant(expr, Kind::binary, "unhex('" + digits + "')", "X'" + digits + "'");
    }
    default:
      return constant(expr, Kind::null_, "NULL", "NULL");
  }
}

Result<Typed> Binder::number(const Expr& expr) {
  std::string text = expr.text;
  const auto ends = [&text](std::string_view suffix) {
    if (!text.ends_with(suffix)) return false;
    text.resize(text.size() - suffix.size());
    return true;
  };
  if (expr.number == TokenKind::floating) {
    const bool single = ends("F");
    ends("D");
    const Type type = single ? Kind::float_ : Kind::double_;
    double read = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), read);
    if (end.ec != std::errc{}) {
      return fail_at(expr.at, "the number " + expr.text + " is out of the range of its type");
    }
    return constant(expr, type, "CAST('" + text + "' AS " + type.duckdb_name() + ")",
                    fraction_name(read, single));
  }
  std::int64_t whole = 0;
  if (expr.number == TokenKind::integer) {
    Type type = Kind::int_;
    std::int64_t low = INT32_MIN;
    std::int64_t high = INT32_MAX;
    const bool suffixed = text.back() > '9';
    if (ends("L")) type = Kind::long_;
    if (ends("S")) type = Kind::short_, low = INT16_MIN, high = INT16_MAX;
    if (ends("Y")) type = Kind::byte, low = INT8_MIN, high = INT8_MAX;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), whole);
    const bool fits = read.ec == std::errc{};
    if (fits && (whole < low || whole > high) && !suffixed) type = Kind::long_;
    if (fits && (type.is(Kind::long_) || (whole >= low && whole <= high))) {
      const std::string name = std::to_string(whole);
      const bool small = type.is(Kind::int_) && whole > INT32_MIN;
      std::string sql = whole < 0 ? "(" + name + ")" : name;
      if (!small) sql = "CAST('" + name + "' AS " + type.duckdb_name() + ")";
      Typed value = constant(expr, type, std::move(sql), name);
      value.number = whole;
      return value;
    }
    if (suffixed)
      return fail_at(expr.at, "the number " + expr.text + " is out of the range of its type");
  }
  ends("BD");
  const bool negative = text[0] == '-';
  std::string digits = text.substr(negative ? 1 : 0);
  const std::size_t point = digits.find('.');
  std::string before = digits.substr(0, point);
  const std::string behind = point == std::string::npos ? "" : digits.substr(point + 1);
  before.erase(0, std::min(before.find_first_not_of('0'), before.size()));
  const std::size_t significant =
      before.empty() ? behind.size() - std::min(behind.find_first_not_of('0'), behind.size())
                     : before.size() + behind.size();
  const int scale = static_cast<int>(behind.size());
  const int precision = std::max({static_cast<int>(significant), scale, 1});
  if (precision > 38)
    return fail_at(expr.at, "the number " + expr.text + " has more than 38 digits");
  const Type type = Type::decimal(precision, scale);
  const std::string shown = (negative ? "-" : "") + (before.empty() ? "0" : before) +
                            (behind.empty() ? "" : "." + behind);
  return constant(expr, type, "CAST('" + shown + "' AS " + type.duckdb_name() + ")", shown);
}

Result<Typed> Binder::typed_text(const Expr& expr) {
  if (expr.type.is(Kind::date)) {
    const std::string date = full_date(expr.text);
    if (date.empty()) {
      return fail_at(expr.at, "'" + expr.text + "' is no date; write DATE 'yyyy-MM-dd'");
    }
    return constant(expr, Kind::date, "DATE '" + date + "'", "DATE '" + date + "'");
  }
  const std::size_t gap = expr.text.find_first_of(" T");
  const std::string date = full_date(std::string_view(expr.text).substr(0, gap));
  const std::string time = gap == std::string::npos
                               ? "00:00:00"
                               : full_time(std::string_view(expr.text).substr(gap + 1));
  if (date.empty() || time.empty()) {
    return fail_at(expr.at, "'" + expr.text +
                                "' is no timestamp that the embedded engine reads; "
                                "write TIMESTAMP 'yyyy-MM-dd HH:mm:ss', which is UTC");
  }
  const std::string text = "TIMESTAMP '" + date + " " + time + "'";
  return constant(expr, Kind::timestamp, text, text);
}

Result<Typed> Binder::interval(const Expr& expr) {
  Interval length;
  bool days = false;
  std::string shown;
  for (std::size_t i = 0; i < expr.parts.size(); i += 2) {
    const std::string& unit = expr.parts[i + 1];
    const std::string_view text = expr.parts[i];
    std::int64_t count = 0;
    const std::size_t sign = !text.empty() && text[0] == '+' ? 1 : 0;
    const auto read = std::from_chars(text.data() + sign, text.data() + text.size(), count);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() ||
        std::abs(count) > 100'000'000) {
      return fail_at(
          expr.at, "the interval has \"" + std::string(text) + "\" where a whole number should be");
    }
    struct Unit {
      std::string_view name;
      std::int64_t months;
      std::int64_t days;
      std::int64_t microseconds;
    };
    constexpr Unit units[] = {{"YEAR", 12, 0, 0},
                              {"MONTH", 1, 0, 0},
                              {"WEEK", 0, 7, 0},
                              {"DAY", 0, 1, 0},
                              {"HOUR", 0, 0, 3'600'000'000},
                              {"MINUTE", 0, 0, 60'000'000},
                              {"SECOND", 0, 0, 1'000'000},
                              {"MILLISECOND", 0, 0, 1000},
                              {"MICROSECOND", 0, 0, 1}};
    for (const Unit& known : units) {
      if (known.name != unit) continue;
      length.months += count * known.months;
      length.days += count * known.days;
      length.microseconds += count * known.microseconds;
      length.is_months = length.is_months || known.months > 0;
      days = days || known.months == 0;
      length.has_time = length.has_time || known.microseconds > 0;
    }
    shown = "INTERVAL '" + std::string(text.substr(sign)) + "' " + unit;
  }
  if (length.is_months && days) {
    return fail_at(expr.at, "an interval of months and of days cannot be one; add them one by one");
  }
  Typed value = constant(expr, Kind::interval, "", shown);
  value.interval = length;
  return value;
}

Result<Typed> Binder::name(const Expr& expr, const Env& env) {
  const std::vector<std::string>& parts = expr.parts;
  const auto finish = [&](Typed value, std::size_t used) -> Result<Typed> {
    value.at = expr.at;
    value.name = parts[used - 1];
    for (std::size_t i = used; i < parts.size(); ++i) {
      WEIR_TRY(value, field(std::move(value), parts[i], expr.at));
    }
    return value;
  };
  const auto alias = [&]() -> Result<const Selected*> {
    const Selected* found = nullptr;
    if (env.aliases == nullptr) return found;
    for (const Selected& item : *env.aliases) {
      if (!same_name(item.name, parts[0])) continue;
      if (found != nullptr && found->value.sql != item.value.sql) {
        return fail_at(expr.at, "the name " + parts[0] +
                                    " is given twice in the select list; "
                                    "rename one of them");
      }
      found = &item;
    }
    if (found != nullptr && found->value.random) {
      return fail_at(expr.at, "the alias " + parts[0] +
                                  " stands for random values, which differ "
                                  "at each use; compute it in WITH");
    }
    return found;
  };
  if (env.aliases_first) {
    WEIR_TRY(const Selected* selected, alias());
    if (selected != nullptr) return finish(selected->value, 1);
  }
  for (const Scope* scope = env.scope; scope != nullptr; scope = scope->outer) {
    const ScopeColumn* found = nullptr;
    std::size_t used = 0;
    for (const std::size_t qualified : {2U, 1U}) {
      if (parts.size() < qualified || found != nullptr) continue;
      for (const ScopeColumn& column : scope->columns) {
        const bool matches = qualified == 2 ? same_name(column.qualifier, parts[0]) &&
                                                  same_name(column.name, parts[1])
                                            : column.in_star && same_name(column.name, parts[0]);
        if (!matches) continue;
        if (found != nullptr) {
          return fail_at(expr.at, "the name " + parts[qualified - 1] +
                                      " is ambiguous, it is in more than one table; write the "
                                      "table's alias and a dot before it");
        }
        found = &column;
        used = qualified;
      }
    }
    if (found != nullptr) {
      Typed value;
      value.sql = found->sql;
      value.type = found->type;
      return finish(std::move(value), used);
    }
    if (scope == env.scope && !env.aliases_first) {
      WEIR_TRY(const Selected* selected, alias());
      if (selected != nullptr) return finish(selected->value, 1);
    }
  }
  std::vector<std::string> known;
  for (const ScopeColumn& column : env.scope->columns) {
    if (column.in_star) known.push_back(column.name);
  }
  std::string written;
  for (const std::string& part : parts) {
    written += (written.empty() ? "" : ".") + part;
  }
  return fail_at(expr.at,
                 "there is no column " + written + " here; the columns are: " + listed(known));
}

// Fields of structs, of each struct in an array, and values of a map.
Result<Typed> Binder::field(Typed value, const std::string& name, Position at) {
  const bool array = value.type.is(Kind::array);
  const Type& type = array ? value.type.element() : value.type;
  const std::string shown = value.name + "." + name;
  if (type.is(Kind::map) && !array) {
    WEIR_TRY(const std::string key, cast_sql(quoted_string(name), Kind::string, type.key(), at));
    return made_of(value, type.value(), value.sql + "[" + key + "]", value.name + "[" + name + "]");
  }
  if (!type.is(Kind::struct_)) {
    return fail_at(at, value.name + " is " + value.type.spark_name() + " and has no field " + name);
  }
  const int place = field_index(type.fields(), name);
  if (place < 0) {
    std::vector<std::string> known;
    for (const Field& part : type.fields()) {
      known.push_back(part.name);
    }
    return fail_at(at, value.name + (place == -1 ? " has no field " : " has several fields ") +
                           name + "; its fields are: " + listed(known));
  }
  const Field& found = type.fields()[static_cast<std::size_t>(place)];
  const std::string key = quoted_string(found.name);
  if (!array) {
    return made_of(value, found.type, "struct_extract(" + value.sql + ", " + key + ")", shown);
  }
  return made_of(value, Type::array(found.type),
                 "list_transform(" + value.sql + ", lambda x: struct_extract(x, " + key + "))",
                 shown);
}

Result<Typed> Binder::index(const Expr& expr, const Env& env) {
  WEIR_TRY(const Typed value, expression(*expr.children[0], env));
  WEIR_TRY(Typed key, expression(*expr.children[1], env));
  const std::string name = value.name + "[" + key.name + "]";
  if (value.type.is(Kind::map)) {
    const Call call{"[]", expr.at, {}, nullptr};
    WEIR_TRY(key, implicit_cast(call, std::move(key), value.type.key()));
    return made_of(value, key, value.type.value(), value.sql + "[" + key.sql + "]", name);
  }
  if (value.type.is(Kind::struct_) && key.text) {
    return field(value, *key.text, expr.at);
  }
  if (value.type.is(Kind::array) && key.text && value.type.element().is(Kind::struct_)) {
    return field(value, *key.text, expr.at);
  }
  if (!value.type.is(Kind::array)) {
    return fail_at(expr.at, "[ ] takes an array or a map, and " + value.name + " is " +
                                value.type.spark_name());
  }
  if (!key.type.is_integral() && !key.type.is(Kind::null_)) {
    return fail_at(expr.children[1]->at, "the index of an array is an integer, not " +
                                             key.type.spark_name() + "; cast it");
  }
  const Type& element = value.type.element();
  if (key.number && *key.number >= 0 && *key.number < INT32_MAX) {
    return made_of(value, key, element,
                   "list_extract(" + value.sql + ", " + std::to_string(*key.number + 1) + ")",
                   name);
  }
  if (key.number || key.type.is(Kind::null_)) {
    return made_of(value, key, element, "CAST(NULL AS " + element.duckdb_name() + ")", name);
  }
  return made_of(value, key, element,
                 "spark_get(" + value.sql + ", CAST(" + key.sql + " AS BIGINT))", name);
}

Result<Typed> Binder::binary(const Expr& expr, const Env& env) {
  WEIR_TRY(Typed a, expression(*expr.children[0], env));
  WEIR_TRY(Typed b, expression(*expr.children[1], env));
  a.at = b.at = expr.at;
  const std::string& op = expr.text;
  if (op == "||") return concat({std::move(a), std::move(b)}, expr.at);
  if (op == "&" || op == "|" || op == "^") return bitwise(op, std::move(a), std::move(b));
  if (op == "+" || op == "-" || op == "*" || op == "/" || op == "%" || op == "DIV") {
    return arithmetic(op, std::move(a), std::move(b));
  }
  return compare(op, std::move(a), std::move(b));
}

Result<Typed> Binder::logical(const Expr& expr, const Env& env) {
  WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
  std::string sql;
  std::string name;
  std::vector<const Typed*> parts;
  for (Typed& value : values) {
    if (!value.type.is(Kind::boolean) && !value.type.is(Kind::null_)) {
      return fail_at(value.at, expr.text + " joins conditions, and this is " +
                                   value.type.spark_name() + "; compare it with something");
    }
    WEIR_TRY(value, cast(std::move(value), Kind::boolean));
    sql += (sql.empty() ? "" : " " + expr.text + " ") + value.sql;
    name = name.empty() ? value.name : "(" + name + " " + expr.text + " " + value.name + ")";
    if (name.size() > name_bytes_max) name.resize(name_bytes_max);
    parts.push_back(&value);
  }
  return made_of(parts, Kind::boolean, "(" + sql + ")", name);
}

Result<Typed> Binder::negation(const Expr& expr, const Env& env) {
  WEIR_TRY(Typed value, expression(*expr.children[0], env));
  if (!value.type.is(Kind::boolean) && !value.type.is(Kind::null_)) {
    return fail_at(expr.at, "NOT takes a condition, and this is " + value.type.spark_name() +
                                "; compare it with something");
  }
  WEIR_TRY(value, cast(std::move(value), Kind::boolean));
  return made_of(value, Kind::boolean, "(NOT " + value.sql + ")", "(NOT " + value.name + ")");
}

Result<Typed> Binder::negated(const Expr& expr, Typed value) {
  if (!expr.negated) return value;
  return made_of(value, Kind::boolean, "(NOT " + value.sql + ")", "(NOT " + value.name + ")");
}

Result<Typed> Binder::like_test(const Expr& expr, const Env& env) {
  WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
  if (expr.kind == ExprKind::like) {
    std::optional<Typed> escape;
    if (values.size() == 3) escape = values[2];
    WEIR_TRY(Typed test, like(expr.text, values[0], values[1], escape));
    return negated(expr, std::move(test));
  }
  std::string sql;
  std::vector<Typed> tests;
  const std::string word = (expr.distinct == expr.negated) ? " OR " : " AND ";
  for (std::size_t i = 1; i < values.size(); ++i) {
    WEIR_TRY(Typed test, like(expr.text, values[0], values[i], std::nullopt));
    tests.push_back(std::move(test));
  }
  // NOT LIKE ANY: one of them is not like it; NOT LIKE ALL: none of them is.
  std::vector<const Typed*> parts;
  for (const Typed& test : tests) {
    sql += (sql.empty() ? "" : expr.distinct ? " AND " : " OR ");
    sql += expr.negated ? "(NOT " + test.sql + ")" : test.sql;
    parts.push_back(&test);
  }
  return made_of(parts, Kind::boolean, "(" + sql + ")", "(" + sql + ")");
}

Result<Typed> Binder::in_list(const Expr& expr, const Env& env) {
  WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
  std::string shown;
  for (std::size_t i = 1; i < values.size(); ++i) {
    shown += (i == 1 ? "" : ", ") + values[i].name;
  }
  const std::string name = "(" + values[0].name + " IN (" + shown + "))";
  WEIR_TRY(values, unified(std::move(values), true, "IN"));
  if (values[0].type.is(Kind::map)) return fail_at(expr.at, "IN cannot compare maps");
  std::string list;
  std::vector<const Typed*> parts{&values[0]};
  for (std::size_t i = 1; i < values.size(); ++i) {
    list += (i == 1 ? "" : ", ") + values[i].sql;
    parts.push_back(&values[i]);
  }
  return negated(expr,
                 made_of(parts, Kind::boolean, "(" + values[0].sql + " IN (" + list + "))", name));
}

Result<Typed> Binder::in_query(const Expr& expr, const Env& env) {
  if (expr.children[0]->kind == ExprKind::row) {
    return fail_at(expr.at,
                   "IN with several columns is not supported by the embedded engine; use "
                   "EXISTS");
  }
  // Anywhere else Spark makes false of what should be NULL.
  if (!env.filters) {
    return fail_at(expr.at,
                   "IN with a query stands in WHERE or HAVING only, alone or joined by AND "
                   "and OR; elsewhere use EXISTS or a LEFT JOIN");
  }
  Env plain = env;
  plain.filters = false;
  WEIR_TRY(Typed value, expression(*expr.children[0], plain));
  WEIR_TRY(const Bound inner, query(*expr.query, false, env.scope));
  if (inner.columns.size() != 1) {
    return fail_at(expr.at, "the query of IN has " + std::to_string(inner.columns.size()) +
                                " columns; select one");
  }
  const auto type = comparison_type(value.type, inner.columns[0].type);
  if (!type || type->is(Kind::map)) {
    return fail_at(expr.at, "IN cannot compare " + value.type.spark_name() + " with " +
                                inner.columns[0].type.spark_name() + "; cast one of them");
  }
  const std::string name = "(" + value.name + " IN (listquery()))";
  const std::string alias = fresh("t");
  WEIR_TRY(const std::string column,
           cast_sql(alias + "." + quoted_identifier(inner.columns[0].physical),
                    inner.columns[0].type, *type, expr.at));
  WEIR_TRY(value, cast(std::move(value), *type));
  Typed test = made_of(
      value, Kind::boolean,
      "(" + value.sql + " IN (SELECT " + column + " FROM (" + inner.sql + ") AS " + alias + "))",
      name);
  test.foldable = false;
  return negated(expr, std::move(test));
}

Result<Typed> Binder::between(const Expr& expr, const Env& env) {
  WEIR_TRY(const std::vector<Typed> values, arguments(expr, env));
  if (values[0].random) return fail_at(expr.at, "BETWEEN cannot take a random value; use WITH");
  WEIR_TRY(const Typed low, compare(">=", values[0], values[1]));
  WEIR_TRY(const Typed high, compare("<=", values[0], values[2]));
  return negated(expr, made_of(low, high, Kind::boolean, "(" + low.sql + " AND " + high.sql + ")",
                               "(" + low.name + " AND " + high.name + ")"));
}

Result<Typed> Binder::null_test(const Expr& expr, const Env& env) {
  WEIR_TRY(const Typed value, expression(*expr.children[0], env));
  const std::string test = expr.negated ? " IS NOT NULL)" : " IS NULL)";
  return made_of(value, Kind::boolean, "(" + value.sql + test, "(" + value.name + test);
}

Result<Typed> Binder::truth_test(const Expr& expr, const Env& env) {
  WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
  if (expr.kind == ExprKind::is_distinct) {
    WEIR_TRY(const Typed same, compare("<=>", std::move(values[0]), std::move(values[1])));
    if (expr.negated) return same;
    return made_of(same, Kind::boolean, "(NOT " + same.sql + ")", "(NOT " + same.name + ")");
  }
  const Typed& value = values[0];
  if (!value.type.is(Kind::boolean) && !value.type.is(Kind::null_)) {
    return fail_at(
        expr.at, "IS " + expr.text + " takes a condition, and this is " + value.type.spark_name());
  }
  if (expr.text == "UNKNOWN") {
    const std::string none = expr.negated ? " IS NOT NULL)" : " IS NULL)";
    return made_of(value, Kind::boolean, "(" + value.sql + none, "(" + value.name + none);
  }
  const std::string truth = lower_case(expr.text) + ")";
  const std::string test = " IS NOT DISTINCT FROM " + truth;
  const std::string name = " <=> " + truth;
  return negated(expr,
                 made_of(value, Kind::boolean, "(" + value.sql + test, "(" + value.name + name));
}

Result<Typed> Binder::case_expression(const Expr& expr, const Env& env) {
  WEIR_TRY(std::vector<Typed> all, arguments(expr, env));
  std::size_t next = expr.has_operand ? 1 : 0;
  if (expr.has_operand && all[0].random) {
    return fail_at(expr.at, "CASE cannot take a random value; compute it in WITH");
  }
  std::vector<Typed> conditions;
  std::vector<Typed> results;
  for (; next + 1 < all.size(); next += 2) {
    Typed condition = all[next];
    if (expr.has_operand) {
      WEIR_TRY(condition, compare("=", all[0], std::move(condition)));
    }
    if (!condition.type.is(Kind::boolean) && !condition.type.is(Kind::null_)) {
      return fail_at(condition.at, "WHEN takes a condition, and this is " +
                                       condition.type.spark_name() + "; compare it with something");
    }
    WEIR_TRY(condition, cast(std::move(condition), Kind::boolean));
    conditions.push_back(std::move(condition));
    results.push_back(all[next + 1]);
  }
  if (expr.has_else) results.push_back(all.back());
  std::string name = "CASE";
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    name += " WHEN " + conditions[i].name + " THEN " + results[i].name;
  }
  name += (expr.has_else ? " ELSE " + results.back().name : "") + " END";
  WEIR_TRY(results, unified(std::move(results), true, "CASE"));
  std::string sql = "CASE";
  std::vector<const Typed*> parts;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    sql += " WHEN " + conditions[i].sql + " THEN " + results[i].sql;
    parts.push_back(&conditions[i]);
  }
  for (const Typed& result : results) {
    parts.push_back(&result);
  }
  sql += (expr.has_else ? " ELSE " + results.back().sql : "") + " END";
  return made_of(parts, results[0].type, std::move(sql), std::move(name));
}

Result<Typed> Binder::scalar_subquery(const Expr& expr, const Env& env) {
  WEIR_TRY(const Bound inner, query(*expr.query, false, env.scope));
  if (inner.columns.size() != 1) {
    return fail_at(expr.at, "a subquery used as a value has " +
                                std::to_string(inner.columns.size()) + " columns; select one");
  }
  Typed value = constant(expr, inner.columns[0].type, "(" + inner.sql + ")", "scalarsubquery()");
  value.foldable = value.literal = false;
  return value;
}

}  // namespace weir::dialect
