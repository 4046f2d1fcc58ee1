// Elements go straight from the CBOR items into DuckDB's vectors. A tree of nodes between the two,
// or JSON text, would cost more than all the rest.

#include "engine/duckdb/reader/cbor_rows.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/duckdb/reader/node_json.hpp"
#include "engine/duckdb/reader/pack_file.hpp"
#include "engine/duckdb/text_scan.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/node.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::engine::duckdb {

namespace {

using Kind = SparkType::Kind;
using xml::Node;

constexpr std::string_view text_key = "_VALUE";

/// Whether an element has attributes and text, but no element below it.
bool is_text_with_attributes(const Node& map) {
  return std::all_of(map.members.begin(), map.members.end(),
                     [](const xml::Member& member) { return member.key.starts_with('_'); });
}

/// Writes elements into columns, by the table in the header. A skipped value counts as a misfit if
/// its name is declared; otherwise it does not.
class NodeWriter {
 public:
  explicit NodeWriter(bool trims) : trims_(trims) {}

  void write(ColumnWriter& out, idx_t row, const Node& node) const {
    const Kind kind = out.type().kind;
    // Before the empty element is NULL: alone it is one element of an array all the same.
    if (kind == Kind::array) return write_array(out, row, node);
    if (node.kind == Node::Kind::null) return out.set_null(row);
    if (node.kind == Node::Kind::array) return write_last(out, row, node);
    if (kind == Kind::structure) return write_fields(out, row, node);
    if (kind == Kind::map) return write_map(out, row, node);
    write_scalar(out, row, node);
  }

 private:
  void write_member(ColumnWriter& out, idx_t row, std::string_view name, const Node& node) const {
    const std::size_t mark = out.misfits().mark();
    write(out, row, node);
    if (out.misfits().mark() > mark) out.misfits().below(mark, name);
  }

  void write_last(ColumnWriter& out, idx_t row, const Node& node) const {
    if (node.members.empty()) return out.set_null(row);
    if (node.members.size() > 1)
      note(out, node.members.front().value,
           "is one of several elements of this name where the schema has no array; the last is "
           "taken");
    write(out, row, node.members.back().value);
  }

  void write_fields(ColumnWriter& out, idx_t row, const Node& node) const {
    if (is_blank(node)) return out.set_null(row);
    out.begin_struct(row);
    if (node.kind == Node::Kind::text) {
      ColumnWriter* field = out.field(text_key);
      if (field != nullptr) return write_member(*field, row, text_key, node);
      return note(out, node, "is text, and the declared struct has no field _VALUE for it");
    }
    for (const xml::Member& member : node.members) {
      if (ColumnWriter* field = out.field(member.key))
        write_member(*field, row, member.key, member.value);
    }
  }

  void write_array(ColumnWriter& out, idx_t row, const Node& node) const {
    out.begin_list(row);
    if (node.kind != Node::Kind::array) {
      const idx_t at = out.append(row);
      return write(out.element(), at, node);
    }
    for (std::size_t i = 0; i < node.members.size(); ++i) {
      const idx_t at = out.append(row);
      const std::size_t mark = out.misfits().mark();
      write(out.element(), at, node.members[i].value);
      out.misfits().at(mark, i);
    }
  }

  void write_map(ColumnWriter& out, idx_t row, const Node& node) const {
    if (is_blank(node)) return out.set_null(row);
    if (node.kind != Node::Kind::map) {
      out.set_misfit(row, node.text);
      return;
    }
    out.begin_list(row);
    for (const xml::Member& member : node.members) {
      const idx_t at = out.append(row);
      out.key().set_bytes(at, member.key);
      write_member(out.value(), at, member.key, member.value);
    }
  }

  void write_scalar(ColumnWriter& out, idx_t row, const Node& node) const {
    if (node.kind == Node::Kind::text) return write_text(out, row, node.text);
    if (is_text_with_attributes(node)) {
      const Node* text = node.find(text_key);
      return text == nullptr ? out.set_null(row) : write(out, row, *text);
    }
    const std::string json = json_of(node);
    if (out.type().kind == Kind::string) return out.set_bytes(row, json);
    out.set_misfit(row, json);
  }

  /// White space around it counts for text only, as XML Schema has it for every other type.
  void write_text(ColumnWriter& out, idx_t row, std::string_view text) const {
    const std::string_view bare = trim(text);
    const bool is_text = out.type().kind == Kind::string || out.type().kind == Kind::binary;
    if (is_text && !trims_) return out.set_bytes(row, text);
    if (bare.empty()) return out.set_null(row);
    if (!out.set_from_text(row, bare)) out.set_misfit(row, text);
  }

  static bool is_blank(const Node& node) {
    return node.kind == Node::Kind::text && trim(node.text).empty();
  }

  void note(ColumnWriter& out, const Node& node, std::string_view reason) const {
    if (out.misfits().full()) return out.misfits().count();
    out.misfits().add(node.kind == Node::Kind::text ? std::string(node.text) : json_of(node),
                      reason);
  }

  std::string json_of(const Node& node) const {
    std::string out;
    append_json(out, node, trims_);
    return out;
  }

  bool trims_;
};

class CborRows : public RowSource {
 public:
  explicit CborRows(Pass& pass) : pass_(pass), plan_(pass.plan()), nodes_(plan_.trim) {}

  Result<bool> next(idx_t row, RowWriter& writer) override {
    do {
      while (next_row_ == rows_.size()) {
        WEIR_TRY(const bool more, next_record());
        if (!more) return false;
      }
      ++next_row_;
      ++origin_.row;
    } while (only_ != nullptr && !only_->contains(static_cast<std::uint64_t>(origin_.row)));
    ++made_;
    const Node& node = *rows_[next_row_ - 1];
    writer.begin_row(row, origin_);
    if (node.kind == Node::Kind::text) write_member(row, writer, text_key, node);
    for (const xml::Member& member : node.members)
      write_member(row, writer, member.key, member.value);
    writer.set_origin(row, origin_);
    return true;
  }

  std::uint64_t bytes_read() const override { return bytes_; }

 private:
  /// False when there is none left.
  Result<bool> take_file() {
    pass_.report().add_rows_of(static_cast<std::size_t>(origin_.file), std::exchange(made_, 0));
    file_.reset();
    bytes_before_ = bytes_;
    const auto file = pass_.take_file();
    if (!file) return false;
    WEIR_TRY(file_, PackFile::open(plan_.paths[*file], plan_.claim(*file)));
    origin_ = RowOrigin::of(plan_, *file);
    only_ = plan_.only_of(*file);
    mended_ = plan_.mended_of(*file);
    number_ = 0;
    places_end_ = origin_.row;
    return true;
  }

  void write_member(idx_t row, RowWriter& writer, std::string_view name, const Node& value) const {
    const std::size_t index = writer.names().find(name).index;
    if (index == FieldNames::none) return;
    ColumnWriter* column = writer.column(index);
    if (column == nullptr) return;
    const std::size_t mark = writer.misfits().mark();
    nodes_.write(*column, row, value);
    writer.misfits().below(mark, name);
  }

  /// Makes `rows_` those of the next record; false at the end of the pass.
  Result<bool> next_record() {
    rows_.clear();
    next_row_ = 0;
    if (!file_) return take_file();
    origin_.row = places_end_;  // a mended record may have had more rows
    auto record = file_->next();
    if (record && !*record) {
      pass_.report().note_whole(static_cast<std::size_t>(origin_.file));
      return take_file();
    }
    if (!record && file_->has_failed()) return fail(std::move(record).error());
    const std::string* mended = mended_text(++number_);
    if (!record) {
      WEIR_CHECK(skip(record.error(), mended == nullptr));
      origin_.request_id = {};
      if (mended != nullptr) take_mended(*mended, 1);
      return true;
    }
    record_ = std::move(**record);
    bytes_ = bytes_before_ + record_.offset;
    origin_.received_at = record_.head.received_at;
    origin_.request_id = record_.head.request_id;
    find_rows(record_.payload);
    const std::size_t places = rows_.size();
    places_end_ = origin_.row + static_cast<std::int64_t>(places);
    if (mended != nullptr) take_mended(*mended, places);
    return true;
  }

  void find_rows(const Node& payload) {
    rows_.clear();
    xml::find_rows(payload, plan_.row_tag, [this](const Node& node) { rows_.push_back(&node); });
  }

  /// Null: the record was not mended.
  const std::string* mended_text(std::uint64_t number) const {
    if (mended_ == nullptr) return nullptr;
    const auto found = mended_->find(number);
    return found == mended_->end() ? nullptr : &found->second;
  }

  /// Makes `rows_` those of the mended document, in the places of the stored one's, so that no row
  /// behind it moves.
  void take_mended(const std::string& text, std::size_t places) {
    mended_pack_.clear();
    xml::append_record_head(mended_pack_, {});
    const auto converted = converter_.convert(text, mended_pack_);
    mended_reader_.emplace(mended_pack_);
    auto record = mended_reader_->next();
    rows_.clear();
    if (!converted || !record || !*record)
      return report_bad("cannot be read as it was mended" +
                        (converted ? "" : ": " + converted.error().message));
    mended_record_ = std::move(**record);
    find_rows(mended_record_.payload);
    if (rows_.size() <= places) return;
    rows_.resize(places);
    report_bad("was mended to more rows than it had; send the others as new records");
  }

  /// Of the record whose places are the last ones.
  void report_bad(const std::string& what) {
    if (only_ != nullptr && !only_->contains(static_cast<std::uint64_t>(places_end_))) return;
    pass_.report().add_bad_record({origin_.file, places_end_, what});
  }

  /// What is no record costs itself, as long as its end can be found.
  Result<void> skip(const Error& error, bool reports) {
    auto skipped = file_->skip();
    if (!skipped && file_->has_failed()) return skipped;
    if (!skipped)
      return fail_while(plan_.name(static_cast<std::size_t>(origin_.file)),
                        Error{error.code, error.message + "; nothing from there on can be read"});
    ++places_end_;
    if (reports) report_bad("cannot be read: " + error.message);
    return {};
  }

  Pass& pass_;
  const ReadPlan& plan_;
  const NodeWriter nodes_;
  std::optional<PackFile> file_;
  xml::PackRecord record_;
  std::vector<const Node*> rows_;  // of record_
  std::size_t next_row_ = 0;
  RowOrigin origin_;
  std::int64_t places_end_ = 0;  // the last row of the stored record; the next one's is behind it
  const std::map<std::uint64_t, std::string>* mended_ = nullptr;
  std::uint64_t number_ = 0;  // of the record in its file: 1, 2, 3, ...
  xml::Converter converter_;
  std::string mended_pack_;
  std::optional<xml::PackReader> mended_reader_;
  xml::PackRecord mended_record_;
  const std::set<std::uint64_t>* only_ = nullptr;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_before_ = 0;
  std::uint64_t made_ = 0;  // rows of the file
};

}  // namespace

std::unique_ptr<RowSource> cbor_rows(Pass& pass) {
  return std::make_unique<CborRows>(pass);
}

}  // namespace weir::engine::duckdb
