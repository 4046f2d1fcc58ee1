// A signature is read once, when the registry is built. An argument is fitted in two steps: what
// the letters stand for is found over all arguments first, as Spark does, and then each is cast.

#include "engine/dialect/signature.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/parser.hpp"

namespace weir::dialect {

namespace {

using PatternKind = TypePattern::Kind;
using Variables = std::map<char, std::vector<Type>>;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

/// Cuts at commas that stand in no brackets and no quotes.
std::vector<std::string_view> items_of(std::string_view text) {
  std::vector<std::string_view> items;
  std::size_t begin = 0;
  int open = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '<' || text[i] == '(') ++open;
    if (text[i] == '>' || text[i] == ')') --open;
    if (text[i] != ',' || open > 0) continue;
    items.push_back(trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  if (!trimmed(text.substr(begin)).empty()) items.push_back(trimmed(text.substr(begin)));
  return items;
}

TypePattern pattern_of(std::string_view text) {
  TypePattern pattern;
  if (text.size() == 1) {
    pattern.kind = PatternKind::variable;
    pattern.variable = text[0];
  } else if (text == "bytes") {
    pattern.kind = PatternKind::bytes;
    pattern.type = Kind::binary;
  } else if (text == "number" || text == "integral" || text == "interval") {
    pattern.kind = text == "number"     ? PatternKind::number
                   : text == "integral" ? PatternKind::integral
                                        : PatternKind::interval;
  } else if (text.starts_with("array<") || text.starts_with("map<")) {
    pattern.kind = text.starts_with("array<") ? PatternKind::array : PatternKind::map;
    const std::size_t open = text.find('<');
    for (const std::string_view part : items_of(text.substr(open + 1, text.size() - open - 2)))
      pattern.parts.push_back(pattern_of(part));
  } else {
    pattern.kind = PatternKind::exact;
    const auto type = parse_type_ddl(text);
    WEIR_ASSERT(type);
    pattern.type = *type;
  }
  return pattern;
}

/// Notes what the letters of a pattern stand for in an argument; false where it is of no such kind.
bool note(const TypePattern& pattern, const Type& type, Variables& variables) {
  const auto parts = [&] {
    for (std::size_t i = 0; i < pattern.parts.size(); ++i) {
      const Type part = type.is(Kind::null_) ? type : type.fields()[i].type;
      if (!note(pattern.parts[i], part, variables)) return false;
    }
    return true;
  };
  switch (pattern.kind) {
    case PatternKind::exact:
      return true;
    case PatternKind::number:
      return type.is_numeric() || type.is(Kind::string) || type.is(Kind::null_);
    case PatternKind::integral:
      return type.is_integral() || type.is(Kind::null_);
    case PatternKind::interval:
      return type.is_interval();
    case PatternKind::bytes:
      return type.is(Kind::binary) || type.is(Kind::null_);
    case PatternKind::variable:
      variables[pattern.variable].push_back(type);
      return true;
    case PatternKind::array:
      return (type.is(Kind::array) || type.is(Kind::null_)) && parts();
    case PatternKind::map:
      return (type.is(Kind::map) || type.is(Kind::null_)) && parts();
  }
  return false;
}

Type filled_in(const TypePattern& pattern, const std::map<char, Type>& variables,
               const Type& given) {
  switch (pattern.kind) {
    case PatternKind::exact:
    case PatternKind::bytes:
      return pattern.type;
    case PatternKind::number:
      return given.is_numeric() ? given : Type(Kind::double_);
    case PatternKind::integral:
      return given.is_integral() ? given : Type(Kind::long_);
    case PatternKind::interval:
      return given;
    case PatternKind::variable:
      return variables.at(pattern.variable);
    case PatternKind::array:
      return Type::array(filled_in(pattern.parts[0], variables, given));
    case PatternKind::map:
      return Type::map(filled_in(pattern.parts[0], variables, given),
                       filled_in(pattern.parts[1], variables, given));
  }
  return given;
}

/// A literal of a signature, such as ' ' or 2147483647 or true.
Typed literal_of(const std::string& sql, const Type& type, Position at) {
  const bool text = sql.front() == '\'';
  if (sql.starts_with("X'"))  // bytes, in hexadecimal
    return constant(at, type, "unhex(" + sql.substr(1) + ")", sql);
  Typed value = constant(at, type, sql, text ? sql.substr(1, sql.size() - 2) : sql);
  if (text) value.text = value.name;
  if (type.is_integral()) value.number = std::stoll(sql);
  return value;
}

}  // namespace

Signature::Signature(std::string_view text) : text_(text) {
  const std::size_t arrow = text.find("->");
  WEIR_ASSERT(arrow != std::string_view::npos);
  for (std::string_view item : items_of(text.substr(0, arrow))) {
    Parameter parameter;
    if (const std::size_t equals = item.find(" = "); equals != std::string_view::npos) {
      parameter.fallback = std::string(item.substr(equals + 3));
      item = item.substr(0, equals);
    }
    if (item.ends_with("...")) {
      repeated_ = true;
      item.remove_suffix(3);
    }
    parameter.pattern = pattern_of(item);
    parameters_.push_back(std::move(parameter));
  }
  result_ = pattern_of(trimmed(text.substr(arrow + 2)));
}

const Signature::Parameter& Signature::parameter(std::size_t i) const {
  return parameters_[std::min(i, parameters_.size() - 1)];
}

bool Signature::takes(std::size_t count) const {
  const auto needed = static_cast<std::size_t>(
      std::count_if(parameters_.begin(), parameters_.end(),
                    [](const Parameter& parameter) { return !parameter.fallback; }));
  return count >= needed && (repeated_ || count <= parameters_.size());
}

Result<Signature::Fit> Signature::fit(const Call& call) const {
  if (!takes(call.args.size())) return wrong_arguments(call, "(" + text_ + ")");
  Variables found;
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    if (!note(parameter(i).pattern, call.args[i].type, found))
      return wrong_arguments(call, "(" + text_ + ")");
  }
  std::map<char, Type> variables;
  for (const auto& [letter, types] : found) {
    const auto met = wider_type_without_text(types);
    if (!met) return wrong_arguments(call, "(" + text_ + "), with one type for each letter");
    variables[letter] = *met;
  }
  Fit fit;
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    const Parameter& wanted = parameter(i);
    Typed value = call.args[i];
    const Type type = filled_in(wanted.pattern, variables, value.type);
    const bool exact =
        wanted.pattern.kind == PatternKind::exact || wanted.pattern.kind == PatternKind::number;
    WEIR_TRY(value,
             exact ? implicit_cast(call, std::move(value), type) : cast(std::move(value), type));
    fit.args.push_back(std::move(value));
  }
  for (std::size_t i = call.args.size(); i < parameters_.size(); ++i) {
    const TypePattern& pattern = parameters_[i].pattern;
    fit.args.push_back(literal_of(*parameters_[i].fallback, pattern.type, call.at));
    fit.left_out += ", " + fit.args.back().name;
  }
  fit.result = filled_in(result_, variables, call.args.empty() ? Type() : fit.args[0].type);
  return fit;
}

}  // namespace weir::dialect
