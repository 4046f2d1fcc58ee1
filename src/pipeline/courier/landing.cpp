// A file is read twice: once for its checksum, which says whether it has landed already, and once
// for its records. One pass would have to write what it then throws away, for each file of each
// run.
#include "pipeline/courier/landing.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/sha256.hpp"
#include "pipeline/courier/file_courier.hpp"
#include "pipeline/courier/formats/file_reader.hpp"
#include "pipeline/courier/landed_batches.hpp"

namespace weir::courier {
namespace {

constexpr int attempts_max = 5;
constexpr std::string_view format_version = "1";  // another one where files would be read otherwise
constexpr std::int64_t days_max = 36'600;         // of a period

/// All that decides how the file's bytes become records.
std::string text_of(const LandAs& land_as) {
  std::string text;
  for (const std::string& part :
       {land_as.tag, std::string(to_string(land_as.type)), std::string(land_as.header ? "1" : "0"),
        land_as.separator, land_as.quote, land_as.escape,
        std::string(land_as.multiline ? "1" : "0"), land_as.row_tag})
    text += std::to_string(part.size()) + ":" + part + ",";
  return text;
}

std::string fingerprint_of(const std::string& sha256, const FileEntry& entry) {
  std::string text = std::string(format_version) + sha256 + (entry.archive ? "a" : "f");
  if (entry.land_as) text += text_of(*entry.land_as);
  for (const ArchiveMembers& members : entry.members)
    text += std::to_string(members.name.size()) + ":" + members.name + text_of(members.land_as);
  text += entry.skip_missing_members ? "s" : "n";
  return sha256_hex(text);
}

class Landing {
 public:
  Landing(catalog::Catalog& catalog, store::ObjectStore& store, const Folder& folder,
          const LoadSettings& settings, const LandRequest& request)
      : catalog_(catalog), store_(store), folder_(folder), settings_(settings), request_(request) {}

  Result<void> land(Day day, const FoundFile& found) {
    if (request_.stop.stop_requested()) return fail(Errc::unavailable, "Landing was stopped.");
    const FileEntry& entry = settings_.entries[found.entry];
    catalog::LandedFile file;
    file.courier_id = request_.courier.id;
    file.day = day;
    file.path = found.path;
    file.entry = found.entry;
    file.bytes = found.status.bytes;
    file.modified_at = found.status.modified;
    WEIR_TRY(file.sha256, sha256_of(folder_, found, request_.stop));
    file.fingerprint = fingerprint_of(file.sha256, entry);
    ++counts_.files;
    WEIR_TRY(const auto before,
             catalog_.landings().newest(file.courier_id, day, file.path, file.entry));
    if (before && before->fingerprint == file.fingerprint) {
      ++counts_.known;
      return catalog_.landings().take(request_.lease, before->no);
    }
    return land_new(std::move(file), found, entry);
  }

  const LandCounts& counts() const { return counts_; }

 private:
  /// Again where another run landed a file in one of the streams meanwhile.
  Result<void> land_new(catalog::LandedFile file, const FoundFile& found, const FileEntry& entry) {
    for (int attempt = 1;; ++attempt) {
      LandedBatches batches(catalog_, store_,
                            {.courier = request_.courier,
                             .tenant = request_.tenant,
                             .day = file.day,
                             .fingerprint = file.fingerprint,
                             .stop = request_.stop});
      WEIR_TRY(const std::string sha256, read_file(folder_, found, entry, batches, request_.stop));
      if (sha256 != file.sha256)
        return fail(Errc::conflict, "The file '" + file.path +
                                        "' was another one when it was read again. Run again once "
                                        "it is whole.");
      file.unreadable = batches.unreadable();
      auto committed = catalog_.landings().commit(request_.lease, file, batches.batches());
      if (committed) {
        counts_.unreadable += batches.unreadable();
        return {};
      }
      if (committed.error().code != Errc::conflict || attempt == attempts_max) return committed;
      WEIR_TRY(const bool moved, has_moved(batches.batches()));
      if (!moved) return committed;
    }
  }

  Result<bool> has_moved(const std::vector<catalog::LandedBatch>& batches) {
    for (const catalog::LandedBatch& landed : batches) {
      WEIR_TRY(const Sequence next, catalog_.landings().next_sequence(landed.batch.stream));
      if (next > landed.batch.first_sequence) return true;
    }
    return false;
  }

  catalog::Catalog& catalog_;
  store::ObjectStore& store_;
  const Folder& folder_;
  const LoadSettings& settings_;
  const LandRequest& request_;
  LandCounts counts_;
};

/// A period with both ends is asked for day by day, so that patterns need not name the date.
Result<std::vector<DayFiles>> files_of_range(const Folder& folder, const LoadSettings& settings,
                                             const catalog::RunRange& range) {
  std::vector<DayFiles> days;
  if (range.from && range.to) {
    if ((*range.to - *range.from).count() > days_max)
      return fail(Errc::bad_request, "A period has at most " + std::to_string(days_max) +
                                         " days; run all there is instead.");
    for (Day day = *range.from; day < *range.to; day += std::chrono::days(1)) {
      WEIR_TRY(auto files, files_of_day(folder, settings, day));
      days.push_back(std::move(files));
    }
    return days;
  }
  WEIR_TRY(days, files_of_all_days(folder, settings));
  std::erase_if(days, [&](const DayFiles& day) {
    return (range.from && day.day < *range.from) || (range.to && day.day >= *range.to);
  });
  return days;
}

}  // namespace

Result<std::vector<DayFiles>> files_of_run(const Folder& folder, const LoadSettings& settings,
                                           const catalog::RunRange& range, bool skip_missing) {
  WEIR_TRY(auto days, files_of_range(folder, settings, range));
  if (skip_missing) return days;
  std::string missing;
  for (const DayFiles& day : days)
    if (const auto complete = check_complete(settings, day); !complete)
      missing += (missing.empty() ? "" : " ") + complete.error().message;
  if (days.empty()) missing = "No file of any day matches.";
  if (missing.empty()) return days;
  return fail(Errc::not_found, missing +
                                   " Put the files into the folder, choose other days, mark what "
                                   "may be missing as optional, or run with skip_missing.");
}

Result<LandCounts> land(catalog::Catalog& catalog, store::ObjectStore& store,
                        const OpenFolder& open_folder, const LandRequest& request) {
  if (!open_folder) return fail(Errc::conflict, "This server reads no files of others.");
  WEIR_TRY(const auto settings, settings_of(request.courier));
  WEIR_TRY(const auto folder, open_folder(request.tenant, request.courier));
  WEIR_TRY(const auto days,
           files_of_run(*folder, settings, request.run.range, request.skip_missing));
  Landing landing(catalog, store, *folder, settings, request);
  for (const DayFiles& day : days)
    for (const FoundFile& file : day.files)
      WEIR_CHECK(landing.land(day.day, file));
  return landing.counts();
}

Result<feed::FilesByTag> landed_files(catalog::Catalog& catalog, const store::ObjectStore& store,
                                      const catalog::Courier& courier,
                                      const std::vector<catalog::Batch>& batches) {
  WEIR_TRY(const auto settings, settings_of(courier));
  feed::FilesByTag files;
  for (const auto& [tag, type] : settings.types())
    files[tag].format = is_cbor(type) ? engine::FileFormat::cbor : engine::FileFormat::ndjson;
  WEIR_TRY(const auto streams, catalog.landings().streams_of(courier.id));
  std::map<StreamNo, std::string> tags;
  for (const catalog::Stream& stream : streams) {
    tags[stream.no] = stream.landed_tag;
    const auto of_tag = files.find(stream.landed_tag);
    if (of_tag != files.end()) of_tag->second.stream = stream.no;
  }
  for (const catalog::Batch& batch : batches)
    files[tags[batch.stream]].files.push_back(feed::file_of(batch, store.uri(batch.path)));
  return files;
}

Result<std::vector<catalog::BatchFilter>> landed_filters(catalog::Catalog& catalog,
                                                         const catalog::Courier& courier,
                                                         const catalog::RunRange& range) {
  WEIR_TRY(const auto streams, catalog.landings().streams_of(courier.id));
  std::vector<catalog::BatchFilter> filters;
  filters.reserve(streams.size());
  for (const catalog::Stream& stream : streams)
    filters.push_back(
        {.stream_id = stream.id, .from = range.from, .to = range.to, .hour = std::nullopt});
  return filters;
}

Result<catalog::SourceHours> hours_of_folder(const Folder& folder, const catalog::Courier& courier,
                                             const catalog::RunRange& range, Time now) {
  WEIR_TRY(const auto settings, settings_of(courier));
  WEIR_TRY(const auto days, files_of_range(folder, settings, range));
  catalog::SourceHours found;
  found.sealed_to = now;  // nobody says when a folder is complete: it is what is there
  for (const DayFiles& day : days)
    if (check_complete(settings, day))
      for (int hour = 0; hour < 24; ++hour)
        found.hours.push_back(day.day + std::chrono::hours(hour));
  return found;
}

}  // namespace weir::courier
