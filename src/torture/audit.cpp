#include "torture/audit.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/receipt.hpp"
#include "base/sha256.hpp"
#include "pipeline/batcher/conservation.hpp"
#include "pipeline/batcher/quarantine.hpp"
#include "pipeline/batcher/record_index.hpp"
#include "pipeline/store/store_check.hpp"
#include "torture/outcome_check.hpp"
#include "xml/ingest_pack.hpp"

namespace weir::torture {
namespace {

using Place = catalog::Batches::Place;

Failure violated(std::string what) {
  return fail(Errc::internal, std::move(what));
}

/// The payload of one line of a file.
Result<std::string> body_of_line(std::string_view bytes) {
  if (!bytes.ends_with('\n')) return violated("no line");
  bytes.remove_suffix(1);
  return std::string(bytes);
}

/// The payload of one record of a CBOR file, rebuilt as Ledger::add made it.
Result<std::string> body_of_record(std::string_view bytes, const Address& address) {
  xml::PackReader reader(bytes);
  WEIR_TRY(const auto record, reader.next());
  if (!record) return violated("no record");
  if (decode_receipt(record->head.request_id) != address)
    return violated("its receipt is of another record");
  const xml::Node* root = record->payload.find("record");
  const xml::Node* id = root != nullptr ? root->find("id") : nullptr;
  const xml::Node* padding = root != nullptr ? root->find("padding") : nullptr;
  if (id == nullptr || padding == nullptr) return violated("a record that nobody sent");
  return fmt::format("<record><id>{}</id><padding>{}</padding></record>", id->text, padding->text);
}

class Audit {
 public:
  Audit(Server& server, Machine& machine, const Ledger& ledger, const Damaged& damaged,
        const Dropped& dropped)
      : server_(server), machine_(machine), ledger_(ledger), damaged_(damaged), dropped_(dropped) {}

  Result<void> stream(const catalog::Stream& stream);
  Result<void> results() const;
  Result<void> conservation() const;
  Result<void> quarantine_files();
  Result<void> sealed_hours();
  const Audited& audited() const { return audited_; }

 private:
  /// A file of the manifest and what has been found to be in it.
  struct File {
    catalog::Batch row;
    std::string content;
    bool is_damaged = false;
    std::vector<Sequence> sequences;
  };
  using Files = std::map<std::string, File>;  // by path

  bool is_flipped(const std::string& key) const {
    return damaged_.contains(machine_.store_path + "/" + key);
  }
  bool is_lost_with_wal() const { return damaged_.contains(machine_.catalog_path + "-wal"); }
  bool is_lost(const catalog::Stream& stream);
  Result<Files> files(const catalog::Stream& stream);
  Result<void> read(File& file);
  Result<Found> place(const catalog::Stream& stream, Sequence sequence, Files& files);
  Result<Found> quarantined(const catalog::Quarantined& record, Found found);
  Result<Found> quarantined_body(const catalog::Quarantined& record, Found found);
  Result<void> quarantine_file(const std::string& path);
  Result<void> contents(const File& file, FoundInStream& found);
  Result<std::uint64_t> body_id(const std::string& body, const std::string& where) const;
  Result<void> adds_up(const File& file, const FoundInStream& found) const;

  Server& server_;
  Machine& machine_;
  const Ledger& ledger_;
  const Damaged& damaged_;
  const Dropped& dropped_;
  std::map<StreamNo, FoundInStream> found_;
  Audited audited_;
};

Result<Audit::Files> Audit::files(const catalog::Stream& stream) {
  catalog::BatchFilter filter;
  filter.stream_id = stream.id;
  WEIR_TRY(const auto rows, server_.catalog().batches().find(stream.tenant_no, filter));
  Files all;
  for (const catalog::Batch& row : rows) {
    File file{.row = row, .content = {}, .is_damaged = false, .sequences = {}};
    WEIR_CHECK(read(file));
    all.emplace(row.path, std::move(file));
  }
  return all;
}

Result<void> Audit::read(File& file) {
  const std::string& path = file.row.path;
  auto content = server_.store().read(path);
  if (!content) return fail_while(path, std::move(content).error());
  file.content = *std::move(content);
  ++audited_.files;
  const bool is_whole =
      sha256_hex(file.content) == file.row.sha256 && file.content.size() == file.row.bytes;
  file.is_damaged = (!is_whole && is_flipped(path)) || is_flipped(index_key(path));
  if (is_whole || file.is_damaged) return {};
  return violated(path + ": not the bytes its manifest row is of");
}

/// First record by record, through receipts; then file by file.
Result<void> Audit::stream(const catalog::Stream& stream) {
  FoundInStream& found = found_[stream.no];
  if (is_lost(stream)) return {};
  WEIR_TRY(Files all, files(stream));
  WEIR_TRY(const auto positions, server_.catalog().batches().positions(only_partition));
  const auto position = positions.find(stream.no);
  const Sequence end = position == positions.end() ? Sequence{1} : position->second;
  for (Sequence next{1}; next < end; ++next.value) {
    WEIR_TRY(Found record, place(stream, next, all));
    found.emplace(next, std::move(record));
  }
  for (const auto& [path, file] : all) {
    WEIR_CHECK(adds_up(file, found));
    WEIR_CHECK(contents(file, found));
  }
  return {};
}

Result<void> Audit::results() const {
  for (const auto& [stream, found] : found_)
    WEIR_CHECK(check_outcomes(stream, found, ledger_));
  return {};
}

/// SQLite takes a damaged frame for the end of its log, so the transactions in it and after it are
/// lost. Then the records are found in the log, or the server does not start. A stream without a
/// record is missed only by its creator, and its number is given to the next stream.
bool Audit::is_lost(const catalog::Stream& stream) {
  if (!is_lost_with_wal()) return false;
  const auto found = server_.catalog().streams().find(stream.tenant_no, stream.id);
  return !found && found.error().code == Errc::not_found;
}

/// The receipt's answer for a record that is accounted for.
Result<Found> Audit::place(const catalog::Stream& stream, Sequence sequence, Files& files) {
  const Address address{stream.no, only_partition, sequence};
  WEIR_TRY(const Place place, server_.catalog().batches().place(stream.tenant_no, address));
  Found found;
  found.where = fmt::format("sequence {} of {}", sequence.value, stream.id);
  if (place.quarantined) return quarantined(*place.quarantined, std::move(found));
  if (place.duplicate_of) {
    ++audited_.duplicates;
    found.in = Found::In::nothing;
    found.of = *place.duplicate_of;
    return found;
  }
  if (!place.batch)
    return violated(found.where +
                    " is accounted for, and is in no file, not in the quarantine "
                    "and no duplicate");
  const auto file = files.find(place.batch->path);
  if (file == files.end()) return violated(found.where + " is in a file the manifest lacks");
  file->second.sequences.push_back(sequence);
  found.in = file->second.is_damaged ? Found::In::damage : Found::In::file;
  found.where += fmt::format(" (in {})", place.batch->path);
  return found;
}

Result<Found> Audit::quarantined(const catalog::Quarantined& record, Found found) {
  found.in = Found::In::quarantine;
  found.reason = record.reason;
  found.where += " (in the quarantine)";
  ++audited_.quarantined;
  const auto dropped = dropped_.find(record.address);
  if (record.state == catalog::QuarantineState::held)
    return quarantined_body(record, std::move(found));
  if (dropped == dropped_.end()) return violated(found.where + " was settled, and nobody did it");
  found.body_id = dropped->second;
  return found;
}

Result<Found> Audit::quarantined_body(const catalog::Quarantined& record, Found found) {
  const std::string& path = record.stored.path;
  if (!path.empty()) ++audited_.quarantined_in_files;
  const auto body = server_.quarantine().body(record);
  const auto dropped = dropped_.find(record.address);
  if (body) {
    WEIR_TRY(found.body_id, body_id(*body, found.where));
  } else if (!path.empty() && is_flipped(path)) {
    found.is_unread = true;
  } else if (is_lost_with_wal() && dropped != dropped_.end()) {
    found.body_id = dropped->second;  // its bytes were erased, that it was dropped is lost
  } else {
    return fail_while(found.where, body.error());
  }
  return found;
}

/// Every file is the catalog's, and holds the bytes of held payloads and no others.
Result<void> Audit::quarantine_files() {
  WEIR_CHECK(server_.quarantine().clean_up());
  const std::string below = machine_.store_path + "/" + store::quarantine_folder + "/";
  for (const std::string& path : machine_.disk.files())
    if (path.starts_with(below))
      WEIR_CHECK(quarantine_file(path.substr(machine_.store_path.size() + 1)));
  return {};
}

Result<void> Audit::quarantine_file(const std::string& path) {
  WEIR_TRY(const auto file, server_.catalog().batches().quarantine_file(path));
  if (file.bodies.empty()) return violated(path + ": no payload of the quarantine is in it");
  if (is_flipped(path)) return {};
  WEIR_TRY(std::string bytes, server_.store().read(path));
  for (const auto& body : file.bodies) {
    if (!body.is_held) return violated(path + ": the catalog still has a dropped payload in it");
    bytes.replace(body.offset, body.bytes, body.bytes, '\0');
  }
  if (bytes.find_first_not_of('\0') == std::string::npos) return {};
  return violated(path + ": bytes of a payload that was dropped");
}

/// Compares bytes with those that were sent.
Result<std::uint64_t> Audit::body_id(const std::string& body, const std::string& where) const {
  const auto id = id_in(body);
  if (!id || *id >= ledger_.all().size() || ledger_.at(*id).body != body)
    return violated(where + ": bytes that nobody sent");
  return *id;
}

/// A file's range is its records plus those quarantined or duplicate.
Result<void> Audit::adds_up(const File& file, const FoundInStream& found) const {
  const catalog::Batch& row = file.row;
  std::uint64_t quarantined = 0;
  std::uint64_t duplicates = 0;
  for (auto record = found.lower_bound(row.first_sequence);
       record != found.end() && record->first <= row.last_sequence; ++record) {
    quarantined += record->second.in == Found::In::quarantine ? 1 : 0;
    duplicates += record->second.in == Found::In::nothing ? 1 : 0;
  }
  if (row.records == file.sequences.size() && row.quarantined == quarantined &&
      row.duplicates == duplicates)
    return {};
  return violated(
      fmt::format("{}: the manifest says {} records, {} quarantined, {} duplicates; "
                  "found are {}, {} and {}",
                  row.path, row.records, row.quarantined, row.duplicates, file.sequences.size(),
                  quarantined, duplicates));
}

/// Cuts each record's bytes out of the file by its receipt; no bytes may remain.
Result<void> Audit::contents(const File& file, FoundInStream& found) {
  if (file.is_damaged) return {};
  std::uint64_t end = 0;
  for (const Sequence sequence : file.sequences) {
    Found& record = found.at(sequence);
    WEIR_TRY(const auto range, batcher::locate(server_.store(), file.row, sequence));
    if (range.offset != end) return violated(record.where + ": not behind the one before it");
    end += range.bytes;
    const auto bytes = std::string_view(file.content).substr(range.offset, range.bytes);
    const auto body = file.row.path.ends_with(".cbor")
                          ? body_of_record(bytes, {file.row.stream, only_partition, sequence})
                          : body_of_line(bytes);
    if (!body) return fail_while(record.where, body.error());
    WEIR_TRY(record.body_id, body_id(*body, record.where));
  }
  audited_.records += file.sequences.size();
  if (end == file.content.size()) return {};
  return violated(file.row.path + ": bytes of no record");
}

Result<void> Audit::conservation() const {
  WEIR_TRY(const auto report,
           batcher::check_all_hours(server_.log(), server_.catalog(), only_partition, [] {}));
  if (report.holds()) return {};
  const batcher::Difference& first = report.differences.front();
  return violated(
      fmt::format("conservation is broken for stream {}: {}", first.stream.value, first.what));
}

/// `weir verify`, and the catalog's side of it.
Result<void> Audit::sealed_hours() {
  constexpr std::uint32_t all = 1'000'000;
  WEIR_TRY(const auto hours, server_.catalog().hours().behind(only_partition, {}, all));
  for (const catalog::Hour& hour : hours) {
    if (!hour.sealed()) continue;
    ++audited_.sealed_hours;
    if (damaged_.contains(machine_.store_path + "/" + hour.manifest_path)) continue;
    const auto bytes = server_.store().read(hour.manifest_path);
    if (!bytes) return fail_while(hour.manifest_path, bytes.error());
    if (sha256_hex(*bytes) != hour.manifest_sha256)
      return violated(hour.manifest_path + ": not the manifest the catalog says was sealed");
  }
  // The lost write-ahead log also had the marks of hours whose manifests exist.
  if (is_lost_with_wal()) return {};
  WEIR_TRY(const auto bodies, batcher::held_in_files(server_.catalog().batches()));
  WEIR_TRY(const auto report, store::check_store(server_.store(), {}, bodies));
  for (const store::Finding& finding : report.findings)
    if (!damaged_.contains(machine_.store_path + "/" + finding.path))
      return violated(fmt::format("weir verify: {} {}: {}", to_string(finding.kind), finding.path,
                                  finding.what));
  return {};
}

}  // namespace

Result<Audited> audit(Server& server, Machine& machine, const Ledger& ledger,
                      const std::vector<catalog::Stream>& streams, const Damaged& damaged,
                      const Dropped& dropped) {
  Audit audit(server, machine, ledger, damaged, dropped);
  for (const catalog::Stream& stream : streams)
    WEIR_CHECK(audit.stream(stream));
  WEIR_CHECK(audit.results());
  WEIR_CHECK(audit.conservation());
  WEIR_CHECK(audit.quarantine_files());
  WEIR_CHECK(audit.sealed_hours());
  WEIR_TRY(const auto checkpoint, server.catalog().batches().checkpoint(only_partition));
  const Lsn end = server.log().durable_end(only_partition);
  if (checkpoint.lsn > end)
    return violated(fmt::format("the checkpoint {} is behind the log's end {}",
                                checkpoint.lsn.value, end.value));
  return audit.audited();
}

}  // namespace weir::torture
