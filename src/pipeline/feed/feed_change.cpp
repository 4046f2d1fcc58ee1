// Feeds are compared by the names and types of their tables' columns: what a field is called where
// it comes from changes no row that is there.
#include "pipeline/feed/feed_change.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/case_fold.hpp"

namespace weir::feed {
namespace {

using catalog::Feed;
using catalog::FeedField;

std::map<std::string, const FeedField*> columns_of(const Feed& feed) {
  std::map<std::string, const FeedField*> columns;
  for (const FeedField& field : feed.fields)
    columns.emplace(folded_name(field.rename_to.empty() ? field.name : field.rename_to), &field);
  return columns;
}

std::vector<std::string> key_of(const Feed& feed) {
  std::vector<std::string> key;
  for (const std::string& name : feed.primary_key)
    key.push_back(folded_name(name));
  return key;
}

/// How the key's generated fields are made.
std::vector<std::string> makings_of(const Feed& feed) {
  std::vector<std::string> out;
  const auto columns = columns_of(feed);
  for (const std::string& name : key_of(feed)) {
    const auto found = columns.find(name);
    if (found == columns.end()) continue;
    out.emplace_back(found->second->uuid ? "uuid" : "");
    for (const std::string& part : found->second->combines)
      out.push_back(folded_name(part));
  }
  return out;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names)
    out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string type_of(const Feed& feed, const FeedField& field) {
  if (field.type != "decimal") return field.type;
  return "decimal of scale " + std::to_string(field.scale.value_or(feed.scale));
}

}  // namespace

Result<void> check_change(const Feed& before, const Feed& after) {
  if (key_of(before) != key_of(after)) return {};
  const auto columns = columns_of(after);
  for (const std::string& name : before.primary_key) {
    if (columns.contains(folded_name(name))) continue;
    return fail(Errc::bad_request,
                "The field \"" + name +
                    "\" is part of the primary key and cannot be deleted. Change "
                    "the primary key first.");
  }
  return {};
}

std::string reason_to_purge(const Feed& before, const Feed& after) {
  if (before.table() != after.table()) return "";
  if (key_of(before) != key_of(after))
    return "the primary key was " + list_of(before.primary_key) + " and is to be " +
           list_of(after.primary_key);
  if (makings_of(before) != makings_of(after))
    return "a field of the primary key is to be made of other fields";
  const auto old_columns = columns_of(before);
  for (const auto& [name, field] : columns_of(after)) {
    const auto found = old_columns.find(name);
    if (found == old_columns.end()) continue;
    const std::string was = type_of(before, *found->second);
    const std::string is = type_of(after, *field);
    if (was != is) return "\"" + name + "\" was " + was + " and is to be " + is;
  }
  return "";
}

}  // namespace weir::feed
