// A path is searched part by part: a part that is only text is walked without a listing, so that a
// pattern with the date as a folder looks at that day's folder only, however many there are.
#include "pipeline/courier/files/fileset.hpp"

#include <iterator>
#include <map>
#include <utility>

#include "pipeline/courier/files/file_limits.hpp"

namespace weir::courier {
namespace {

/// Finds the files of one matcher after the other, within the bounds of one run.
class Search {
 public:
  explicit Search(const Folder& folder) : folder_(folder) {}

  Result<std::vector<FoundFile>> find(const PathMatcher& matcher, std::size_t entry) {
    parts_ = matcher.parts();
    entry_ = entry;
    found_.clear();
    WEIR_CHECK(look_in("", 0));
    return std::exchange(found_, {});
  }

 private:
  Result<void> look_in(const std::string& path, std::size_t depth) {
    const bool last = depth + 1 == parts_.size();
    const std::string prefix = path.empty() ? "" : path + "/";
    if (const auto name = parts_[depth].only_path(); name && !last)
      return look_in(prefix + *name, depth + 1);
    auto entries = folder_.list(path, limits::names_in_folder_max);
    // A day without a folder is a day without files; the root is there, or nothing is right.
    if (!entries && entries.error().code == Errc::not_found && !path.empty()) return {};
    if (!entries) return fail(std::move(entries).error());
    listed_ += entries->size();
    if (listed_ > limits::names_listed_max)
      return fail(Errc::too_large, "More than " + std::to_string(limits::names_listed_max) +
                                       " names have to be looked at; put the date into the name "
                                       "of a folder, or run fewer days.");
    for (const Folder::Entry& entry : *entries) {
      if (entry.folder == last || !parts_[depth].matches(entry.name)) continue;
      if (!last) {
        WEIR_CHECK(look_in(prefix + entry.name, depth + 1));
        continue;
      }
      if (++files_ > limits::files_of_run_max)
        return fail(Errc::too_large, "A run takes at most " +
                                         std::to_string(limits::files_of_run_max) +
                                         " files; run fewer days at once.");
      found_.push_back({prefix + entry.name, entry.status, entry_});
    }
    return {};
  }

  const Folder& folder_;
  std::vector<PathMatcher> parts_;
  std::size_t entry_ = 0;
  std::vector<FoundFile> found_;
  std::size_t listed_ = 0;
  std::size_t files_ = 0;
};

}  // namespace

Result<DayFiles> files_of_day(const Folder& folder, const LoadSettings& settings, Day day) {
  Search search(folder);
  DayFiles all{day, {}};
  for (std::size_t i = 0; i < settings.entries.size(); ++i) {
    WEIR_TRY(auto found, search.find(settings.entries[i].pattern.on(day), i));
    std::move(found.begin(), found.end(), std::back_inserter(all.files));
  }
  return all;
}

Result<std::vector<DayFiles>> files_of_all_days(const Folder& folder,
                                                const LoadSettings& settings) {
  Search search(folder);
  std::map<Day, DayFiles> days;
  for (std::size_t i = 0; i < settings.entries.size(); ++i) {
    const FilePattern& pattern = settings.entries[i].pattern;
    if (!pattern.tells_days())
      return fail(Errc::bad_request, "File pattern \"" + pattern.text() +
                                         "\" does not name year, month and day, so its files "
                                         "belong to no day: run a day or a period.");
    WEIR_TRY(const auto found, search.find(pattern.on_any_day(), i));
    for (const FoundFile& file : found)
      for (const Day day : pattern.days_of(file.path)) {
        DayFiles& of_day = days[day];
        of_day.day = day;
        of_day.files.push_back(file);
      }
  }
  std::vector<DayFiles> all;
  all.reserve(days.size());
  for (auto& [day, files] : days)
    all.push_back(std::move(files));
  return all;
}

Result<void> check_complete(const LoadSettings& settings, const DayFiles& day) {
  std::vector<bool> there(settings.entries.size());
  for (const FoundFile& file : day.files)
    there[file.entry] = true;
  const bool one_is_enough = settings.all_optional();
  if (one_is_enough && !day.files.empty()) return {};
  std::string missing;
  for (std::size_t i = 0; i < there.size(); ++i)
    if (!there[i] && (one_is_enough || !settings.entries[i].optional))
      missing += (missing.empty() ? "" : ", ") + settings.entries[i].pattern.text();
  if (missing.empty()) return {};
  return fail(Errc::not_found,
              weir::to_string(day.day) + ": no file matches " + missing +
                  (one_is_enough ? "; all are optional, but one is needed." : "."));
}

}  // namespace weir::courier
