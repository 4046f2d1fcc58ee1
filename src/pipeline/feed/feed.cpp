#include "pipeline/feed/feed.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>

#include "base/case_fold.hpp"
#include "engine/spark/date_format.hpp"

namespace weir::feed {
namespace {

using catalog::Feed;
using catalog::FeedField;
using engine::FieldType;

constexpr int decimal_scale_max = 37;
constexpr std::size_t name_bytes_max = 128;

struct TypeName {
  std::string_view name;
  FieldType type;
};

constexpr std::array<TypeName, 7> type_names{{{"boolean", FieldType::boolean},
                                              {"date", FieldType::date},
                                              {"datetime", FieldType::datetime},
                                              {"decimal", FieldType::decimal},
                                              {"float", FieldType::float_},
                                              {"integer", FieldType::integer},
                                              {"string", FieldType::string}}};

std::optional<FieldType> type_of(std::string_view name) {
  for (const auto& known : type_names)
    if (known.name == name) return known.type;
  return std::nullopt;
}

std::string known_types() {
  std::string list;
  for (const auto& known : type_names)
    list += (list.empty() ? "" : ", ") + std::string(known.name);
  return list;
}

const std::string& output_name(const FeedField& field) {
  return field.rename_to.empty() ? field.name : field.rename_to;
}

bool is_column_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

bool is_system_column(std::string_view name) {
  const std::string low = folded_name(name);
  return low == "_pk" || low == "_uuid_pk" || low == "_updated";
}

Result<void> check_table_name(const Feed& feed) {
  for (const auto& [what, text] :
       {std::pair<const char*, const std::string&>{"source", feed.source}, {"name", feed.name}}) {
    if (text.empty()) return fail(Errc::bad_request, std::string("A feed needs a ") + what + ".");
    const bool printable = std::none_of(text.begin(), text.end(),
                                        [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (text.size() > name_bytes_max || !printable || text.find(':') != std::string::npos)
      return fail(Errc::bad_request,
                  std::string("The feed's ") + what +
                      " may hold up to 128 printable characters without ':', which separates the "
                      "two in the name of the domain table.");
  }
  return {};
}

Result<void> check_format(const std::string& where, const std::string& format) {
  if (format.empty()) return {};
  const auto parsed = spark::DateFormat::parse(format);
  if (!parsed) return fail(Errc::bad_request, where + ": " + parsed.error().message + ".");
  return {};
}

Result<void> check_field(const FeedField& field) {
  if (field.name.empty()) return fail(Errc::bad_request, "A field has no name.");
  const std::string& name = output_name(field);
  if (!is_column_name(name))
    return fail(Errc::bad_request,
                "Field names may only contain letters, numbers, and underscores: \"" + name +
                    "\" does not. Give the field a \"rename_to\".");
  if (is_system_column(name))
    return fail(Errc::bad_request, "\"" + name +
                                       "\" is a column every domain table has of its own. "
                                       "Give the field another \"rename_to\".");
  const auto type = type_of(field.type);
  if (!type)
    return fail(Errc::bad_request, "Field \"" + field.name + "\" has the unknown type \"" +
                                       field.type + "\"; known are " + known_types() + ".");
  if (field.scale && (*field.scale < 0 || *field.scale > decimal_scale_max))
    return fail(Errc::bad_request, "Field \"" + field.name + "\": a decimal's scale is 0 to 37.");
  if (!field.format.empty() && *type != FieldType::date && *type != FieldType::datetime)
    return fail(Errc::bad_request,
                "Field \"" + field.name + "\": only date and datetime fields have a \"format\".");
  return check_format("Field \"" + field.name + "\"", field.format);
}

Result<void> check_generated(const FeedField& field) {
  if (field.combines.empty()) {
    if (!field.uuid) return {};
    return fail(Errc::bad_request, "Field \"" + field.name +
                                       "\" is to be a UUID: name the fields that it is made of in "
                                       "\"combines\".");
  }
  if (field.type != "string" || !field.rename_to.empty())
    return fail(Errc::bad_request,
                "Field \"" + field.name +
                    "\" combines others, so its type is string, and its name is the one that the "
                    "table has: it takes no \"rename_to\".");
  return {};
}

/// Output columns by lower-case name; column names are compared without regard to case.
using Columns = std::map<std::string, const FeedField*>;

Result<Columns> columns_of(const Feed& feed) {
  Columns columns;
  for (const FeedField& field : feed.fields) {
    WEIR_CHECK(check_field(field));
    WEIR_CHECK(check_generated(field));
    const auto [first, added] = columns.emplace(folded_name(output_name(field)), &field);
    if (!added)
      return fail(Errc::bad_request, "There is a name conflict: the fields \"" +
                                         first->second->name + "\" and \"" + field.name +
                                         "\" are both named \"" + output_name(field) +
                                         "\". Rename one of them.");
  }
  return columns;
}

/// What a generated field is made of comes in; else their order would matter.
Result<void> check_combined(const Feed& feed, const Columns& columns) {
  for (const FeedField& field : feed.fields) {
    for (const std::string& name : field.combines) {
      const auto found = columns.find(folded_name(name));
      if (found != columns.end() && found->second->combines.empty()) continue;
      return fail(Errc::bad_request,
                  "Field \"" + field.name + "\" combines \"" + name + "\", which is " +
                      (found == columns.end() ? "no field of the feed (after renaming)."
                                              : "itself a field that combines others."));
    }
  }
  return {};
}

Result<void> check_keys(const Feed& feed, const Columns& columns) {
  if (feed.primary_key.empty())
    return fail(Errc::bad_request,
                "A feed needs a \"primary_key\": the name of at least one of its fields.");
  std::map<std::string, int> seen;
  for (const std::string& name : feed.primary_key) {
    if (!columns.contains(folded_name(name)))
      return fail(Errc::bad_request, "The primary key names \"" + name +
                                         "\", which is no field of the feed (after renaming).");
    if (++seen[folded_name(name)] > 1)
      return fail(Errc::bad_request, "The primary key names \"" + name + "\" twice.");
  }
  if (feed.last_updated.empty()) return {};
  const auto found = columns.find(folded_name(feed.last_updated));
  if (found == columns.end())
    return fail(Errc::bad_request, "The last updated field \"" + feed.last_updated +
                                       "\" is no field of the feed (after renaming).");
  const auto type = type_of(found->second->type);
  if (type != FieldType::datetime && type != FieldType::integer)
    return fail(Errc::bad_request,
                "The last updated field \"" + feed.last_updated +
                    "\" must be a datetime or an integer; a date is too coarse to order by.");
  return {};
}

Result<void> check_merge(const Feed& feed, const Columns& columns) {
  if (feed.merge && feed.loaded_last)
    return fail(Errc::bad_request,
                "A feed that merges fields takes each from the latest record that carried it; it "
                "cannot keep what is loaded last, too. Choose one of them.");
  if (feed.deleted_field.empty()) return {};
  const auto found = columns.find(folded_name(feed.deleted_field));
  if (found == columns.end() || !found->second->combines.empty())
    return fail(Errc::bad_request, "The delete marker \"" + feed.deleted_field +
                                       "\" is no field that comes in (after renaming).");
  for (const std::string& name : feed.primary_key)
    if (same_name(name, feed.deleted_field))
      return fail(Errc::bad_request, "The delete marker \"" + feed.deleted_field +
                                         "\" cannot be a field of the primary key.");
  if (feed.deleted_value.empty() && found->second->type != "boolean")
    return fail(Errc::bad_request, "The delete marker \"" + feed.deleted_field +
                                       "\" is not boolean: say which value means deleted.");
  return {};
}

/// A name as the feed's own fields spell it, so that "ID" in the primary key is the column "id".
std::string spelled(const Columns& columns, const std::string& name) {
  return output_name(*columns.at(folded_name(name)));
}

}  // namespace

Result<void> check(const Feed& feed) {
  WEIR_CHECK(check_table_name(feed));
  if (feed.fields.empty()) return fail(Errc::bad_request, "A feed needs at least one field.");
  WEIR_TRY(const Columns columns, columns_of(feed));
  WEIR_CHECK(check_combined(feed, columns));
  WEIR_CHECK(check_keys(feed, columns));
  WEIR_CHECK(check_merge(feed, columns));
  WEIR_CHECK(check_format("\"format\"", feed.format));
  if (feed.scale < 0 || feed.scale > decimal_scale_max)
    return fail(Errc::bad_request, "\"scale\", that of decimals, is 0 to 37.");
  if (feed.error_threshold < 0 || feed.error_threshold > 100)
    return fail(Errc::bad_request, "\"error_threshold\" is a percentage, 0 to 100.");
  return {};
}

Result<engine::Load> plan(const Feed& feed, const std::string& tenant) {
  WEIR_CHECK(check(feed));
  WEIR_TRY(const Columns columns, columns_of(feed));
  engine::Load load;
  load.tenant = tenant;
  load.table = feed.table();
  load.error_threshold = feed.error_threshold;
  if (feed.loaded_last) load.keep = engine::Keep::loaded_last;
  load.merge = feed.merge;
  if (!feed.deleted_field.empty())
    load.delete_marker = {spelled(columns, feed.deleted_field), feed.deleted_value};
  for (const FeedField& field : feed.fields) {
    engine::Field made{.incoming = field.combines.empty() ? field.name : "",
                       .name = output_name(field),
                       .type = *type_of(field.type),
                       .required = field.required,
                       .format = field.format.empty() ? feed.format : field.format,
                       .scale = field.scale.value_or(feed.scale)};
    for (const std::string& name : field.combines)
      made.combines.push_back(spelled(columns, name));
    made.uuid = field.uuid;
    load.fields.push_back(std::move(made));
  }
  for (const std::string& name : feed.primary_key)
    load.primary_key.push_back(spelled(columns, name));
  if (!feed.last_updated.empty()) load.last_updated = spelled(columns, feed.last_updated);
  return load;
}

}  // namespace weir::feed
