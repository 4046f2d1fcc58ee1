// Elements go straight from the CBOR items into DuckDB's vectors. A tree of nodes between the two,
// or JSON text, would cost more than all the rest. A value is read once; what has to be known of it
// before, as the keys of a map where a scalar is declared, is found by a second cursor at its
// place.

#include "engine/duckdb/reader/cbor_rows.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/duckdb/reader/node_json.hpp"
#include "engine/duckdb/text_scan.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/pack_cursor.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::engine::duckdb {

namespace {

using spark::Kind;
using xml::PackCursor;
using xml::PackValue;
using NodeKind = xml::Node::Kind;

constexpr std::string_view text_key = "_VALUE";

bool is_blank(const PackValue& value) {
  return value.kind == NodeKind::text && trim(value.text).empty();
}

/// Writes elements into columns, by the table in the header. A skipped value counts as a misfit if
/// its name is declared; otherwise it does not. Each function leaves the cursor behind the value.
class ValueWriter {
 public:
  explicit ValueWriter(bool trims) : trims_(trims) {}

  /// The rows that follow are of this content, which outlives their writing.
  void begin(std::string_view content) { content_ = content; }

  void write(ColumnWriter& out, idx_t row, PackValue value, PackCursor& cursor) const {
    const Kind kind = out.type().kind();
    // Before the empty element is NULL: alone it is one element of an array all the same.
    if (kind == Kind::array) return write_array(out, row, value, cursor);
    if (value.kind == NodeKind::null) return out.set_null(row);
    if (value.kind == NodeKind::array) return write_last(out, row, value, cursor);
    if (kind == Kind::struct_) return write_fields(out, row, value, cursor);
    if (kind == Kind::map) return write_map(out, row, value, cursor);
    write_scalar(out, row, value, cursor);
  }

 private:
  void write_member(ColumnWriter& out, idx_t row, std::string_view name, PackValue value,
                    PackCursor& cursor) const {
    const std::size_t mark = out.misfits().mark();
    write(out, row, value, cursor);
    if (out.misfits().mark() > mark) out.misfits().below(mark, name);
  }

  void write_last(ColumnWriter& out, idx_t row, PackValue& array, PackCursor& cursor) const {
    if (!cursor.has_next(array)) return out.set_null(row);
    const std::size_t first = skip_next(cursor);
    std::size_t last = first;
    while (cursor.has_next(array))
      last = skip_next(cursor);
    if (last != first)
      note(out, first,
           "is one of several elements of this name where the schema has no array; the last is "
           "taken");
    PackCursor again(content_, last);
    const PackValue value = again.value();
    write(out, row, value, again);
  }

  /// Where the value is that was skipped.
  static std::size_t skip_next(PackCursor& cursor) {
    PackValue value = cursor.value();
    cursor.skip(value);
    return value.at;
  }

  void write_fields(ColumnWriter& out, idx_t row, PackValue& value, PackCursor& cursor) const {
    if (is_blank(value)) return out.set_null(row);
    out.begin_struct(row);
    if (value.kind == NodeKind::text) {
      ColumnWriter* field = out.field(text_key);
      if (field != nullptr) return write_member(*field, row, text_key, value, cursor);
      return note(out, value.at, "is text, and the declared struct has no field _VALUE for it");
    }
    while (cursor.has_next(value)) {
      const std::string_view key = cursor.key();
      PackValue member = cursor.value();
      if (ColumnWriter* field = out.field(key)) {
        write_member(*field, row, key, member, cursor);
      } else {
        cursor.skip(member);
      }
    }
  }

  void write_array(ColumnWriter& out, idx_t row, PackValue& value, PackCursor& cursor) const {
    out.begin_list(row);
    if (value.kind != NodeKind::array) {
      const idx_t at = out.append(row);
      return write(out.element(), at, value, cursor);
    }
    for (std::size_t i = 0; cursor.has_next(value); ++i) {
      const idx_t at = out.append(row);
      const std::size_t mark = out.misfits().mark();
      const PackValue element = cursor.value();
      write(out.element(), at, element, cursor);
      out.misfits().at(mark, i);
    }
  }

  void write_map(ColumnWriter& out, idx_t row, PackValue& value, PackCursor& cursor) const {
    if (is_blank(value)) return out.set_null(row);
    if (value.kind != NodeKind::map) {
      out.set_misfit(row, value.text);
      return;
    }
    out.begin_list(row);
    while (cursor.has_next(value)) {
      const std::string_view key = cursor.key();
      const PackValue member = cursor.value();
      const idx_t at = out.append(row);
      out.key().set_bytes(at, key);
      write_member(out.value(), at, key, member, cursor);
    }
  }

  /// Of a text or a map.
  void write_scalar(ColumnWriter& out, idx_t row, PackValue& value, PackCursor& cursor) const {
    if (value.kind == NodeKind::text) return write_text(out, row, value.text);
    const std::size_t place = value.at;
    bool text_with_attributes = true;  // but no element below it
    std::optional<std::size_t> text;
    while (cursor.has_next(value)) {
      const std::string_view key = cursor.key();
      text_with_attributes = text_with_attributes && key.starts_with('_');
      const bool is_text = key == text_key;
      const std::size_t member = skip_next(cursor);
      if (is_text && !text) text = member;
    }
    if (text_with_attributes && !text) return out.set_null(row);
    if (text_with_attributes) {
      PackCursor again(content_, *text);
      const PackValue inner = again.value();
      return write(out, row, inner, again);
    }
    const std::string json = json_at(place);
    if (out.type().kind() == Kind::string) return out.set_bytes(row, json);
    out.set_misfit(row, json);
  }

  /// White space around it counts for text only, as XML Schema has it for every other type.
  void write_text(ColumnWriter& out, idx_t row, std::string_view text) const {
    const bool is_text = out.type().kind() == Kind::string || out.type().kind() == Kind::binary;
    if (is_text && !trims_) return out.set_bytes(row, text);
    const std::string_view bare = trim(text);
    if (bare.empty()) return out.set_null(row);
    if (!out.set_from_text(row, bare)) out.set_misfit(row, text);
  }

  void note(ColumnWriter& out, std::size_t place, std::string_view reason) const {
    if (out.misfits().full()) return out.misfits().count();
    PackCursor cursor(content_, place);
    const PackValue value = cursor.value();
    out.misfits().add(value.kind == NodeKind::text ? std::string(value.text) : json_at(place),
                      reason);
  }

  std::string json_at(std::size_t place) const {
    PackCursor cursor(content_, place);
    PackValue value = cursor.value();
    std::string out;
    append_json(out, cursor.tree(value), trims_);
    return out;
  }

  bool trims_;
  std::string_view content_;
};

class CborRows : public RowSource {
 public:
  explicit CborRows(Pass& pass) : pass_(pass), plan_(pass.plan()), values_(plan_.trim) {}

  Result<bool> next(idx_t row, RowWriter& writer) override {
    do {
      while (next_row_ == rows_end_) {
        WEIR_TRY(const bool more, next_record(writer));
        if (!more) return false;
      }
      ++next_row_;
      ++origin_.row;
    } while (only_ != nullptr && !only_->contains(static_cast<std::uint64_t>(origin_.row)));
    ++made_;
    writer.begin_row(row, origin_);
    write_row(row, writer, (*rows_)[next_row_ - 1]);
    writer.set_origin(row, origin_);
    return true;
  }

  std::uint64_t bytes_read() const override { return bytes_; }

 private:
  void write_row(idx_t row, RowWriter& writer, std::size_t place) const {
    PackCursor cursor(content_, place);
    PackValue value = cursor.value();
    if (value.kind == NodeKind::text) return write_member(row, writer, text_key, value, cursor);
    if (value.kind != NodeKind::map) return;
    while (cursor.has_next(value)) {
      const std::string_view key = cursor.key();
      PackValue member = cursor.value();
      write_member(row, writer, key, member, cursor);
    }
  }

  void write_member(idx_t row, RowWriter& writer, std::string_view name, PackValue& value,
                    PackCursor& cursor) const {
    const std::size_t index = writer.names().find(name).index;
    ColumnWriter* column = index == FieldNames::none ? nullptr : writer.column(index);
    if (column == nullptr) return cursor.skip(value);
    const std::size_t mark = writer.misfits().mark();
    values_.write(*column, row, value, cursor);
    writer.misfits().below(mark, name);
  }

  /// False when there is none left.
  Result<bool> take_records() {
    pass_.report().add_rows_of(taken_.file, std::exchange(made_, 0));
    WEIR_TRY(const bool more, pass_.take_records(taken_));
    if (!more) return false;
    origin_ = RowOrigin::of(plan_, taken_.file);
    only_ = plan_.only_of(taken_.file);
    mended_ = plan_.mended_of(taken_.file);
    next_record_ = 0;
    places_end_ = static_cast<std::int64_t>(taken_.block.row_number) - 1;
    return true;
  }

  /// Goes on to the rows of the next record; false at the end of the pass.
  Result<bool> next_record(const RowWriter& writer) {
    if (next_record_ == taken_.block.records.size()) {
      WEIR_TRY(const bool more, take_records());
      if (!more) return false;
    }
    const std::size_t at = next_record_++;
    const RecordBlock::Record& record = taken_.block.records[at];
    bytes_ += record.end - record.begin;
    origin_.row = places_end_;  // a mended record may have had more rows
    const std::size_t begin = at == 0 ? 0 : taken_.block.records[at - 1].rows_end;
    const auto bad = taken_.block.bad.find(at);
    const bool is_bad = bad != taken_.block.bad.end();
    const std::size_t places = is_bad ? 1 : record.rows_end - begin;
    places_end_ += static_cast<std::int64_t>(places);
    take_rows(taken_.block.text(), taken_.block.rows, begin, record.rows_end);
    take_head(writer, is_bad ? std::nullopt : std::optional(record.begin));
    if (const std::string* mended = mended_text(taken_.block.number + at)) {
      take_mended(*mended, places);
    } else if (is_bad) {
      report_bad("cannot be read: " + bad->second);
    }
    return true;
  }

  void take_rows(std::string_view content, const std::vector<std::size_t>& rows, std::size_t begin,
                 std::size_t end) {
    content_ = content;
    values_.begin(content);
    rows_ = &rows;
    next_row_ = begin;
    rows_end_ = end;
  }

  /// What the record at the place tells of itself, where that is asked for.
  void take_head(const RowWriter& writer, std::optional<std::size_t> place) {
    if (!writer.wants(received_at_column) && !writer.wants(request_id_column)) return;
    origin_.request_id = {};
    origin_.received_at = plan_.records_of(taken_.file).first_received_at;
    if (!place) return;
    head_cursor_.emplace(content_, *place);
    const xml::PackHead head = xml::read_head(*head_cursor_);
    origin_.received_at = head.received_at;
    origin_.request_id = head.request_id;
  }

  /// Null: the record was not mended.
  const std::string* mended_text(std::uint64_t number) const {
    if (mended_ == nullptr) return nullptr;
    const auto found = mended_->find(number);
    return found == mended_->end() ? nullptr : &found->second;
  }

  /// Goes on to the rows of the mended document, in the places of the stored one's, so that no row
  /// behind it moves.
  void take_mended(const std::string& text, std::size_t places) {
    mended_pack_.clear();
    mended_rows_.clear();
    xml::append_record_head(mended_pack_, {});
    const auto converted = converter_.convert(text, mended_pack_);
    const auto found = xml::PackReader(mended_pack_).find_next(plan_.row_tag, &mended_rows_);
    if (!converted || !found || !*found) {
      take_rows(mended_pack_, mended_rows_, 0, 0);
      return report_bad("cannot be read as it was mended" +
                        (converted ? "" : ": " + converted.error().message));
    }
    take_rows(mended_pack_, mended_rows_, 0, std::min(places, mended_rows_.size()));
    if (mended_rows_.size() > places)
      report_bad("was mended to more rows than it had; send the others as new records");
  }

  /// Of the record whose places are the last ones.
  void report_bad(const std::string& what) {
    if (only_ != nullptr && !only_->contains(static_cast<std::uint64_t>(places_end_))) return;
    pass_.report().add_bad_record({origin_.file, places_end_, what});
  }

  Pass& pass_;
  const ReadPlan& plan_;
  ValueWriter values_;
  TakenRecords taken_;
  std::size_t next_record_ = 0;  // of `taken_`
  RowOrigin origin_;
  std::int64_t places_end_ = 0;  // the last row of the stored record; the next one's is behind it
  std::optional<PackCursor> head_cursor_;

  // Of the record, or what stands for it.
  std::string_view content_;
  const std::vector<std::size_t>* rows_ = nullptr;
  std::size_t next_row_ = 0;
  std::size_t rows_end_ = 0;

  const std::map<std::uint64_t, std::string>* mended_ = nullptr;
  xml::Converter converter_;
  std::string mended_pack_;
  std::vector<std::size_t> mended_rows_;
  const std::set<std::uint64_t>* only_ = nullptr;
  std::uint64_t bytes_ = 0;
  std::uint64_t made_ = 0;  // rows of `taken_`
};

}  // namespace

std::unique_ptr<RowSource> cbor_rows(Pass& pass) {
  return std::make_unique<CborRows>(pass);
}

}  // namespace weir::engine::duckdb
