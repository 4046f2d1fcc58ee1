#include "app/verify.hpp"

#include <cstdio>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/data_directory.hpp"
#include "app/earlier_partition.hpp"
#include "app/server_settings.hpp"
#include "app/store_settings.hpp"
#include "base/errc.hpp"
#include "catalog/catalog.hpp"
#include "env/real/posix_disk.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"
#include "pipeline/batcher/quarantine.hpp"
#include "pipeline/store/local_directory_store.hpp"
#include "pipeline/store/store_check.hpp"

// Opens the catalog as a start does, so it finds whatever a start would refuse. Where a server
// holds the directory, only the store is checked, against its own manifests.
namespace weir::app {
namespace {

namespace json = boost::json;

json::object json_of(const std::string& root, const store::StoreReport& report) {
  json::array findings;
  for (const store::Finding& finding : report.findings)
    findings.push_back(
        {{"kind", to_string(finding.kind)}, {"path", finding.path}, {"message", finding.what}});
  return {{"store", root},
          {"sealed_hours", report.hours},
          {"files", report.files},
          {"records", report.records},
          {"bytes", report.bytes},
          {"quarantined_payloads", report.bodies},
          {"files_not_sealed", report.unsealed},
          {"findings", std::move(findings)}};
}

void print(const std::string& root, const store::StoreReport& report) {
  for (const store::Finding& finding : report.findings)
    fmt::print("{:<10}  {}\n            {}\n", to_string(finding.kind), finding.path, finding.what);
  fmt::print(
      "{}: {} sealed hours; {} files with {} records, {} bytes, are as they were sealed; "
      "{} files are not sealed yet\n",
      root, report.hours, report.files, report.records, report.bytes, report.unsealed);
  if (report.bodies > 0)
    fmt::print("{} quarantined payloads in files are as they were kept\n", report.bodies);
  if (report.findings.empty()) return;
  fmt::print("{} findings: restore what is named from a copy of the store\n",
             report.findings.size());
}

/// The store to check, and what its catalog knows.
struct Subject {
  std::string root;  // a directory, or the URL of another store
  std::vector<store::SealedManifest> known;
  std::vector<store::BodiesFile> quarantined;
  std::string remark;  // why the catalog is unknown
};

/// As a start opens it: nobody else may have it meanwhile.
Result<void> ask_catalog(const std::string& path, const Config& config, Subject& subject) {
  WEIR_TRY(const DataDirectory directory, DataDirectory::open(path));
  SystemClock clock;
  SystemRandom random;
  WEIR_TRY(const auto catalog,
           catalog::Catalog::open_existing(catalog_address(directory, config), clock, random));
  WEIR_TRY(const auto partitions, catalog->batches().partitions());
  for (const PartitionNo partition : partitions) {
    catalog::Hour last;
    for (bool more = true; more;) {
      WEIR_TRY(const auto hours,
               catalog->hours().behind(partition, last, limits::hours_read_at_once_max));
      for (const catalog::Hour& hour : hours)
        if (hour.sealed()) subject.known.push_back({hour.manifest_path, hour.manifest_sha256});
      more = !hours.empty();
      if (more) last = hours.back();
    }
  }
  WEIR_TRY(subject.quarantined, batcher::held_in_files(catalog->batches()));
  return {};
}

/// A data directory has its store in a subdirectory, and a catalog beside it.
Result<Subject> subject_of(const std::string& path, const Config& config) {
  PosixDisk disk;
  const bool is_data = disk.exists(path + "/VERSION").value_or(false) &&
                       disk.exists(path + "/store").value_or(false);
  std::string root = is_data ? path + "/store" : path;
  if (has_remote_store(config)) root = config.text("store.url");
  Subject subject{.root = std::move(root), .known = {}, .quarantined = {}, .remark = {}};
  if (!is_data) return subject;
  const auto asked = ask_catalog(path, config, subject);
  if (asked) return subject;
  if (asked.error().code != Errc::locked) return fail(asked.error());
  subject.remark =
      "A server runs on it, so its catalog was not asked: a stream's newest manifest would not "
      "be missed, nor quarantined payloads. Stop the server to check that too.";
  return subject;
}

Result<store::StoreReport> check(const Subject& subject, const Config& config) {
  PosixDisk disk;
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<store::ObjectStore> store;
  if (has_remote_store(config)) {
    WEIR_TRY(store, open_remote_store(config, {disk, clock, random, "", environment_variable}));
  } else {
    WEIR_TRY(store, store::LocalDirectoryStore::open_existing(disk, subject.root));
  }
  return store::check_store(*store, subject.known, subject.quarantined);
}

int tell(const Error& error) {
  fmt::print(stderr, "weir: {}\n", error.message);
  return outcome_of(error.code).exit_code;
}

}  // namespace

int verify(const VerifyOptions& options) {
  const auto config = read_config(options.config_file, options.assignments);
  if (!config) return tell(config.error());
  const auto subject = subject_of(options.store, *config);
  if (!subject) return tell(subject.error());
  const auto report = check(*subject, *config);
  if (!report) return tell(report.error());
  if (options.json)
    fmt::print("{}\n", json::serialize(json_of(subject->root, *report)));
  else
    print(subject->root, *report);
  if (!subject->remark.empty()) fmt::print(stderr, "weir: {}\n", subject->remark);
  return report->findings.empty() ? 0 : outcome_of(Errc::corrupt).exit_code;
}

}  // namespace weir::app
