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
  /// `content` is the whole file and outlives the reader and what it returned.
  explicit PackReader(std::string_view content) : begun_(content), items_(content) {}
  PackReader(const PackReader&) = delete;
  PackReader& operator=(const PackReader&) = delete;

  /// The next record, valid until the next call; nullopt at the end. Errc::corrupt with the byte
  /// offset where the content is not a record; nothing after it can be read then, but behind
  /// skip().
  Result<std::optional<PackRecord>> next();
  /// After a failure: goes past the content that is no record. corrupt where its end cannot be
  /// found; nothing can be read any more then.
  Result<void> skip();

 private:
  /// The number of values that a container still expects, or that an end item closes it.
  struct Container;

  Result<CborItem> item();
  Result<bool> has_next(Container& container);
  Result<void> member(PackRecord& record, std::uint32_t& seen);
  Result<Time> time_value();
  Result<Node> value(std::uint32_t depth);
  Result<Node> array_value(const CborItem& head, std::uint32_t depth);
  Result<Node> map_value(const CborItem& head, std::uint32_t depth);
  Result<std::string_view> text_value(const CborItem& head);
  Result<std::string_view> text_item(std::string_view what);

  CborItems begun_;  // at the first byte of the record that was asked for last
  CborItems items_;
  std::optional<CborItem> looked_at_;  // read ahead, to detect a container's end
  std::deque<std::string> joined_;     // texts that came in chunks
  std::uint32_t nodes_ = 0;            // of this record
};

}  // namespace weir::xml
