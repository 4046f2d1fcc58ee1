#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "xml/cbor_items.hpp"
#include "xml/node.hpp"
#include "xml/pack_cursor.hpp"

/// The records of a CBOR batch file (docs/formats/batch-file.md): written by the batcher, read by
/// the engine.
namespace weir::xml {

struct PackHead {
  std::string_view request_id;
  Time received_at;
  std::string_view content_type;
};

/// Appends a record up to and with the key `payload`; its value, a map, must follow
/// (Converter::convert).
void append_record_head(std::string& out, const PackHead& head);

struct PackRecord {
  PackHead head;
  Node payload;              // a map of one pair: the root element's name -> its value
  std::uint64_t offset = 0;  // of the record's first byte
};

/// Reads a file's content record by record. Accepts definite and indefinite lengths and a record's
/// keys in any order; skips unknown keys. Used by one thread.
class PackReader {
 public:
  /// `content` is the whole file, or from the beginning of a record at `first_offset` on some of
  /// it, and outlives the reader and what it returned.
  explicit PackReader(std::string_view content, std::uint64_t first_offset = 0)
      : content_(content),
        first_offset_(first_offset),
        begun_(content, first_offset),
        items_(content, first_offset) {}
  PackReader(const PackReader&) = delete;
  PackReader& operator=(const PackReader&) = delete;

  /// The next record, valid until the next call; nullopt at the end. Errc::corrupt with the byte
  /// offset where the content is not a record; nothing after it can be read then, but behind
  /// skip().
  Result<std::optional<PackRecord>> next();
  /// The same without a tree; false at the end. The record is from begun() to end(). `rows`, if
  /// given, get the places in the content of its elements `row_tag`, as find_rows() has them; a
  /// PackCursor reads both.
  Result<bool> find_next(std::string_view row_tag, std::vector<std::size_t>* rows);
  /// After a failure: goes past the content that is no record. corrupt where its end cannot be
  /// found; nothing can be read any more then.
  Result<void> skip();
  /// Whether what failed did so because the content ended.
  bool is_cut_short() const { return items_.is_cut_short(); }
  /// The first byte of the record that was asked for last.
  std::uint64_t begun() const { return begun_.offset(); }
  /// That behind it, or behind what was skipped.
  std::uint64_t end() const { return items_.offset(); }

 private:
  /// The number of values that a container still expects, or that an end item closes it.
  struct Container;
  /// What a value is to those who look for rows.
  enum class Search : std::uint8_t { within, row, past };

  bool plain_item(CborItem& found) { return !looked_at_ && items_.next_plain(found); }
  Result<void> item(CborItem& found);
  Result<bool> has_next(Container& container);
  Result<void> record();
  Result<void> member(std::uint32_t& seen);
  Result<void> payload_value(std::uint64_t offset);
  Result<void> time_value();
  Result<void> value(std::uint32_t depth, Search search);
  Result<void> value(const CborItem& head, std::uint32_t depth, Search search);
  Result<std::uint64_t> members(const CborItem& head, std::uint32_t depth, Search search);
  Result<std::string_view> text_item(std::string_view what);
  Result<std::string_view> text_of(const CborItem& head, std::string_view what);
  Result<std::string_view> joined();

  std::string_view content_;
  std::uint64_t first_offset_;
  CborItems begun_;  // at the first byte of the record that was asked for last
  CborItems items_;
  std::optional<CborItem> looked_at_;  // read ahead, to detect a container's end
  std::string joined_;                 // the last text that came in chunks
  std::uint32_t nodes_ = 0;            // of this record
  std::string time_text_;              // the last one, since many records have the same
  std::string_view row_tag_;
  std::vector<std::size_t>* rows_ = nullptr;  // that were found
  std::optional<PackCursor> cursor_;          // of the last record
};

/// The head of a record that a PackReader has found; texts are views into the content, or the
/// cursor's, which is at the record's first byte.
PackHead read_head(PackCursor& cursor);

}  // namespace weir::xml
