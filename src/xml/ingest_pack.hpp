#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "xml/cbor_items.hpp"
#include "xml/node.hpp"

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
      : begun_(content, first_offset), items_(content, first_offset) {}
  PackReader(const PackReader&) = delete;
  PackReader& operator=(const PackReader&) = delete;

  /// The next record, valid until the next call; nullopt at the end. Errc::corrupt with the byte
  /// offset where the content is not a record; nothing after it can be read then, but behind
  /// skip().
  Result<std::optional<PackRecord>> next();
  /// After a failure: goes past the content that is no record. corrupt where its end cannot be
  /// found; nothing can be read any more then.
  Result<void> skip();
  /// Whether what failed did so because the content ended.
  bool is_cut_short() const { return items_.is_cut_short(); }
  /// The first byte of the record that was asked for last.
  std::uint64_t begun() const { return begun_.offset(); }

 private:
  /// The number of values that a container still expects, or that an end item closes it.
  struct Container;

  Result<void> item(CborItem& found);
  Result<bool> has_next(Container& container);
  Result<void> member(PackRecord& record, std::uint32_t& seen);
  Result<Time> time_value();
  Result<void> value(Node& node, std::uint32_t depth);
  Result<void> array_value(Node& node, const CborItem& head, std::uint32_t depth);
  Result<void> map_value(Node& node, const CborItem& head, std::uint32_t depth);
  Result<std::string_view> text_value(const CborItem& head);
  Result<std::string_view> text_item(std::string_view what);

  CborItems begun_;  // at the first byte of the record that was asked for last
  CborItems items_;
  std::optional<CborItem> looked_at_;  // read ahead, to detect a container's end
  std::deque<std::string> joined_;     // texts that came in chunks
  std::uint32_t nodes_ = 0;            // of this record
  std::string time_text_;              // the last one, since many records have the same
  Time time_;
};

}  // namespace weir::xml
