#include "app/verify.hpp"

#include <cstdio>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/errc.hpp"
#include "env/real/posix_disk.hpp"
#include "pipeline/store/store_check.hpp"

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
  if (report.findings.empty()) return;
  fmt::print("{} findings: restore what is named from a copy of the store\n",
             report.findings.size());
}

Result<store::StoreReport> check(const std::string& root) {
  PosixDisk disk;
  return store::check_store(disk, root);
}

/// A data directory keeps its store in a folder of its own.
std::string store_root_of(const std::string& path) {
  PosixDisk disk;
  const bool is_data = disk.exists(path + "/VERSION").value_or(false) &&
                       disk.exists(path + "/store").value_or(false);
  return is_data ? path + "/store" : path;
}

}  // namespace

int verify(const VerifyOptions& options) {
  const std::string root = store_root_of(options.store);
  const auto report = check(root);
  if (!report) {
    fmt::print(stderr, "weir: {}\n", report.error().message);
    return outcome_of(report.error().code).exit_code;
  }
  if (options.json)
    fmt::print("{}\n", json::serialize(json_of(root, *report)));
  else
    print(root, *report);
  return report->findings.empty() ? 0 : outcome_of(Errc::corrupt).exit_code;
}

}  // namespace weir::app
