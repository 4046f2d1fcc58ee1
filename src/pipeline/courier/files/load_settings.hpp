#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "pipeline/courier/files/file_pattern.hpp"

/// The load settings of a file courier: which files a day has, and what is in them
/// (spec/couriers.md 6, 7). Pure, for any thread.
namespace weir::courier {

enum class ContentType : std::uint8_t { ndjson, json, cbor, xml, csv, tsv, psv };

/// "text/csv" and so on; of the two names of NDJSON the first.
std::string_view to_string(ContentType type);
/// Rows of cells beside each other: CSV, TSV, PSV.
constexpr bool is_delimited(ContentType type) {
  return type == ContentType::csv || type == ContentType::tsv || type == ContentType::psv;
}

/// What a file becomes: its name in load operations, and how it is read.
struct LandAs {
  std::string tag;
  ContentType type = ContentType::ndjson;
  // Of delimited files. Each is one character, which may be several bytes of UTF-8.
  bool header = false;
  std::string separator;
  std::string quote = "\"";
  std::string escape = "\\";
  bool multiline = false;  // texts in quotes may hold line breaks; load operations say so
  /// Of XML: the element that is a record; empty: the document is one. Load operations say it.
  std::string row_tag;
};

/// Members of an archive, by name.
struct ArchiveMembers {
  std::string name;  // as it was written
  PathMatcher matcher;
  LandAs land_as;
};

/// A file of the fileset, or an archive of such files.
struct FileEntry {
  bool archive = false;
  FilePattern pattern;
  bool optional = false;
  /// A file's, or of every member of an archive. Nullopt when `members` says it.
  std::optional<LandAs> land_as;
  std::vector<ArchiveMembers> members;
  bool skip_missing_members = false;

  /// How a member of this archive is read: by the first name that fits. nullptr: it is left out.
  const LandAs* of_member(std::string_view path) const;
};

struct LoadSettings {
  std::vector<FileEntry> entries;

  /// Whether every entry is optional, so that a run needs one of them (spec/couriers.md 6).
  bool all_optional() const;
  /// The tags that load operations may name, each once, in order of appearance.
  std::vector<std::string> tags() const;
  /// Each tag with the content type of the first of its files.
  std::vector<std::pair<std::string, ContentType>> types() const;
};

/// Parses the JSON array of load settings. bad_request names the entry and the key at fault and
/// says what belongs there. Bounds: limits::settings_bytes_max and settings_files_max.
Result<LoadSettings> parse_load_settings(std::string_view json);

}  // namespace weir::courier
