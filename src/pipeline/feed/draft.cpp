// One pass that keeps, of each field, which types its values could all have, by the very casts that
// a load uses. The values themselves are kept as hashes only, to find keys; so memory is a small
// multiple of the sample.
#include "pipeline/feed/draft.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_set>

#include "base/case_fold.hpp"
#include "base/crc64.hpp"
#include "base/limits.hpp"
#include "engine/spark/decimal_text.hpp"
#include "engine/spark/feed_text.hpp"
#include "engine/spark/text_trim.hpp"
#include "pipeline/feed/sample.hpp"
#include "pipeline/feed/semantics.hpp"

namespace weir::feed {
namespace {

using Kind = SampleValue::Kind;

constexpr std::size_t names_max = 1000;
constexpr std::size_t names_shown_max = 5;
constexpr std::size_t decimal_scale_guessed_max = 6;  // beyond it, measured rather than counted
constexpr std::size_t decimal_scale_least = 2;
constexpr std::size_t pairs_of_max = 12;  // fields that are tried as pairs
constexpr std::size_t candidates_max = 10;

/// What all values of a field so far have in common.
struct Column {
  std::string name;
  bool in_first = false;
  std::uint64_t last_record = 0;  // that had it
  std::uint64_t records = 0;      // with a value
  bool booleans = true;
  bool numbers = true;
  bool texts = true;
  bool nested = false;
  bool integers = true;          // of 64 bits
  bool plain = true;             // numbers without an exponent
  std::size_t whole_digits = 0;  // at most, before the point
  std::size_t fraction_digits = 0;
  bool words = true;  // texts: true, false, yes, no
  bool dates = true;
  bool datetimes = true;
  std::vector<std::uint64_t> hashes;  // of the values, as long as each record has one
  bool unique = true;
  std::unordered_set<std::uint64_t> seen;
};

bool is_word(std::string_view text) {
  return spark::feed_boolean(text) && spark::trim_all(text) != "0" && spark::trim_all(text) != "1";
}

void observe_number(std::string_view text, Column& column) {
  column.integers = column.integers && spark::integer_from_text(text);
  column.plain = column.plain && text.find_first_of("eE") == text.npos;
  text.remove_prefix(text.starts_with('-') ? 1 : 0);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  while (fraction.ends_with('0'))
    fraction.remove_suffix(1);
  column.whole_digits = std::max(column.whole_digits, point);
  column.fraction_digits = std::max(column.fraction_digits, fraction.size());
}

void observe_text(std::string_view text, int this_year, Column& column) {
  column.words = column.words && is_word(text);
  column.dates = column.dates && spark::feed_date_alone(text, this_year);
  column.datetimes = column.datetimes && spark::feed_datetime(text, this_year);
}

void type_decimals(const Column& column, catalog::FeedField& field) {
  if (column.integers) {
    field.type = "integer";
    return;
  }
  const std::size_t scale = std::max(column.fraction_digits, decimal_scale_least);
  const bool fits = column.whole_digits + scale <= std::size_t{spark::decimal_digits_max};
  if (column.plain && fits && scale <= decimal_scale_guessed_max) {
    field.type = "decimal";
    field.scale = column.fraction_digits == 0 ? 0 : static_cast<int>(scale);
    return;
  }
  // A whole number of more digits than a float has would lose them.
  field.type = column.plain && column.fraction_digits == 0 ? "string" : "float";
}

void type_of(const Column& column, catalog::FeedField& field) {
  field.type = "string";
  if (column.records == 0) return;
  const bool words_alone = column.texts && column.words && !column.numbers;
  if (column.booleans || words_alone) {
    field.type = "boolean";
  } else if (column.numbers) {
    type_decimals(column, field);
  } else if (column.texts && column.dates) {
    field.type = "date";
  } else if (column.texts && column.datetimes) {
    field.type = "datetime";
  }
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// A name that a table can have and no other field has.
std::string output_name(const std::string& name, std::map<std::string, int>& taken) {
  constexpr std::size_t bytes_max = 120;  // leaves room for a number
  std::string out;
  for (const char c : name) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80) continue;  // one mark for one character
    out += is_name_byte(c) ? c : '_';
  }
  if (out.empty()) out = "field";
  out.resize(std::min(out.size(), bytes_max));
  const std::string plain = out;
  for (int number = 2; taken[folded_name(out)]++ > 0; ++number)
    out = plain + "_" + std::to_string(number);
  return out;
}

/// How much a name looks like that of a key; more is likelier.
int key_likeness(const std::string& name) {
  const std::string folded = folded_name(name);
  if (folded == "id" || folded == "uuid" || folded == "guid" || folded == "key") return 3;
  for (const char* end : {"_id", "-id", "uuid", "guid", "_key", "_no", "number", "code"})
    if (folded.ends_with(end)) return 2;
  return name.ends_with("Id") || name.ends_with("ID") ? 2 : 0;
}

class Drafter final : public SampleReader {
 public:
  explicit Drafter(int this_year) : this_year_(this_year) {}

  void begin_record() override {
    ++records_;
    if (records_ <= limits::sample_rows_max) rows_.emplace_back();
  }
  void value(const SampleValue& value) override;
  bool end_record() override {
    return records_ < limits::sample_records_max && columns_.size() <= names_max;
  }
  Result<Draft> result();

 private:
  Column* column_named(std::string_view name);
  Result<void> check() const;
  std::vector<std::vector<std::string>> candidates(const std::vector<std::string>& names) const;
  bool is_unique_pair(const Column& a, const Column& b) const;

  const int this_year_;
  std::uint64_t records_ = 0;
  std::vector<Column> columns_;
  std::map<std::string, std::size_t> places_;  // by folded name
  std::vector<std::vector<std::string>> rows_;
};

Column* Drafter::column_named(std::string_view name) {
  const auto [place, is_new] = places_.emplace(folded_name(name), columns_.size());
  if (is_new) {
    columns_.emplace_back().name = name;
    columns_.back().in_first = records_ == 1;
  }
  Column& column = columns_[place->second];
  if (column.last_record == records_) return nullptr;  // twice in one record
  column.last_record = records_;
  return &column;
}

void Drafter::value(const SampleValue& value) {
  if (columns_.size() > names_max) return;
  Column* column = column_named(value.name);
  if (column == nullptr) return;
  if (records_ <= limits::sample_rows_max && value.kind != Kind::nested) {
    auto& row = rows_.back();
    const auto place = static_cast<std::size_t>(column - columns_.data());
    row.resize(std::max(row.size(), place + 1), "null");
    row[place] = value.json;
  }
  const bool is_blank = value.kind == Kind::text && spark::trim_all(value.text).empty();
  if (value.kind == Kind::null || is_blank) return;
  column->unique = column->unique && column->records == records_ - 1;
  ++column->records;
  column->booleans = column->booleans && value.kind == Kind::boolean;
  column->numbers = column->numbers && value.kind == Kind::number;
  column->texts = column->texts && value.kind == Kind::text;
  column->nested = column->nested || value.kind == Kind::nested;
  if (column->numbers) observe_number(value.text, *column);
  if (column->texts) observe_text(value.text, this_year_, *column);
  if (column->records != records_) return;  // no key
  const std::uint64_t hash = crc64(value.json);
  column->hashes.push_back(hash);
  column->unique = column->unique && column->seen.insert(hash).second;
}

Result<void> Drafter::check() const {
  if (records_ == 0)
    return fail(Errc::bad_request, "The sample has no records. Give at least one JSON object.");
  if (columns_.size() > names_max)
    return fail(Errc::bad_request,
                "The records of the sample have more than " + std::to_string(names_max) +
                    " different names, so keys seem to be data. Make rows of them with an ingest "
                    "query, and draft the feed from its rows.");
  std::string nested;
  std::size_t count = 0;
  for (const Column& column : columns_) {
    if (!column.nested || ++count > names_shown_max) continue;
    nested += (nested.empty() ? "\"" : ", \"") + column.name + "\"";
  }
  if (count == 0) return {};
  if (count > names_shown_max)
    nested += " and " + std::to_string(count - names_shown_max) + " more";
  return fail(Errc::bad_request,
              "Nested JSON cannot be a sample: " + nested +
                  (count == 1 ? " holds objects or arrays. " : " hold objects or arrays. ") +
                  "Make it flat with an ingest query (SELECT customer.email AS email, ... FROM "
                  "streaming), and draft the feed from its rows with \"ingest_query_id\" and "
                  "\"stream_id\".");
}

bool Drafter::is_unique_pair(const Column& a, const Column& b) const {
  std::unordered_set<std::uint64_t> seen;
  for (std::size_t i = 0; i < a.hashes.size(); ++i) {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;
    if (!seen.insert(a.hashes[i] * odd ^ b.hashes[i]).second) return false;
  }
  return true;
}

std::vector<std::vector<std::string>> Drafter::candidates(
    const std::vector<std::string>& names) const {
  std::vector<std::size_t> full;  // fields that every record has
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i].records == records_) full.push_back(i);
  std::stable_sort(full.begin(), full.end(), [this](std::size_t a, std::size_t b) {
    return key_likeness(columns_[a].name) > key_likeness(columns_[b].name);
  });
  std::vector<std::vector<std::string>> out;
  for (const std::size_t i : full) {
    const bool tells = records_ > 1 || key_likeness(columns_[i].name) > 0;
    if (columns_[i].unique && tells && out.size() < candidates_max) out.push_back({names[i]});
  }
  if (!out.empty() || records_ < 2) return out;
  full.resize(std::min(full.size(), pairs_of_max));
  for (std::size_t a = 0; a < full.size(); ++a)
    for (std::size_t b = a + 1; b < full.size() && out.size() < candidates_max; ++b)
      if (is_unique_pair(columns_[full[a]], columns_[full[b]]))
        out.push_back({names[full[a]], names[full[b]]});
  return out;
}

Result<Draft> Drafter::result() {
  WEIR_CHECK(check());
  Draft draft;
  draft.records = records_;
  draft.whole = records_ < limits::sample_records_max;
  std::map<std::string, int> taken{{"_pk", 1}, {"_uuid_pk", 1}, {"_updated", 1}};
  std::vector<std::string> names;
  for (const Column& column : columns_) {
    DraftField field;
    field.field.name = column.name;
    names.push_back(output_name(column.name, taken));
    if (names.back() != column.name) field.field.rename_to = names.back();
    type_of(column, field.field);
    field.field.semantic = suggested_semantic(column.name);
    field.records = column.records;
    field.in_first = column.in_first;
    draft.fields.push_back(std::move(field));
  }
  draft.key_candidates = candidates(names);
  for (auto& row : rows_)
    row.resize(columns_.size(), "null");
  draft.rows = std::move(rows_);
  return draft;
}

}  // namespace

Result<Draft> draft_of_json(std::string_view text, bool cut, int this_year) {
  Drafter drafter(this_year);
  WEIR_CHECK(read_json_sample(text, cut, drafter));
  WEIR_TRY(Draft draft, drafter.result());
  draft.whole = draft.whole && !cut;
  return draft;
}

Result<Draft> draft_of_rows(const engine::Table& rows, int this_year) {
  Drafter drafter(this_year);
  WEIR_CHECK(read_table_sample(rows, drafter));
  WEIR_TRY(Draft draft, drafter.result());
  draft.whole = draft.whole && !rows.truncated;
  return draft;
}

}  // namespace weir::feed
