#include "pipeline/batcher/hour_sealer.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "pipeline/batcher/record_index.hpp"
#include "pipeline/store/hour_manifest.hpp"

// What a lost claim has left is looked for here, since a sealed hour gets no more files, and only
// in hours that began before the claim: the store is listed a few times after a start, and not for
// every stream and hour.
namespace weir::batcher {

Result<HourSealer::Sealed> HourSealer::seal_some(PartitionNo partition, const Claim& claim,
                                                 Time end) {
  constexpr std::uint32_t at_once = limits::hours_sealed_at_once_max;
  WEIR_TRY(auto hours, batch_catalog_.hours_to_seal(partition, end, at_once));
  Sealed sealed;
  std::unordered_map<StreamNo, std::optional<catalog::Hour>> previous;
  std::vector<catalog::Hour> done;
  for (catalog::Hour& hour : hours) {
    if (hour.accepted() != hour.accounted()) {
      ++sealed.refused;
      continue;
    }
    if (!previous.contains(hour.stream)) {
      WEIR_TRY(auto newest, batch_catalog_.newest_sealed(hour.stream, partition));
      previous.emplace(hour.stream, std::move(newest));
    }
    WEIR_CHECK(put(hour, previous.at(hour.stream), claim));
    previous[hour.stream] = hour;
    done.push_back(std::move(hour));
  }
  if (!done.empty()) WEIR_CHECK(batch_catalog_.seal(done));
  sealed.hours = done.size();
  sealed.more = hours.size() == at_once && !done.empty();
  return sealed;
}

/// Nothing of an earlier claim can be committed any more. What cannot be removed stays: no row
/// names it, and the hour is whole without it.
void HourSealer::remove_lost(const catalog::Hour& hour, const std::vector<catalog::Batch>& files,
                             const std::string& folder, const Claim& claim) {
  const auto found = store_.list(folder);
  if (!found) return;
  for (const std::string& name : *found) {
    if (!store::is_of_earlier_claim(name, hour.hour, hour.partition, claim.number)) continue;
    const std::string path = folder + "/" + name;
    const bool is_named = std::any_of(files.begin(), files.end(), [&](const catalog::Batch& file) {
      return path == file.path || path == index_key(file.path);
    });
    if (!is_named) static_cast<void>(store_.remove(path));
  }
}

Result<void> HourSealer::put(catalog::Hour& hour, const std::optional<catalog::Hour>& previous,
                             const Claim& claim) {
  WEIR_TRY(const auto stream, batch_catalog_.stream(hour.stream));
  if (!stream)
    return fail(Errc::not_found, "an hour cannot be sealed: the catalog has no stream no " +
                                     std::to_string(hour.stream.value) + " any more");
  WEIR_TRY(const auto files, batch_catalog_.files(hour));
  store::HourManifest out{.tenant = stream->tenant,
                          .stream_id = stream->id,
                          .stream = hour.stream,
                          .partition = hour.partition,
                          .day = hour.day,
                          .hour = hour.hour,
                          .first_sequence = hour.first_sequence,
                          .last_sequence = hour.last_sequence,
                          .first_received_at = hour.first_received_at,
                          .last_received_at = hour.last_received_at,
                          .duplicates = hour.duplicates,
                          .quarantined = hour.quarantined,
                          .previous = std::nullopt,
                          .files = {}};
  if (previous) out.previous = {previous->manifest_path, previous->manifest_sha256};
  for (const catalog::Batch& file : files)
    out.files.push_back({.path = file.path,
                         .records = file.records,
                         .bytes = file.bytes,
                         .sha256 = file.sha256,
                         .first_sequence = file.first_sequence,
                         .last_sequence = file.last_sequence});
  const std::string bytes = store::encode(out);
  hour.manifest_path = store::hour_manifest_key(out);
  if (hour.first_received_at <= claim.since)
    remove_lost(hour, files, hour.manifest_path.substr(0, hour.manifest_path.rfind('/')), claim);
  hour.manifest_sha256 = sha256_hex(bytes);
  WEIR_TRY(const auto writer, store_.create(hour.manifest_path));
  WEIR_CHECK(writer->write(bytes));
  return writer->publish();
}

}  // namespace weir::batcher
