// The document is parsed whole and then read key by key: it is small, and a fault is named by its
// entry and key, which a streaming parser would have to keep track of as well. Keys that are not
// known are refused, since a misspelled `object/optional` would otherwise be found on the day a
// file is missing.
#include "pipeline/courier/files/load_settings.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>

#include "base/case_fold.hpp"
#include "pipeline/courier/files/file_limits.hpp"

namespace weir::courier {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, ContentType>, 8> content_types = {{
    {"application/x-ndjson", ContentType::ndjson},
    {"application/x-json-stream", ContentType::ndjson},
    {"application/json", ContentType::json},
    {"application/ingest-pack+cbor", ContentType::cbor},
    {"application/xml", ContentType::xml},
    {"text/csv", ContentType::csv},
    {"text/tab-separated-values", ContentType::tsv},
    {"text/pipe-separated-values", ContentType::psv},
}};
constexpr std::array<std::string_view, 2> content_types_not_read = {"application/avro",
                                                                    "application/x-parquet"};
constexpr std::string_view skip_missing = "archive/skip-missing-contents";
constexpr std::string_view engine_prefix = "weir_";  // of the engine's own tables

Failure wrong(const std::string& where, const std::string& what) {
  return fail(Errc::bad_request, "Load settings, " + where + ": " + what);
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

Result<void> only(const json::object& object, const std::string& where,
                  std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string list;
    for (const auto name : known)
      list += (list.empty() ? "" : ", ") + in_quotes(name);
    return wrong(where, "unknown key " + in_quotes(key) + "; known are " + list + ".");
  }
  return {};
}

Result<std::string> text_of(const json::object& object, const std::string& where,
                            std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value || !value->is_string() || value->as_string().empty())
    return wrong(where, in_quotes(key) + " must be a string that is not empty.");
  return std::string(value->as_string());
}

Result<std::optional<bool>> truth_of(const json::object& object, const std::string& where,
                                     std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value) return std::optional<bool>();
  if (!value->is_bool()) return wrong(where, in_quotes(key) + " must be true or false.");
  return std::optional(value->as_bool());
}

Result<const json::object*> object_of(const json::value& value, const std::string& where) {
  if (!value.is_object()) return wrong(where, "must be an object.");
  return &value.as_object();
}

/// The bytes of the UTF-8 character that `text` begins with. The JSON parser saw that it is valid.
std::size_t character_bytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U)
    ++bytes;
  return bytes;
}

/// Leaves `character` as it is when the key is not there.
Result<void> read_character(const json::object& object, const std::string& where,
                            std::string_view key, std::string& character) {
  const json::value* value = object.if_contains(key);
  if (!value) return {};
  const std::string_view text =
      value->is_string() ? std::string_view(value->as_string()) : std::string_view();
  if (text.empty() || character_bytes(text) != text.size() ||
      text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    return wrong(where, in_quotes(key) + " must be a string of one character, no line break.");
  character = text;
  return {};
}

std::string separator_of(ContentType type) {
  if (type == ContentType::tsv) return "\t";
  return type == ContentType::psv ? "|" : ",";
}

Result<ContentType> content_type_of(const std::string& name, const std::string& where) {
  std::string known;
  for (const auto& [one, type] : content_types) {
    if (one == name) return type;
    known += (known.empty() ? "" : ", ") + std::string(one);
  }
  const bool later = std::find(content_types_not_read.begin(), content_types_not_read.end(),
                               name) != content_types_not_read.end();
  return wrong(where, "\"file/content-type\" " + in_quotes(name) +
                          (later ? " cannot be read yet" : " is not known") + "; what is read is " +
                          known + ".");
}

Result<LandAs> parse_land_as(const json::value& value, const std::string& where) {
  WEIR_TRY(const json::object* object, object_of(value, where));
  WEIR_CHECK(only(*object, where,
                  {"file/tag", "file/content-type", "file/header-rows", "file/separator",
                   "file/quote", "file/escape"}));
  LandAs land_as;
  WEIR_TRY(land_as.tag, text_of(*object, where, "file/tag"));
  if (land_as.tag.size() > limits::tag_bytes_max)
    return wrong(where, "\"file/tag\" has more than " + std::to_string(limits::tag_bytes_max) +
                            " bytes; shorten it.");
  if (folded_name(land_as.tag).starts_with(engine_prefix))
    return wrong(where, "\"file/tag\" " + in_quotes(land_as.tag) +
                            " begins with \"weir_\", as tables of the engine's own do; choose "
                            "another.");
  WEIR_TRY(const std::string type, text_of(*object, where, "file/content-type"));
  WEIR_TRY(land_as.type, content_type_of(type, where));
  land_as.separator = separator_of(land_as.type);
  // Header rows are allowed where they mean nothing, as they are often written beside CBOR.
  if (const json::value* rows = object->if_contains("file/header-rows")) {
    const bool one = *rows == 1;
    if (!one && *rows != 0) return wrong(where, "\"file/header-rows\" must be 0 or 1.");
    land_as.header = one;
  }
  if (!is_delimited(land_as.type)) {
    for (const std::string_view key : {"file/separator", "file/quote", "file/escape"})
      if (object->contains(key))
        return wrong(where, in_quotes(key) + " is for CSV, TSV and PSV; " + type +
                                " has none: take it out.");
    return land_as;
  }
  WEIR_CHECK(read_character(*object, where, "file/separator", land_as.separator));
  WEIR_CHECK(read_character(*object, where, "file/quote", land_as.quote));
  WEIR_CHECK(read_character(*object, where, "file/escape", land_as.escape));
  if (land_as.separator == land_as.quote || land_as.separator == land_as.escape)
    return wrong(where, "\"file/separator\" " + in_quotes(land_as.separator) +
                            " is also the quote or the escape; they must differ.");
  return land_as;
}

Result<void> parse_contents(const json::value& value, const std::string& where, FileEntry& entry,
                            std::optional<bool>& skip) {
  WEIR_TRY(const json::object* contents, object_of(value, where));
  for (const auto& [name, content] : *contents) {
    if (name == skip_missing) {
      WEIR_TRY(skip, truth_of(*contents, where, skip_missing));
      continue;
    }
    const std::string place = where + ", " + in_quotes(name);
    auto matcher = PathMatcher::of_member(name);
    if (!matcher) return wrong(where, matcher.error().message);
    WEIR_TRY(const json::object* object, object_of(content, place));
    WEIR_CHECK(only(*object, place, {"subobject/land-as"}));
    const json::value* land_as = object->if_contains("subobject/land-as");
    if (!land_as) return wrong(place, "needs a \"subobject/land-as\".");
    WEIR_TRY(auto parsed, parse_land_as(*land_as, place + ", subobject/land-as"));
    entry.members.push_back({std::string(name), *std::move(matcher), std::move(parsed)});
  }
  if (entry.members.empty())
    return wrong(where,
                 "names no member; leave \"archive/contents\" out where all members are "
                 "alike, and give \"object/land-as\".");
  return {};
}

Result<void> parse_archive(const json::object& object, const std::string& where, FileEntry& entry) {
  std::optional<bool> inside;
  if (const json::value* contents = object.if_contains("archive/contents"))
    WEIR_CHECK(parse_contents(*contents, where + ", archive/contents", entry, inside));
  WEIR_TRY(const auto beside, truth_of(object, where, skip_missing));
  if (inside && beside && *inside != *beside)
    return wrong(where, in_quotes(skip_missing) + " is there twice and differs; keep one.");
  entry.skip_missing_members = beside.value_or(inside.value_or(false));
  if (entry.members.empty() == !entry.land_as)
    return wrong(where,
                 "an archive needs either \"archive/contents\", or \"object/land-as\" for "
                 "all its members.");
  return {};
}

Result<FileEntry> parse_entry(const json::value& value, const std::string& where) {
  WEIR_TRY(const json::object* object, object_of(value, where));
  WEIR_TRY(const std::string type, text_of(*object, where, "object/type"));
  FileEntry entry;
  entry.archive = type == "archive";
  if (entry.archive) {
    WEIR_CHECK(only(*object, where,
                    {"object/type", "object/file-pattern", "object/optional", "object/land-as",
                     "archive/contents", skip_missing}));
  } else if (type == "file") {
    WEIR_CHECK(only(*object, where,
                    {"object/type", "object/file-pattern", "object/optional", "object/land-as"}));
  } else {
    return wrong(where, "\"object/type\" " + in_quotes(type) +
                            " is not known; it is \"file\" or \"archive\".");
  }
  WEIR_TRY(const std::string pattern, text_of(*object, where, "object/file-pattern"));
  auto parsed = FilePattern::parse(pattern);
  if (!parsed) return wrong(where, parsed.error().message);
  entry.pattern = *std::move(parsed);
  WEIR_TRY(const auto optional, truth_of(*object, where, "object/optional"));
  entry.optional = optional.value_or(false);
  if (const json::value* land_as = object->if_contains("object/land-as")) {
    WEIR_TRY(entry.land_as, parse_land_as(*land_as, where + ", object/land-as"));
  } else if (!entry.archive) {
    return wrong(where, "a file needs an \"object/land-as\".");
  }
  if (entry.archive) WEIR_CHECK(parse_archive(*object, where, entry));
  return entry;
}

}  // namespace

std::string_view to_string(ContentType type) {
  const auto* found = std::find_if(content_types.begin(), content_types.end(),
                                   [&](const auto& one) { return one.second == type; });
  return found->first;
}

const LandAs* FileEntry::of_member(std::string_view path) const {
  if (members.empty()) return land_as ? &*land_as : nullptr;
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const auto& one) { return one.matcher.matches(path); });
  return found == members.end() ? nullptr : &found->land_as;
}

bool LoadSettings::all_optional() const {
  return std::all_of(entries.begin(), entries.end(),
                     [](const FileEntry& entry) { return entry.optional; });
}

std::vector<std::pair<std::string, ContentType>> LoadSettings::types() const {
  std::vector<std::pair<std::string, ContentType>> all;
  const auto add = [&](const LandAs& land_as) {
    const bool known = std::any_of(all.begin(), all.end(),
                                   [&](const auto& one) { return one.first == land_as.tag; });
    if (!known) all.emplace_back(land_as.tag, land_as.type);
  };
  for (const FileEntry& entry : entries) {
    if (entry.land_as) add(*entry.land_as);
    for (const ArchiveMembers& members : entry.members)
      add(members.land_as);
  }
  return all;
}

std::vector<std::string> LoadSettings::tags() const {
  std::vector<std::string> all;
  for (auto& [tag, type] : types())
    all.push_back(tag);
  return all;
}

Result<LoadSettings> parse_load_settings(std::string_view text) {
  if (text.size() > limits::settings_bytes_max)
    return fail(Errc::bad_request, "Load settings have more than " +
                                       std::to_string(limits::settings_bytes_max) +
                                       " bytes; name files by patterns, not one by one.");
  boost::system::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  if (error) return fail(Errc::bad_request, "Load settings are not JSON: " + error.message() + ".");
  if (!root.is_array() || root.as_array().empty())
    return fail(Errc::bad_request,
                "Load settings are a JSON array of at least one file or archive.");
  LoadSettings settings;
  std::size_t files = 0;
  for (const json::value& value : root.as_array()) {
    const std::string where = "entry " + std::to_string(settings.entries.size() + 1);
    WEIR_TRY(auto entry, parse_entry(value, where));
    files += std::max<std::size_t>(entry.members.size(), 1);
    if (files > limits::settings_files_max)
      return wrong(where, "there are more than " + std::to_string(limits::settings_files_max) +
                              " files and members; name them by patterns with \"*\".");
    settings.entries.push_back(std::move(entry));
  }
  return settings;
}

}  // namespace weir::courier
