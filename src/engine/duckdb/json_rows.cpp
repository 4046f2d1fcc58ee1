#include "engine/duckdb/json_rows.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/file_lines.hpp"
#include "engine/duckdb/json_text.hpp"
#include "engine/duckdb/spark_text.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine {

namespace {

namespace ondemand = simdjson::ondemand;
using Json = ondemand::json_type;
using Kind = SparkType::Kind;

void write_json(ColumnWriter& out, idx_t row, ondemand::value value);

/// What stands in the text, of a string what it means.
void write_raw(ColumnWriter& out, idx_t row, ondemand::value value, Json json) {
  switch (json) {
    case Json::null:
      check_null(value);
      return out.set_null(row);
    case Json::string:
      return out.set_bytes(row, std::string_view(value.get_string()));
    case Json::boolean:
      return out.set_bytes(row, bool(value.get_bool()) ? "true" : "false");
    case Json::number: {
      const std::string_view token = trimmed(value.raw_json_token());
      checked_number(token);
      return out.set_bytes(row, token);
    }
    case Json::object: {
      ondemand::object object = value.get_object();
      return out.set_bytes(row, trimmed(object.raw_json()));
    }
    case Json::array: {
      ondemand::array array = value.get_array();
      return out.set_bytes(row, trimmed(array.raw_json()));
    }
  }
}

void write_struct(ColumnWriter& out, idx_t row, ondemand::object object) {
  out.begin_struct(row);
  for (ondemand::field each : object) {
    const std::string_view name = each.unescaped_key();
    if (ColumnWriter* field = out.field(name)) write_json(*field, row, each.value());
  }
}

void write_array(ColumnWriter& out, idx_t row, ondemand::array array) {
  out.begin_list(row);
  for (ondemand::value each : array) {
    const idx_t at = out.append(row);
    write_json(out.element(), at, each);
  }
}

void write_map(ColumnWriter& out, idx_t row, ondemand::object object) {
  out.begin_list(row);
  std::map<std::string, idx_t> places;  // a key twice: the last wins, as everywhere
  for (ondemand::field each : object) {
    const std::string name(std::string_view(each.unescaped_key()));
    const auto [place, is_new] = places.emplace(name, 0);
    if (is_new) place->second = out.append(row);
    out.key().set_bytes(place->second, name);
    write_json(out.value(), place->second, each.value());
  }
}

/// A number as this type; false when it is not of it.
bool write_number(ColumnWriter& out, idx_t row, std::string_view token) {
  const NumberForm form = checked_number(token);
  switch (out.type().kind) {
    case Kind::byte:
    case Kind::short_:
    case Kind::integer:
    case Kind::long_:
      if (form != NumberForm::whole) return false;
      out.set_from_text(row, token);
      return true;
    case Kind::double_:
    case Kind::float_:
    case Kind::decimal:
      out.set_from_text(row, token);
      return true;
    default:
      return false;
  }
}

/// A string as this type; false when Spark does not read one there.
bool write_string(ColumnWriter& out, idx_t row, std::string_view text) {
  switch (out.type().kind) {
    case Kind::decimal:
    case Kind::date:
    case Kind::timestamp:
    case Kind::binary:
      out.set_from_text(row, text);
      return true;
    case Kind::double_:
    case Kind::float_:
      if (text.find_first_of("NI") == std::string_view::npos) return false;  // NaN, Infinity
      out.set_from_text(row, text);
      return true;
    default:
      return false;
  }
}

void write_json(ColumnWriter& out, idx_t row, ondemand::value value) {
  const Json json = value.type();
  const Kind kind = out.type().kind;
  if (kind == Kind::string) return write_raw(out, row, value, json);
  switch (json) {
    case Json::null:
      check_null(value);
      break;
    case Json::object:
      if (kind == Kind::structure) return write_struct(out, row, value.get_object());
      if (kind == Kind::map) return write_map(out, row, value.get_object());
      break;
    case Json::array:
      if (kind == Kind::array) return write_array(out, row, value.get_array());
      break;
    case Json::boolean: {
      const bool truth = value.get_bool();
      if (kind == Kind::boolean) return out.set_bool(row, truth);
      break;
    }
    case Json::number:
      if (write_number(out, row, trimmed(value.raw_json_token()))) return;
      break;
    case Json::string:
      if (write_string(out, row, value.get_string())) return;
      break;
  }
  out.set_null(row);
}

/// Finds the column of a key without regard to case, and remembers which occurred.
class TextColumns {
 public:
  explicit TextColumns(const SparkType& type)
      : seen_(type.fields.size()), keys_(type.fields.size()) {
    for (std::size_t i = 0; i < type.fields.size(); ++i)
      columns_[folded(type.fields[i].name)] = i;
  }

  std::size_t find(std::string_view key) {
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
    const auto found = columns_.find(folded(key));
    const std::size_t index = found == columns_.end() ? RowWriter::none : found->second;
    if (index == RowWriter::none && others_.size() < limits::names_reported_max)
      others_.insert(std::string(key));
    if (known_.size() < limits::inferred_fields_max) known_.emplace(key, index);
    return index;
  }

  /// Notes that this record has the column; what is wrong with that, if anything.
  std::string note(std::size_t index, std::string_view key, std::uint64_t record) {
    seen_[index] = true;
    auto& [last_record, last_key] = keys_[index];
    std::string problem;
    if (last_record == record && last_key != key)
      problem = "holds both \"" + last_key + "\" and \"" + std::string(key) +
                "\", which are the same field";
    last_record = record;
    if (last_key != key) last_key = key;
    return problem;
  }

  const std::vector<bool>& seen() const { return seen_; }
  const std::set<std::string>& others() const { return others_; }

 private:
  std::map<std::string, std::size_t> columns_;
  std::map<std::string, std::size_t, std::less<>> known_;  // spellings met so far
  std::vector<bool> seen_;
  std::vector<std::pair<std::uint64_t, std::string>> keys_;  // record and spelling it was last in
  std::set<std::string> others_;
};

class JsonRows : public RowSource {
 public:
  explicit JsonRows(Reading& reading) : reading_(reading), text_(reading.plan.type) {}

  Result<bool> next(idx_t row, RowWriter& writer) override {
    while (true) {
      if (!file_) {
        if (origin_.file == static_cast<std::int64_t>(reading_.plan.paths.size())) {
          if (reading_.plan.as_text) reading_.report.set_names(text_.seen(), text_.others());
          return false;
        }
        WEIR_TRY(file_,
                 FileLines::open(reading_.plan.paths[static_cast<std::size_t>(origin_.file)]));
      }
      WEIR_TRY(const auto line, file_->next());
      if (line) {
        WEIR_CHECK(write_line(*line, row, writer));
        return true;
      }
      file_.reset();
      ++origin_.file;
    }
  }

  std::uint64_t bytes_read() const override { return bytes_; }

 private:
  Result<void> write_line(const FileLines::Line& line, idx_t row, RowWriter& writer) {
    bytes_ += line.text.size();
    ++records_;
    origin_.row = static_cast<std::int64_t>(line.number);
    origin_.problem.clear();
    writer.begin_row(row);
    std::string what;
    try {
      const std::string_view text = without_half_pairs(line.text, mended_);
      ondemand::document document =
          parser_.iterate(text.data(), text.size(), text.size() + line_padding_bytes);
      write_fields(document.get_object(), row, writer);
      if (!at_end(document)) what = "text after the JSON object";
    } catch (const simdjson::simdjson_error& error) {
      what = std::string("not a JSON object: ") + error.what();
    }
    if (!what.empty())
      return fail(Errc::corrupt,
                  file_->path() + " line " + std::to_string(line.number) + ": " + what);
    writer.set_origin(row, origin_);
    return {};
  }

  void write_fields(ondemand::object object, idx_t row, RowWriter& writer) {
    for (ondemand::field each : object) {
      const std::string_view key = each.unescaped_key();
      const std::size_t index = reading_.plan.as_text ? text_.find(key) : writer.find(key);
      if (index == RowWriter::none) continue;
      if (reading_.plan.as_text) {
        std::string problem = text_.note(index, key, records_);
        if (!problem.empty()) origin_.problem = std::move(problem);
      }
      if (ColumnWriter* column = writer.column(index)) write_json(*column, row, each.value());
    }
  }

  Reading& reading_;
  TextColumns text_;
  ondemand::parser parser_;
  std::string mended_;
  std::optional<FileLines> file_;
  RowOrigin origin_;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> json_rows(Reading& reading) {
  return std::make_unique<JsonRows>(reading);
}

}  // namespace weir::engine
