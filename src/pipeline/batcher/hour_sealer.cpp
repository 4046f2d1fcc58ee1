#include "pipeline/batcher/hour_sealer.hpp"

#include "base/sha256.hpp"
#include "pipeline/store/hour_manifest.hpp"

namespace weir::batcher {

Result<HourSealer::Sealed> HourSealer::seal_some(PartitionNo partition, Time end) {
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
    WEIR_CHECK(put(hour, previous.at(hour.stream)));
    previous[hour.stream] = hour;
    done.push_back(std::move(hour));
  }
  if (!done.empty()) WEIR_CHECK(batch_catalog_.seal(done));
  sealed.hours = done.size();
  sealed.more = hours.size() == at_once && !done.empty();
  return sealed;
}

Result<void> HourSealer::put(catalog::Hour& hour, const std::optional<catalog::Hour>& previous) {
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
  hour.manifest_sha256 = sha256_hex(bytes);
  WEIR_TRY(const auto writer, store_.create(hour.manifest_path));
  WEIR_CHECK(writer->write(bytes));
  return writer->publish();
}

}  // namespace weir::batcher
