#include "engine/duckdb/cbor_rows.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/duckdb/file_lines.hpp"
#include "engine/duckdb/json_write.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/node.hpp"

namespace weir::engine {

namespace {

using Kind = SparkType::Kind;
using xml::Node;

constexpr std::string_view text_key = "_VALUE";

void append_json(std::string& out, const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      out += "null";
      return;
    case Node::Kind::text:
      return append_json_text(out, node.text);
    case Node::Kind::array:
    case Node::Kind::map: {
      const bool is_map = node.kind == Node::Kind::map;
      out += is_map ? '{' : '[';
      bool first = true;
      for (const xml::Member& member : node.members) {
        if (!std::exchange(first, false)) out += ',';
        if (is_map) {
          append_json_text(out, member.key);
          out += ':';
        }
        append_json(out, member.value);
      }
      out += is_map ? '}' : ']';
    }
  }
}

/// Whether an element has attributes and text, but no element below it.
bool is_text_with_attributes(const Node& map) {
  return std::all_of(map.members.begin(), map.members.end(),
                     [](const xml::Member& member) { return member.key.starts_with('_'); });
}

void write_node(ColumnWriter& out, idx_t row, const Node& node);

void write_fields(ColumnWriter& out, idx_t row, const Node& node) {
  out.begin_struct(row);
  if (node.kind == Node::Kind::text) {
    if (ColumnWriter* field = out.field(text_key)) write_node(*field, row, node);
    return;
  }
  for (const xml::Member& member : node.members) {
    if (ColumnWriter* field = out.field(member.key)) write_node(*field, row, member.value);
  }
}

void write_array(ColumnWriter& out, idx_t row, const Node& node) {
  out.begin_list(row);
  if (node.kind != Node::Kind::array) {
    const idx_t at = out.append(row);
    return write_node(out.element(), at, node);
  }
  for (const xml::Member& member : node.members) {
    const idx_t at = out.append(row);
    write_node(out.element(), at, member.value);
  }
}

void write_map(ColumnWriter& out, idx_t row, const Node& node) {
  if (node.kind != Node::Kind::map) return out.set_null(row);
  out.begin_list(row);
  for (const xml::Member& member : node.members) {
    const idx_t at = out.append(row);
    out.key().set_bytes(at, member.key);
    write_node(out.value(), at, member.value);
  }
}

void write_scalar(ColumnWriter& out, idx_t row, const Node& node) {
  if (node.kind == Node::Kind::text) return out.set_from_text(row, node.text);
  if (is_text_with_attributes(node)) {
    const Node* text = node.find(text_key);
    return text == nullptr ? out.set_null(row) : write_node(out, row, *text);
  }
  if (out.type().kind != Kind::string) return out.set_null(row);
  std::string json;
  append_json(json, node);
  out.set_bytes(row, json);
}

void write_node(ColumnWriter& out, idx_t row, const Node& node) {
  const Kind kind = out.type().kind;
  // Before the empty element is NULL: alone it is one element of an array all the same.
  if (kind == Kind::array) return write_array(out, row, node);
  if (node.kind == Node::Kind::null) return out.set_null(row);
  if (node.kind == Node::Kind::array) {
    if (node.members.empty()) return out.set_null(row);
    return write_node(out, row, node.members.back().value);
  }
  if (kind == Kind::structure) return write_fields(out, row, node);
  if (kind == Kind::map) return write_map(out, row, node);
  write_scalar(out, row, node);
}

class CborRows : public RowSource {
 public:
  explicit CborRows(Reading& reading) : plan_(reading.plan) {}

  Result<bool> next(idx_t row, RowWriter& writer) override {
    while (next_row_ == rows_.size()) {
      WEIR_TRY(const bool more, next_record());
      if (!more) return false;
    }
    const Node& node = *rows_[next_row_++];
    ++origin_.row;
    writer.begin_row(row);
    if (node.kind == Node::Kind::text) write_member(row, writer, text_key, node);
    for (const xml::Member& member : node.members)
      write_member(row, writer, member.key, member.value);
    writer.set_origin(row, origin_);
    return true;
  }

  std::uint64_t bytes_read() const override { return bytes_; }

 private:
  static void write_member(idx_t row, RowWriter& writer, std::string_view name, const Node& value) {
    const std::size_t index = writer.find(name);
    if (index == RowWriter::none) return;
    if (ColumnWriter* column = writer.column(index)) write_node(*column, row, value);
  }

  /// Makes `rows_` those of the next record of the next file; false at the end of all.
  Result<bool> next_record() {
    rows_.clear();
    next_row_ = 0;
    while (true) {
      if (!reader_) {
        if (files_read_ == plan_.paths.size()) return false;
        WEIR_TRY(content_, read_whole(plan_.paths[files_read_]));
        reader_.emplace(content_);
        origin_ = {static_cast<std::int64_t>(files_read_), 0, ""};
        ++files_read_;
      }
      auto record = reader_->next();
      if (!record) return fail_while(plan_.paths[files_read_ - 1], std::move(record).error());
      if (*record) {
        record_ = std::move(**record);
        bytes_ = bytes_before_ + record_.offset;
        xml::find_rows(record_.payload, plan_.row_tag,
                       [this](const Node& node) { rows_.push_back(&node); });
        return true;
      }
      reader_.reset();
      bytes_before_ += content_.size();
    }
  }

  const ReadPlan& plan_;
  std::size_t files_read_ = 0;  // begun
  std::string content_;
  std::optional<xml::PackReader> reader_;
  xml::PackRecord record_;
  std::vector<const Node*> rows_;  // of record_
  std::size_t next_row_ = 0;
  RowOrigin origin_;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_before_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> cbor_rows(Reading& reading) {
  return std::make_unique<CborRows>(reading);
}

}  // namespace weir::engine
