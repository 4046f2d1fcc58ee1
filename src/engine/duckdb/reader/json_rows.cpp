// simdjson walks each line on demand, and values go straight into DuckDB's vectors. DuckDB's
// read_json is not used: its casts are not Spark's, and one bad value or line ends its load.

#include "engine/duckdb/reader/json_rows.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/base64.hpp"
#include "base/case_fold.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/reader/file_lines.hpp"
#include "engine/duckdb/reader/json_text.hpp"
#include "engine/spark/calendar.hpp"
#include "engine/spark/file_text.hpp"
#include "engine/spark/text_trim.hpp"

namespace weir::engine::duckdb {

namespace {

namespace ondemand = simdjson::ondemand;
using Json = ondemand::json_type;
using spark::Kind;

/// Writes a value; false when it is not of the column's type, which is NULL then, and noted.
bool write_json(ColumnWriter& out, idx_t row, ondemand::value value);

/// Writes the raw text of a value; of a string, its unescaped text.
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

/// Writes one member of an object into its field; `column` is nullptr when SQL did not ask for it.
void write_member(const FieldNames::Found& found, ColumnWriter* column, idx_t row,
                  std::string_view name, ondemand::value value) {
  if (column == nullptr) return;
  MisfitLog& misfits = column->misfits();
  const std::size_t mark = misfits.mark();
  // Spark refuses the whole query for such a record; which value is meant nobody can tell.
  if (found.beaten || found.beats)
    misfits.refuse_record("holds one field twice: \"" + std::string(name) +
                          "\" is there in another spelling too");
  if (!found.beaten) write_json(*column, row, value);
  if (misfits.mark() > mark) misfits.below(mark, name);
}

void write_struct(ColumnWriter& out, idx_t row, ondemand::object object) {
  out.begin_struct(row);
  for (ondemand::field each : object) {
    const std::string_view name = each.unescaped_key();
    const FieldNames::Found found = out.names().find(name);
    if (found.index == FieldNames::none) continue;
    write_member(found, &out.children()[found.index], row, name, each.value());
  }
}

/// As in Spark, one element that does not fit leaves nothing of the array, up to the field above
/// it.
bool write_array(ColumnWriter& out, idx_t row, ondemand::array array) {
  out.begin_list(row);
  std::size_t element = 0;
  for (ondemand::value each : array) {
    const idx_t at = out.append(row);
    const std::size_t mark = out.misfits().mark();
    const bool fits = write_json(out.element(), at, each);
    out.misfits().at(mark, element++);
    if (!fits) {
      out.set_null(row);
      return false;
    }
  }
  return true;
}

/// Likewise of a map.
bool write_map(ColumnWriter& out, idx_t row, ondemand::object object) {
  out.begin_list(row);
  std::map<std::string, idx_t> places;  // a key twice: the last wins, as everywhere
  for (ondemand::field each : object) {
    const std::string name(std::string_view(each.unescaped_key()));
    const auto [place, is_new] = places.emplace(name, 0);
    if (is_new) place->second = out.append(row);
    out.key().set_bytes(place->second, name);
    const std::size_t mark = out.misfits().mark();
    const bool fits = write_json(out.value(), place->second, each.value());
    out.misfits().below(mark, name);
    if (!fits) {
      out.set_null(row);
      return false;
    }
  }
  return true;
}

/// Seconds since 1970.
bool write_seconds(ColumnWriter& out, idx_t row, std::string_view token) {
  const auto seconds = spark::long_from_file(token);
  std::int64_t us = 0;
  if (!seconds || __builtin_mul_overflow(*seconds, spark::second_us, &us)) return false;
  out.set_timestamp(row, us);
  return true;
}

/// A number as this type; false when it is not of it.
bool write_number(ColumnWriter& out, idx_t row, std::string_view token) {
  const NumberForm form = checked_number(token);
  switch (out.type().kind()) {
    case Kind::byte:
    case Kind::short_:
    case Kind::int_:
    case Kind::long_:
      return form == NumberForm::whole && out.set_from_text(row, token);
    case Kind::timestamp:
      return form == NumberForm::whole && write_seconds(out, row, token);
    case Kind::double_:
    case Kind::float_:
    case Kind::decimal:
      return out.set_from_text(row, token);
    default:
      return false;
  }
}

bool write_base64(ColumnWriter& out, idx_t row, std::string_view text) {
  std::string packed;  // line breaks and blanks do not count
  std::copy_if(text.begin(), text.end(), std::back_inserter(packed),
               [](char c) { return static_cast<unsigned char>(c) > ' '; });
  const auto bytes = from_base64(packed);
  if (bytes) out.set_bytes(row, *bytes);
  return bytes.has_value();
}

/// A string as this type; false when Spark does not read one there.
bool write_string(ColumnWriter& out, idx_t row, std::string_view text) {
  constexpr std::string_view not_finite[] = {"NaN",       "Infinity", "+Infinity",
                                             "-Infinity", "+INF",     "-INF"};
  switch (out.type().kind()) {
    case Kind::decimal:
      return spark::java_trim(text).size() == text.size() && out.set_from_text(row, text);
    case Kind::date:
    case Kind::timestamp:
      return out.set_from_text(row, text);
    case Kind::binary:
      return write_base64(out, row, text);
    case Kind::double_:
    case Kind::float_:
      return std::find(std::begin(not_finite), std::end(not_finite), text) !=
                 std::end(not_finite) &&
             out.set_from_text(row, text);
    default:
      return false;
  }
}

bool write_json(ColumnWriter& out, idx_t row, ondemand::value value) {
  const Json json = value.type();
  const Kind kind = out.type().kind();
  if (kind == Kind::string) {
    write_raw(out, row, value, json);
    return true;
  }
  if (json == Json::null) check_null(value);
  if (json == Json::null || kind == Kind::null_) {
    out.set_null(row);
    return true;
  }
  switch (json) {
    case Json::object: {
      ondemand::object object = value.get_object();
      if (kind == Kind::map) return write_map(out, row, object);
      if (kind != Kind::struct_) return out.set_misfit(row, trimmed(object.raw_json()));
      write_struct(out, row, object);
      return true;
    }
    case Json::array: {
      ondemand::array array = value.get_array();
      if (kind == Kind::array) return write_array(out, row, array);
      return out.set_misfit(row, trimmed(array.raw_json()));
    }
    case Json::boolean: {
      const bool truth = value.get_bool();
      if (kind != Kind::boolean) return out.set_misfit(row, truth ? "true" : "false");
      out.set_bool(row, truth);
      return true;
    }
    case Json::number: {
      const std::string_view token = trimmed(value.raw_json_token());
      return write_number(out, row, token) || out.set_misfit(row, token);
    }
    default: {
      const std::string_view text = value.get_string();
      if (write_string(out, row, text)) return true;
      // Inference lets it stand for a value that is not there.
      if (!text.empty() || !out.names().any_case()) return out.set_misfit(row, text);
      out.set_null(row);
      return true;
    }
  }
}

/// Finds the column of a key without regard to case, and remembers which occurred. Records repeat
/// the order of their keys, so that of the last one is looked at before any map.
class TextColumns {
 public:
  explicit TextColumns(const spark::Type& type)
      : seen_(type.fields().size()), keys_(type.fields().size()) {
    for (std::size_t i = 0; i < type.fields().size(); ++i)
      columns_[folded_name(type.fields()[i].name)] = i;
  }

  void begin_record() { next_ = 0; }

  std::size_t find(std::string_view key) {
    if (next_ < order_.size() && order_[next_].first == key) return order_[next_++].second;
    const std::size_t index = look_up(key);
    if (next_ < order_.size()) {
      order_[next_] = {std::string(key), index};
    } else if (next_ < limits::inferred_fields_max) {
      order_.emplace_back(key, index);
    }
    ++next_;
    return index;
  }

  /// Notes that this record has the column; returns what is wrong with that, or an empty text.
  std::string note(std::size_t index, std::string_view key, std::uint64_t record) {
    seen_[index] = true;
    auto& [last_record, last_key] = keys_[index];
    std::string problem;
    if (last_record == record && last_key != key)
      problem =
          "holds one field twice: as \"" + last_key + "\" and as \"" + std::string(key) + "\"";
    last_record = record;
    if (last_key != key) last_key = key;
    return problem;
  }

  const std::vector<bool>& seen() const { return seen_; }
  const std::set<std::string>& others() const { return others_; }

 private:
  std::size_t look_up(std::string_view key) {
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
    const auto found = columns_.find(folded_name(key));
    const std::size_t index = found == columns_.end() ? FieldNames::none : found->second;
    if (index == FieldNames::none && others_.size() < limits::names_reported_max)
      others_.insert(std::string(key));
    if (known_.size() < limits::inferred_fields_max) known_.emplace(key, index);
    return index;
  }

  std::map<std::string, std::size_t> columns_;
  std::map<std::string, std::size_t, std::less<>> known_;   // spellings met so far
  std::vector<std::pair<std::string, std::size_t>> order_;  // keys of the last record, and columns
  std::size_t next_ = 0;                                    // probably the next key's place there
  std::vector<bool> seen_;
  std::vector<std::pair<std::uint64_t, std::string>> keys_;  // record and spelling it was last in
  std::set<std::string> others_;
};

class JsonRows : public RowSource {
 public:
  explicit JsonRows(Pass& pass) : pass_(pass), plan_(pass.plan()), text_(plan_.type) {}

  Result<bool> next(idx_t row, RowWriter& writer) override {
    while (true) {
      const auto line = lines_.next();
      if (!line) {
        WEIR_TRY(const bool more, take_lines());
        if (!more) return false;
        continue;
      }
      bytes_ += line->text.size();
      if (only_ != nullptr && !only_->contains(line->number)) {
        pass_over(*line, writer);
        continue;
      }
      if (write_line(*line, row, writer)) return true;
    }
  }

  std::uint64_t bytes_read() const override { return bytes_; }

 private:
  Result<bool> take_lines() {
    pass_.report().add_rows_of(taken_.file, std::exchange(rows_, 0));
    WEIR_TRY(const bool more, pass_.take_lines(taken_));
    if (!more) {
      if (plan_.as_text) pass_.report().add_names(text_.seen(), text_.others());
      return false;
    }
    lines_.begin(taken_.block, plan_.mended_of(taken_.file));
    origin_ = RowOrigin::of(plan_, taken_.file);
    only_ = plan_.only_of(taken_.file);
    return true;
  }

  /// Receipts are counted from line to line.
  void pass_over(const FileLine& line, const RowWriter& writer) {
    if (writer.wants(request_id_column)) taken_.receipts.of(line);
  }

  /// False where the line is no record.
  bool write_line(const FileLine& line, idx_t row, RowWriter& writer) {
    ++records_;
    origin_.row = static_cast<std::int64_t>(line.number);
    origin_.problem.clear();
    if (writer.wants(request_id_column)) origin_.request_id = taken_.receipts.of(line);
    writer.begin_row(row, origin_);
    std::string what;
    try {
      const std::string_view text = without_half_pairs(line.text, mended_);
      ondemand::document document =
          parser_.iterate(text.data(), text.size(), text.size() + line_padding_bytes);
      write_fields(document.get_object(), row, writer);
      what = writer.misfits().take_refusal();
      if (!at_end(document)) what = "has text after its JSON object";
    } catch (const simdjson::simdjson_error& error) {
      what = std::string("is not a JSON object: ") + error.what();
    }
    if (what.empty()) {
      ++rows_;
      writer.set_origin(row, origin_);
    } else {
      pass_.report().add_bad_record({origin_.file, origin_.row, what});
    }
    return what.empty();
  }

  void write_fields(ondemand::object object, idx_t row, RowWriter& writer) {
    text_.begin_record();
    for (ondemand::field each : object) {
      const std::string_view name = each.unescaped_key();
      const FieldNames::Found found =
          plan_.as_text ? FieldNames::Found{text_.find(name)} : writer.names().find(name);
      if (found.index == FieldNames::none) {
        if (plan_.has_more_names) note_no_column(name, each.value(), writer);
        continue;
      }
      if (plan_.as_text) {
        std::string problem = text_.note(found.index, name, records_);
        if (!problem.empty()) origin_.problem = std::move(problem);
      }
      write_member(found, writer.column(found.index), row, name, each.value());
    }
  }

  void note_no_column(std::string_view name, ondemand::value value, RowWriter& writer) const {
    MisfitLog& misfits = writer.misfits();
    misfits.begin_column(plan_.type.fields().size());
    const std::size_t mark = misfits.mark();
    misfits.add(trimmed(value.raw_json_token()),
                "is under a name that is no column, because there are more names than columns "
                "or the engine keeps the name for itself; declare a schema in the load operation "
                "that names the ones to read");
    misfits.below(mark, name);
  }

  Pass& pass_;
  const ReadPlan& plan_;
  TextColumns text_;
  ondemand::parser parser_;
  std::string mended_;
  TakenLines taken_;
  BlockLines lines_;  // of `taken_`
  const std::set<std::uint64_t>* only_ = nullptr;
  RowOrigin origin_;
  std::uint64_t records_ = 0;
  std::uint64_t rows_ = 0;  // of `taken_`
  std::uint64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> json_rows(Pass& pass) {
  return std::make_unique<JsonRows>(pass);
}

}  // namespace weir::engine::duckdb
