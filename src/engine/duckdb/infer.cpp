#include "engine/duckdb/infer.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/file_lines.hpp"
#include "engine/duckdb/json_text.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine {

namespace {

namespace ondemand = simdjson::ondemand;
using Kind = SparkType::Kind;

constexpr int decimal_precision_max = 38;
constexpr int long_digits = 20;  // Spark's DecimalType.forType(LongType)

/// What was seen in one place of all records so far. `null` fits everything that comes later.
struct Seen {
  Kind kind = Kind::null;
  int precision = 0;
  std::map<std::string, Seen, std::less<>> fields;
  std::unique_ptr<Seen> element;

  /// Nothing finer than raw text can be said of this place any more.
  void give_up() {
    kind = Kind::string;
    fields.clear();
    element.reset();
  }
};

struct TooManyFields {};

class Inference {
 public:
  void observe(ondemand::value value, Seen& seen);
  void observe_fields(ondemand::object object, Seen& seen);

 private:
  void observe_number(std::string_view token, Seen& seen);
  void observe_scalar(Kind kind, Seen& seen);
  Seen& field(Seen& seen, std::string_view name);

  std::uint32_t fields_ = 0;
  std::string skipped_name_;
};

void Inference::observe(ondemand::value value, Seen& seen) {
  const ondemand::json_type type = value.type();
  switch (type) {
    case ondemand::json_type::null:
      return check_null(value);
    case ondemand::json_type::boolean:
      static_cast<void>(bool(value.get_bool()));
      return observe_scalar(Kind::boolean, seen);
    case ondemand::json_type::string: {
      const std::string_view text = value.get_string();
      return observe_scalar(text.empty() ? Kind::null : Kind::string, seen);
    }
    case ondemand::json_type::number:
      return observe_number(trimmed(value.raw_json_token()), seen);
    case ondemand::json_type::object:
      observe_scalar(Kind::structure, seen);
      return observe_fields(value.get_object(), seen);
    case ondemand::json_type::array:
      observe_scalar(Kind::array, seen);
      if (seen.kind == Kind::array && !seen.element) seen.element = std::make_unique<Seen>();
      // Also what is raw text by now is walked to its end, so that malformed text is found.
      Seen unused;
      unused.give_up();
      for (ondemand::value each : value.get_array())
        observe(each, seen.kind == Kind::array ? *seen.element : unused);
      return;
  }
}

void Inference::observe_fields(ondemand::object object, Seen& seen) {
  Seen unused;
  unused.give_up();
  for (ondemand::field each : object) {
    const std::string_view name = each.unescaped_key();
    if (seen.kind != Kind::structure) {
      observe(each.value(), unused);
    } else {
      observe(each.value(), field(seen, name));
    }
  }
}

Seen& Inference::field(Seen& seen, std::string_view name) {
  const auto found = seen.fields.find(name);
  if (found != seen.fields.end()) return found->second;
  if (++fields_ > limits::inferred_fields_max) throw TooManyFields{};
  return seen.fields[std::string(name)];
}

void Inference::observe_number(std::string_view token, Seen& seen) {
  if (checked_number(token) == NumberForm::fraction) return observe_scalar(Kind::double_, seen);
  std::string_view digits = token.substr(token.starts_with('-') ? 1 : 0);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error == std::errc{}) return observe_scalar(Kind::long_, seen);
  const int precision = static_cast<int>(std::min<std::size_t>(digits.size(), 1000));
  if (precision > decimal_precision_max) return observe_scalar(Kind::double_, seen);
  observe_scalar(Kind::decimal, seen);
  if (seen.kind == Kind::decimal) seen.precision = std::max(seen.precision, precision);
}

/// Spark's compatibleType, in place.
void Inference::observe_scalar(Kind kind, Seen& seen) {
  if (seen.kind == kind || kind == Kind::null) return;
  if (seen.kind == Kind::null) {
    seen.kind = kind;
    return;
  }
  const auto numeric = [](Kind k) {
    return k == Kind::long_ || k == Kind::decimal || k == Kind::double_;
  };
  if (!numeric(seen.kind) || !numeric(kind)) return seen.give_up();
  if (seen.kind == Kind::double_ || kind == Kind::double_) {
    seen.kind = Kind::double_;
  } else {  // a long beside a decimal
    seen.kind = Kind::decimal;
    seen.precision = std::max(seen.precision, long_digits);
  }
}

Failure ambiguous(const std::string& one, const std::string& other, const std::string& place) {
  return fail(Errc::bad_request,
              "the records hold both \"" + one + "\" and \"" + other + "\"" + place +
                  ", which Spark SQL cannot tell apart; declare a schema in the load operation "
                  "that names the one to read");
}

/// Spark's canonicalizeType; nullopt for what is dropped.
Result<std::optional<SparkType>> canonical(const Seen& seen, const std::string& place) {
  switch (seen.kind) {
    case Kind::null:
      return std::optional(SparkType::scalar(Kind::string));
    case Kind::decimal:
      return std::optional(SparkType::decimal(seen.precision, 0));
    case Kind::array: {
      WEIR_TRY(auto element, canonical(*seen.element, place));
      if (!element) return std::optional<SparkType>();
      return std::optional(SparkType::array(*std::move(element)));
    }
    case Kind::structure: {
      SparkType type = SparkType::scalar(Kind::structure);
      std::map<std::string, std::string> names;
      for (const auto& [name, field] : seen.fields) {
        // As Spark does; and a name with a NUL in it cannot be said in SQL.
        if (name.empty() || name.find('\0') != std::string::npos) continue;
        WEIR_TRY(auto found, canonical(field, place.empty() ? " in " + name : place + "." + name));
        if (!found) continue;
        const auto [other, is_new] = names.emplace(folded(name), name);
        if (!is_new) return ambiguous(other->second, name, place);
        type.fields.push_back({name, *std::move(found), true});
      }
      if (type.fields.empty()) return std::optional<SparkType>();
      return std::optional(std::move(type));
    }
    default:
      return std::optional(SparkType::scalar(seen.kind));
  }
}

Failure line_error(const FileLines& file, std::uint64_t line, Errc code, const std::string& what) {
  return fail(code, file.path() + " line " + std::to_string(line) + ": " + what);
}

Result<void> observe_file(FileLines& file, ondemand::parser& parser, Inference& inference,
                          Seen& root) {
  std::string mended;
  while (true) {
    WEIR_TRY(const auto line, file.next());
    if (!line) return {};
    try {
      const std::string_view text = without_half_pairs(line->text, mended);
      ondemand::document document =
          parser.iterate(text.data(), text.size(), text.size() + line_padding_bytes);
      inference.observe_fields(document.get_object(), root);
      if (!at_end(document))
        return line_error(file, line->number, Errc::corrupt, "text after the JSON object");
    } catch (const simdjson::simdjson_error& error) {
      return line_error(file, line->number, Errc::corrupt,
                        std::string("not a JSON object: ") + error.what());
    } catch (const TooManyFields&) {
      return line_error(file, line->number, Errc::bad_request,
                        "more than " + std::to_string(limits::inferred_fields_max) +
                            " different fields, so keys seem to be data; declare a schema in the "
                            "load operation");
    }
  }
}

}  // namespace

Result<SparkType> infer_ndjson(const std::vector<std::string>& paths) {
  Seen root;
  root.kind = Kind::structure;
  Inference inference;
  ondemand::parser parser;
  for (const std::string& path : paths) {
    WEIR_TRY(FileLines file, FileLines::open(path));
    WEIR_CHECK(observe_file(file, parser, inference, root));
  }
  WEIR_TRY(auto type, canonical(root, ""));
  return type ? *std::move(type) : SparkType::scalar(Kind::structure);
}

}  // namespace weir::engine
