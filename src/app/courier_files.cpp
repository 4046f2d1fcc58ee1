// The files of a run before there is a run: patterns are tried against the real folder, where a
// mistake shows, and not on the day a backfill finds nothing. A server is not asked, since the
// folder may be on another machine than the one that will run it.
#include "app/courier_files.hpp"

#include <fstream>
#include <ostream>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/errc.hpp"
#include "env/real/local_folder.hpp"
#include "pipeline/courier/files/file_limits.hpp"
#include "pipeline/courier/files/fileset.hpp"
#include "pipeline/courier/formats/file_reader.hpp"

namespace weir::app {
namespace {

using courier::DayFiles;
using courier::FileEntry;
using courier::FoundFile;
using courier::LoadSettings;

Result<LoadSettings> settings_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail(Errc::not_found, "The file '" + path + "' of load settings cannot be read.");
  std::string text(courier::limits::settings_bytes_max + 1, '\0');  // one more: it is refused then
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return courier::parse_load_settings(text);
}

Result<std::vector<DayFiles>> days_of(const CourierFilesOptions& options, const LocalFolder& folder,
                                      const LoadSettings& settings) {
  if (options.day.empty()) return courier::files_of_all_days(folder, settings);
  const auto day = parse_day(options.day);
  if (!day) return fail(Errc::bad_request, "\"" + options.day + "\" is no day such as 2027-03-02.");
  WEIR_TRY(auto files, courier::files_of_day(folder, settings, *day));
  std::vector<DayFiles> days;
  days.push_back(std::move(files));
  return days;
}

/// What the file becomes: its tag, or those of an archive's members.
std::vector<std::string> tags_of(const FileEntry& entry) {
  return LoadSettings{{entry}}.tags();
}

/// Of several failures the first decides the exit code; all are told.
class Teller {
 public:
  explicit Teller(std::ostream& error) : error_(error) {}
  void tell(const Error& error) {
    error_ << "weir: " << error.message << '\n';
    if (exit_code_ == 0) exit_code_ = outcome_of(error.code).exit_code;
  }
  int exit_code() const { return exit_code_; }

 private:
  std::ostream& error_;
  int exit_code_ = 0;
};

/// Counts what is in a file.
class Counter final : public courier::FileSink, public courier::RecordSink {
 public:
  Result<courier::RecordSink*> begin(const std::string& /*member*/,
                                     const courier::LandAs& /*land_as*/) override {
    return this;
  }
  Result<void> end() override { return {}; }
  Result<void> record(std::string_view /*bytes*/) override {
    ++records;
    return {};
  }
  Result<void> unreadable(std::string_view why) override {
    if (unreadables++ == 0) first = why;
    return {};
  }

  std::uint64_t records = 0;
  std::uint64_t unreadables = 0;
  std::string first;  // why
};

/// One file as it was found, and its SHA-256 and records where it was read.
struct Line {
  Day day;
  const FoundFile* file;
  std::vector<std::string> tags;
  std::string sha256;
  Counter in_it;
};

void print(std::ostream& out, const std::vector<Line>& lines) {
  std::uint64_t bytes = 0;
  for (const Line& line : lines) {
    bytes += line.file->status.bytes;
    out << fmt::format("{}  {:>14}  {}  {}\n", to_string(line.day), line.file->status.bytes,
                       fmt::join(line.tags, ","), line.file->path);
    if (line.sha256.empty()) continue;
    out << "            " << line.sha256 << '\n';
    out << fmt::format("            {} records", line.in_it.records);
    if (line.in_it.unreadables > 0)
      out << fmt::format(", {} unreadable: {}", line.in_it.unreadables, line.in_it.first);
    out << '\n';
  }
  out << fmt::format("{} files, {} bytes\n", lines.size(), bytes);
}

void print_json(std::ostream& out, const std::vector<Line>& lines) {
  boost::json::array files;
  for (const Line& line : lines) {
    boost::json::object file = {{"day", to_string(line.day)},
                                {"path", line.file->path},
                                {"bytes", line.file->status.bytes},
                                {"modified", to_string(line.file->status.modified)},
                                {"tags", boost::json::value_from(line.tags)}};
    if (!line.sha256.empty()) {
      file["sha256"] = line.sha256;
      file["records"] = line.in_it.records;
      file["unreadable"] = line.in_it.unreadables;
    }
    files.push_back(std::move(file));
  }
  out << boost::json::serialize(boost::json::object{{"files", std::move(files)}}) << '\n';
}

Result<void> show(const CourierFilesOptions& options, std::ostream& out, Teller& teller) {
  WEIR_TRY(const auto settings, settings_of(options.settings));
  WEIR_TRY(const auto folder, LocalFolder::open_root(options.folder));
  WEIR_TRY(const auto days, days_of(options, folder, settings));
  std::vector<Line> lines;
  for (const DayFiles& day : days) {
    for (const FoundFile& file : day.files) {
      lines.push_back({day.day, &file, tags_of(settings.entries[file.entry]), {}, {}});
      if (!options.read) continue;
      auto sum = courier::read_file(folder, file, settings.entries[file.entry], lines.back().in_it);
      if (sum)
        lines.back().sha256 = *std::move(sum);
      else
        teller.tell(sum.error());
    }
    if (const auto complete = courier::check_complete(settings, day); !complete)
      teller.tell(complete.error());
  }
  options.json ? print_json(out, lines) : print(out, lines);
  return {};
}

}  // namespace

int courier_files(const CourierFilesOptions& options, std::ostream& out, std::ostream& error) {
  Teller teller(error);
  if (const auto shown = show(options, out, teller); !shown) teller.tell(shown.error());
  return teller.exit_code();
}

}  // namespace weir::app
