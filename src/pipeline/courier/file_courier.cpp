// Options that say how a text file is written stand in the load operations, as Spark has them; but
// a file is read once, when it lands, and then loaded any number of times. So options belong to the
// tag, and all operations have to agree on them.
#include "pipeline/courier/file_courier.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "pipeline/feed/load_operations.hpp"

namespace weir::courier {
namespace {

using catalog::Courier;
using feed::FeedOperations;
using feed::Operation;

Failure refused(const std::string& what) {
  return fail(Errc::bad_request, what);
}

void each_land_as(LoadSettings& settings, const std::function<void(LandAs&)>& take) {
  for (FileEntry& entry : settings.entries) {
    if (entry.land_as) take(*entry.land_as);
    for (ArchiveMembers& members : entry.members)
      take(members.land_as);
  }
}

/// The content types of each tag.
std::map<std::string, std::vector<ContentType>> types_of(LoadSettings& settings) {
  std::map<std::string, std::vector<ContentType>> types;
  each_land_as(settings, [&](LandAs& land_as) { types[land_as.tag].push_back(land_as.type); });
  return types;
}

/// What operations say of one tag's files.
struct Options {
  feed::TextOptions text;
  std::vector<std::string> row_tags;
};

Result<void> add(Options& options, const feed::QueryFile& file) {
  const auto agree = [&](const char* name, auto& held, const auto& given) -> Result<void> {
    if (given && held && *held != *given)
      return refused("Load operations give the file \"" + file.tag + "\" two values of \"" + name +
                     "\"; a file is read in one way, so they must be the same.");
    if (given) held = given;
    return {};
  };
  WEIR_CHECK(agree("delimiter", options.text.delimiter, file.text.delimiter));
  WEIR_CHECK(agree("quote", options.text.quote, file.text.quote));
  WEIR_CHECK(agree("escape", options.text.escape, file.text.escape));
  WEIR_CHECK(agree("multiline", options.text.multiline, file.text.multiline));
  if (std::find(options.row_tags.begin(), options.row_tags.end(), file.row_tag) ==
      options.row_tags.end())
    options.row_tags.push_back(file.row_tag);
  return {};
}

void apply(const Options& options, LandAs& land_as) {
  // Several row tags are found in the document when it is loaded.
  if (land_as.type == ContentType::xml && options.row_tags.size() == 1)
    land_as.row_tag = options.row_tags.front();
  if (!is_delimited(land_as.type)) return;
  if (options.text.delimiter) land_as.separator = *options.text.delimiter;
  if (options.text.quote) land_as.quote = *options.text.quote;
  if (options.text.escape) land_as.escape = *options.text.escape;
  land_as.multiline = options.text.multiline.value_or(false);
}

Result<std::map<std::string, Options>> options_of(const std::vector<FeedOperations>& feeds) {
  std::map<std::string, Options> options;
  for (const FeedOperations& one : feeds)
    for (const Operation& operation : one.operations)
      for (const feed::QueryFile& file : operation.files)
        WEIR_CHECK(add(options[file.tag], file));
  return options;
}

std::string list_of(const std::vector<std::string>& tags) {
  std::string list;
  for (const std::string& tag : tags)
    list += (list.empty() ? "\"" : ", \"") + tag + "\"";
  return list;
}

Result<void> check_tags(const Operation& operation, LoadSettings& settings) {
  const auto types = types_of(settings);
  const auto check = [&](const std::string& tag, bool nested) -> Result<void> {
    const auto found = types.find(tag);
    if (found == types.end())
      return refused("A load operation reads the file \"" + tag +
                     "\", but the load settings have no such \"file/tag\"; they have " +
                     list_of(settings.tags()) + ".");
    if (!is_cbor(found->second.front())) return {};
    if (nested) return {};
    return refused("The file \"" + tag +
                   "\" is nested: load it with a \"spark-sql\" operation, which names an ingest "
                   "query and the \"rowTag\" of its rows.");
  };
  if (operation.type == Operation::Type::load) return check(operation.file, false);
  for (const feed::QueryFile& file : operation.files)
    WEIR_CHECK(check(file.tag, true));
  return {};
}

Result<void> check_folder(const Courier& courier) {
  const std::string& path = courier.folder;
  if (path.empty()) return {};
  const std::string parts = "/" + path + "/";
  if (path.size() > 4096 || path.find('\0') != std::string::npos ||
      parts.find("//") != std::string::npos || parts.find("/./") != std::string::npos ||
      parts.find("/../") != std::string::npos)
    return refused(
        "\"folder\" is a path below the tenant's folder, such as orders/in: no / at "
        "either end, and no part that is empty, \".\" or \"..\".");
  return {};
}

}  // namespace

Result<LoadSettings> settings_of(const Courier& courier) {
  WEIR_TRY(auto settings, parse_load_settings(courier.load_settings));
  WEIR_TRY(const auto feeds, feed::parse_load_operations(courier.load_operations));
  WEIR_TRY(const auto options, options_of(feeds));
  each_land_as(settings, [&](LandAs& land_as) {
    if (const auto found = options.find(land_as.tag); found != options.end())
      apply(found->second, land_as);
  });
  return settings;
}

Result<void> check_file_courier(const Courier& courier) {
  if (courier.name.empty()) return refused("A courier needs a name.");
  if (courier.is_live())
    return refused(
        "A file courier is run by hand or by a courier group; \"each_batch\" is for "
        "couriers of streams.");
  WEIR_CHECK(check_folder(courier));
  WEIR_TRY(auto settings, settings_of(courier));
  for (const auto& [tag, types] : types_of(settings))
    for (const ContentType type : types)
      if (is_cbor(type) != is_cbor(types.front()))
        return refused("Load settings: the files of \"file/tag\" \"" + tag +
                       "\" are of content types that nest and of others; give them two tags.");
  WEIR_TRY(const auto feeds, feed::parse_load_operations(courier.load_operations));
  for (const FeedOperations& one : feeds)
    for (const Operation& operation : one.operations)
      if (operation.type != Operation::Type::truncate) WEIR_CHECK(check_tags(operation, settings));
  return {};
}

}  // namespace weir::courier
