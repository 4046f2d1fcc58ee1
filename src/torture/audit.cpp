#include "torture/audit.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/receipt.hpp"
#include "pipeline/batcher/sha256.hpp"
#include "xml/ingest_pack.hpp"

namespace weir::torture {
namespace {

Failure violated(std::string what) {
  return fail(Errc::internal, std::move(what));
}

/// A record as it was found, with the sequence it is told to have.
struct Found {
  Sequence sequence;
  std::uint64_t id = 0;
};

class Audit {
 public:
  Audit(Server& server, Machine& machine, const Ledger& ledger, const Damaged& damaged)
      : server_(server), machine_(machine), ledger_(ledger), damaged_(damaged) {}

  Result<void> stream(const catalog::Stream& stream);
  Result<void> nothing_is_missing() const;
  const Audited& audited() const { return audited_; }

 private:
  bool is_lost_with_wal(const catalog::Stream& stream);
  Result<std::vector<catalog::Batch>> batches(const catalog::Stream& stream);
  Result<std::map<std::uint64_t, catalog::Quarantined>> aside(const catalog::Stream& stream);
  Result<void> follow(const catalog::Stream& stream, const std::vector<catalog::Batch>& batches,
                      const std::map<std::uint64_t, catalog::Quarantined>& aside);
  Result<void> file(const catalog::Batch& batch, const std::vector<Sequence>& sequences);
  Result<void> json_lines(const catalog::Batch& batch, std::string_view content,
                          const std::vector<Sequence>& sequences);
  Result<void> xml_records(const catalog::Batch& batch, std::string_view content,
                           const std::vector<Sequence>& sequences);
  Result<void> note(StreamNo stream, Sequence sequence, std::optional<std::uint64_t> id,
                    const std::string& where);

  Server& server_;
  Machine& machine_;
  const Ledger& ledger_;
  const Damaged& damaged_;
  std::map<std::uint64_t, std::string> places_;  // of every id found
  /// Sequences that stand in a damaged file.
  std::set<std::pair<StreamNo, Sequence>> damaged_places_;
  Audited audited_;
};

Result<std::vector<catalog::Batch>> Audit::batches(const catalog::Stream& stream) {
  std::vector<catalog::Batch> all;
  catalog::BatchFilter filter;
  filter.stream_id = stream.id;
  WEIR_TRY(all, server_.catalog().batches().find(stream.tenant_no, filter));
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.first_sequence < b.first_sequence; });
  return all;
}

Result<std::map<std::uint64_t, catalog::Quarantined>> Audit::aside(const catalog::Stream& stream) {
  std::map<std::uint64_t, catalog::Quarantined> all;
  catalog::PageRequest page;
  for (;;) {
    WEIR_TRY(auto read, server_.catalog().batches().quarantined(stream.tenant_no, stream.id, page));
    for (catalog::Quarantined& record : read.items) {
      const std::uint64_t sequence = record.address.sequence.value;
      if (!all.emplace(sequence, std::move(record)).second)
        return violated(
            fmt::format("{}: sequence {} is in the quarantine twice", stream.id, sequence));
    }
    if (read.next_token.empty()) return all;
    page.next_token = read.next_token;
  }
}

Result<void> Audit::stream(const catalog::Stream& stream) {
  if (is_lost_with_wal(stream)) return {};
  WEIR_TRY(const auto files, batches(stream));
  WEIR_TRY(const auto quarantined, aside(stream));
  WEIR_CHECK(follow(stream, files, quarantined));
  for (const auto& [sequence, record] : quarantined) {
    const auto id = id_in(record.body);
    WEIR_CHECK(note(stream.no, Sequence{sequence}, id, "the quarantine"));
    if (ledger_.at(*id).body != record.body)
      return violated(
          fmt::format("record {}: the quarantine holds other bytes than were sent", *id));
    ++audited_.quarantined;
  }
  return {};
}

/// SQLite takes a damaged frame for the end of its log, and the transactions in it and behind it
/// are gone. Records are found in the log then, or the server does not start; a stream that has no
/// record yet is not missed by anybody but its maker.
bool Audit::is_lost_with_wal(const catalog::Stream& stream) {
  if (!damaged_.contains(machine_.catalog_path + "-wal")) return false;
  const auto found = server_.catalog().streams().find(stream.tenant_no, stream.id);
  return !found && found.error().code == Errc::not_found;
}

/// Ranges of files, and what is in the quarantine between them, up to the stream's position.
Result<void> Audit::follow(const catalog::Stream& stream,
                           const std::vector<catalog::Batch>& batches,
                           const std::map<std::uint64_t, catalog::Quarantined>& aside) {
  std::uint64_t next = 1;
  auto set_aside = aside.begin();
  const auto pass_quarantined = [&] {
    for (; set_aside != aside.end() && set_aside->first == next; ++set_aside)
      ++next;
  };
  for (const catalog::Batch& batch : batches) {
    while (next < batch.first_sequence.value && set_aside != aside.end() &&
           set_aside->first == next)
      ++next, ++set_aside;
    if (batch.first_sequence.value != next)
      return violated(fmt::format("{} begins at sequence {} where {} should follow", batch.path,
                                  batch.first_sequence.value, next));
    std::vector<Sequence> sequences;
    for (; next <= batch.last_sequence.value; ++next) {
      if (set_aside != aside.end() && set_aside->first == next)
        ++set_aside;
      else
        sequences.push_back({next});
    }
    if (batch.records != sequences.size())
      return violated(fmt::format("{}: the manifest says {} records, its range leaves {}",
                                  batch.path, batch.records, sequences.size()));
    WEIR_CHECK(file(batch, sequences));
  }
  pass_quarantined();
  WEIR_TRY(const auto positions, server_.catalog().batches().positions(only_partition));
  const auto position = positions.find(stream.no);
  const std::uint64_t committed = position == positions.end() ? 1 : position->second.value;
  if (committed != next || set_aside != aside.end())
    return violated(
        fmt::format("{}: the catalog's position is {}, its files and quarantine end "
                    "before {}",
                    stream.id, committed, next));
  return {};
}

Result<void> Audit::file(const catalog::Batch& batch, const std::vector<Sequence>& sequences) {
  ++audited_.files;
  const bool is_damaged = damaged_.contains(machine_.store_path + "/" + batch.path);
  auto content = server_.store().read(batch.path);
  if (!content) return fail_while(batch.path, std::move(content).error());
  batcher::Sha256 sum;
  sum.update(*content);
  const bool is_whole = sum.hex() == batch.sha256 && content->size() == batch.bytes;
  if (!is_whole && is_damaged) {
    for (const Sequence sequence : sequences)
      damaged_places_.emplace(batch.stream, sequence);
    return {};
  }
  if (!is_whole)
    return violated(fmt::format("{}: not the bytes its manifest row is of", batch.path));
  audited_.records += sequences.size();
  if (batch.path.ends_with(".cbor")) return xml_records(batch, *content, sequences);
  return json_lines(batch, *content, sequences);
}

Result<void> Audit::json_lines(const catalog::Batch& batch, std::string_view content,
                               const std::vector<Sequence>& sequences) {
  for (const Sequence sequence : sequences) {
    const std::size_t end = content.find('\n');
    if (end == std::string_view::npos)
      return violated(batch.path + ": fewer lines than the manifest says");
    const std::string_view line = content.substr(0, end);
    const auto id = id_in(line);
    WEIR_CHECK(note(batch.stream, sequence, id, batch.path));
    if (ledger_.at(*id).body != line)
      return violated(
          fmt::format("record {}: {} holds other bytes than were sent", *id, batch.path));
    content.remove_prefix(end + 1);
  }
  if (!content.empty()) return violated(batch.path + ": more lines than the manifest says");
  return {};
}

Result<void> Audit::xml_records(const catalog::Batch& batch, std::string_view content,
                                const std::vector<Sequence>& sequences) {
  xml::PackReader reader(content);
  for (const Sequence sequence : sequences) {
    WEIR_TRY(const auto record, reader.next());
    if (!record) return violated(batch.path + ": fewer records than the manifest says");
    const auto address = decode_receipt(record->head.request_id);
    if (!address || *address != Address{batch.stream, batch.partition, sequence})
      return violated(fmt::format("{}: the receipt at sequence {} is of another record", batch.path,
                                  sequence.value));
    const xml::Node* root = record->payload.find("record");
    const xml::Node* id_node = root != nullptr ? root->find("id") : nullptr;
    const xml::Node* padding = root != nullptr ? root->find("padding") : nullptr;
    if (id_node == nullptr || padding == nullptr)
      return violated(batch.path + ": a record that nobody sent");
    const std::string body = fmt::format("<record><id>{}</id><padding>{}</padding></record>",
                                         id_node->text, padding->text);
    const auto id = id_in(body);
    WEIR_CHECK(note(batch.stream, sequence, id, batch.path));
    if (ledger_.at(*id).body != body)
      return violated(
          fmt::format("record {}: {} holds another text than was sent", *id, batch.path));
  }
  WEIR_TRY(const auto more, reader.next());
  if (more) return violated(batch.path + ": more records than the manifest says");
  return {};
}

Result<void> Audit::note(StreamNo stream, Sequence sequence, std::optional<std::uint64_t> id,
                         const std::string& where) {
  if (!id || *id >= ledger_.all().size())
    return violated(fmt::format("{}: sequence {} is nothing that was sent", where, sequence.value));
  const Sent& sent = ledger_.at(*id);
  const auto [place, is_new] = places_.emplace(*id, where);
  if (!is_new)
    return violated(
        fmt::format("record {} is there twice: in {} and in {}", *id, place->second, where));
  if (sent.fate == Sent::Fate::refused)
    return violated(fmt::format("record {} was refused, but is in {}", *id, where));
  if (sent.stream != stream)
    return violated(fmt::format("record {} is in {}, which is of another stream", *id, where));
  if (sent.address && *sent.address != Address{stream, only_partition, sequence})
    return violated(fmt::format("record {} is in {} at sequence {}, its receipt says {}", *id,
                                where, sequence.value, sent.address->sequence.value));
  return {};
}

Result<void> Audit::nothing_is_missing() const {
  for (std::uint64_t id = 0; id < ledger_.all().size(); ++id) {
    const Sent& sent = ledger_.at(id);
    if (sent.fate != Sent::Fate::accepted || places_.contains(id)) continue;
    if (sent.address && damaged_places_.contains({sent.stream, sent.address->sequence})) continue;
    return violated(
        fmt::format("record {} of stream {} was accepted (sequence {}), and is in no "
                    "file and not in the quarantine",
                    id, sent.stream.value, sent.address ? sent.address->sequence.value : 0));
  }
  return {};
}

}  // namespace

Result<Audited> audit(Server& server, Machine& machine, const Ledger& ledger,
                      const std::vector<catalog::Stream>& streams, const Damaged& damaged) {
  Audit audit(server, machine, ledger, damaged);
  for (const catalog::Stream& stream : streams)
    WEIR_CHECK(audit.stream(stream));
  WEIR_CHECK(audit.nothing_is_missing());
  WEIR_TRY(const auto checkpoint, server.catalog().batches().checkpoint(only_partition));
  const Lsn end = server.log().durable_end(only_partition);
  if (checkpoint.lsn > end)
    return violated(fmt::format("the checkpoint {} is behind the log's end {}",
                                checkpoint.lsn.value, end.value));
  return audit.audited();
}

}  // namespace weir::torture
