#include "pipeline/batcher/record_page.hpp"

#include <algorithm>
#include <optional>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "xml/cbor_items.hpp"
#include "xml/ingest_pack.hpp"

// Reads a piece of the file that is doubled until one record is whole in it, so that a page costs
// what it shows and not what the file holds. A page begins at a byte and not at a number, since a
// number would have to be counted from the index on.
namespace weir::batcher {
namespace {

namespace json = boost::json;

constexpr std::uint64_t piece_bytes = 256 * limits::kib;
/// A record as JSON, with all that the tree of an XML payload adds to it, is smaller.
constexpr std::uint64_t piece_bytes_max = 64 * limits::mib;

json::value json_of(const xml::Node& node) {
  switch (node.kind) {
    case xml::Node::Kind::null:
      return nullptr;
    case xml::Node::Kind::text:
      return json::value(node.text);
    case xml::Node::Kind::array: {
      json::array items;
      for (const xml::Member& member : node.members)
        items.push_back(json_of(member.value));
      return items;
    }
    case xml::Node::Kind::map: {
      json::object members;
      for (const xml::Member& member : node.members)
        members[member.key] = json_of(member.value);
      return members;
    }
  }
  return nullptr;
}

Result<std::string> text_of_pack(const catalog::Batch& batch, std::string_view bytes) {
  // A record of a landed file that could not be read stands there as the reason.
  WEIR_TRY(const xml::CborItem head, xml::CborItems(bytes).next());
  const bool is_landed = batch.path.find("/landed-") != std::string::npos;
  if (is_landed && head.kind == xml::CborItem::Kind::text)
    return json::serialize(json::value(head.text));
  xml::PackReader reader(bytes);
  WEIR_TRY(const auto record, reader.next());
  if (!record) return fail(Errc::corrupt, "there is no record");
  return json::serialize(json::object{{"request_id", record->head.request_id},
                                      {"received_at", to_string(record->head.received_at)},
                                      {"content_type", record->head.content_type},
                                      {"payload", json_of(record->payload)}});
}

/// The end of the record that begins the piece; nullopt: it is not whole in it.
std::optional<std::uint64_t> end_of(std::string_view piece, bool is_pack) {
  if (!is_pack) {
    const std::size_t end = piece.find('\n');
    return end == std::string_view::npos ? std::nullopt : std::optional<std::uint64_t>(end + 1);
  }
  xml::CborItems items(piece);
  if (!items.skip()) return std::nullopt;
  return items.offset();
}

Failure begins_no_record(const catalog::Batch& batch, std::uint64_t offset) {
  return fail(Errc::bad_request, "No record begins at byte " + std::to_string(offset) + " of " +
                                     batch.path +
                                     ". Begin at 0, and go on at the \"next_offset\" of a page.");
}

Result<void> take_records(const catalog::Batch& batch, std::string_view piece, std::uint64_t offset,
                          std::uint64_t count, RecordPage& page) {
  const bool is_pack = batch.path.ends_with(".cbor");
  while (page.records.size() < count && !piece.empty()) {
    const auto end = end_of(piece, is_pack);
    if (!end) break;
    RecordText record{{offset, *end}, ""};
    if (is_pack) {
      auto text = text_of_pack(batch, piece.substr(0, *end));
      if (!text) return page.records.empty() ? begins_no_record(batch, offset) : fail(text.error());
      record.text = *std::move(text);
    } else {
      record.text = std::string(piece.substr(0, *end - 1));
    }
    page.records.push_back(std::move(record));
    piece.remove_prefix(*end);
    offset += *end;
  }
  page.next = offset;
  return {};
}

}  // namespace

Result<RecordPage> read_page(store::ObjectStore& store, const catalog::Batch& batch,
                             std::uint64_t offset, std::uint64_t count) {
  RecordPage page;
  page.next = batch.bytes;
  if (offset >= batch.bytes) return page;
  if (offset > 0 && !batch.path.ends_with(".cbor")) {
    WEIR_TRY(const std::string before, store.read_range(batch.path, offset - 1, 1));
    if (before != "\n") return begins_no_record(batch, offset);
  }
  for (std::uint64_t bytes = piece_bytes;; bytes *= 2) {
    const std::uint64_t read = std::min(bytes, batch.bytes - offset);
    WEIR_TRY(const std::string piece, store.read_range(batch.path, offset, read));
    WEIR_CHECK(take_records(batch, piece, offset, count, page));
    if (!page.records.empty()) return page;
    if (read < bytes || bytes >= piece_bytes_max) return begins_no_record(batch, offset);
  }
}

}  // namespace weir::batcher
