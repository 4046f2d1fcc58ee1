#include "pipeline/feed/load_operations.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace weir::feed {
namespace {

namespace json = boost::json;

Failure wrong(const std::string& where, const std::string& what) {
  return fail(Errc::bad_request, "Load operations, " + where + ": " + what);
}

/// Every key of `object` is one of `known`.
Result<void> only(const json::object& object, const std::string& where,
                  std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string list;
    for (const auto name : known)
      list += (list.empty() ? "\"" : ", \"") + std::string(name) + "\"";
    return wrong(where, "unknown key \"" + std::string(key) + "\"; known are " + list + ".");
  }
  return {};
}

Result<std::string> text(const json::object& object, const std::string& where,
                         std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value || !value->is_string() || value->as_string().empty())
    return wrong(where, "\"" + std::string(key) + "\" must be a string that is not empty.");
  return std::string(value->as_string());
}

Result<std::optional<bool>> truth(const json::object& options, const std::string& where,
                                  std::string_view key) {
  const json::value* value = options.if_contains(key);
  if (!value) return std::optional<bool>();
  const bool yes = *value == true || *value == "true";
  if (!yes && *value != false && *value != "false")
    return wrong(where, "\"" + std::string(key) + "\" must be \"true\" or \"false\".");
  return std::optional(yes);
}

/// One character, which may be several bytes, or none.
Result<std::optional<std::string>> character(const json::object& options, const std::string& where,
                                             std::string_view key) {
  const json::value* value = options.if_contains(key);
  if (!value) return std::optional<std::string>();
  const std::string text = value->is_string() ? std::string(value->as_string()) : "??";
  const auto begins = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
  if (begins > 1 || text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
    return wrong(where, "\"" + std::string(key) + "\" must be one character, no line break.");
  return std::optional(text);
}

Result<TextOptions> parse_text_options(const json::object& options, const std::string& where) {
  TextOptions text;
  WEIR_TRY(text.delimiter, character(options, where, "delimiter"));
  if (text.delimiter && text.delimiter->empty()) text.delimiter = "\\";
  WEIR_TRY(text.quote, character(options, where, "quote"));
  WEIR_TRY(text.escape, character(options, where, "escape"));
  WEIR_TRY(text.multiline, truth(options, where, "multiline"));
  return text;
}

Result<QueryFile> parse_file(const json::value& value, const std::string& where) {
  if (!value.is_object()) return wrong(where, "must be an object with a \"file\".");
  const json::object& object = value.as_object();
  WEIR_CHECK(only(object, where, {"file", "options", "schema"}));
  QueryFile file;
  WEIR_TRY(file.tag, text(object, where, "file"));
  if (const json::value* options = object.if_contains("options")) {
    if (!options->is_object()) return wrong(where, "\"options\" must be an object.");
    WEIR_CHECK(only(options->as_object(), where + ", options",
                    {"rowTag", "trim", "delimiter", "escape", "multiline", "quote"}));
    if (options->as_object().contains("rowTag")) {
      WEIR_TRY(file.row_tag, text(options->as_object(), where + ", options", "rowTag"));
    }
    WEIR_TRY(const auto trim, truth(options->as_object(), where + ", options", "trim"));
    file.trim = trim.value_or(false);
    WEIR_TRY(file.text, parse_text_options(options->as_object(), where + ", options"));
  }
  if (const json::value* schema = object.if_contains("schema")) {
    if (!schema->is_object()) return wrong(where, "\"schema\" must be a Spark schema object.");
    file.schema_json = json::serialize(*schema);
  }
  return file;
}

Result<Operation> parse_spark_sql(const json::object& object, const std::string& where) {
  WEIR_CHECK(only(object, where, {"type", "spark-sql-files", "spark-sql-query"}));
  Operation operation;
  operation.type = Operation::Type::spark_sql;
  WEIR_TRY(operation.query, text(object, where, "spark-sql-query"));
  const json::value* files = object.if_contains("spark-sql-files");
  if (!files || !files->is_array() || files->as_array().empty())
    return wrong(where, "\"spark-sql-files\" must be an array of at least one file.");
  for (std::size_t i = 0; i < files->as_array().size(); ++i) {
    WEIR_TRY(auto file, parse_file(files->as_array()[i],
                                   where + ", spark-sql-files[" + std::to_string(i) + "]"));
    operation.files.push_back(std::move(file));
  }
  return operation;
}

Result<Operation> parse_operation(const json::value& value, const std::string& where) {
  if (!value.is_object()) return wrong(where, "must be an object with a \"type\".");
  const json::object& object = value.as_object();
  WEIR_TRY(const std::string type, text(object, where, "type"));
  if (type == "spark-sql") return parse_spark_sql(object, where);
  Operation operation;
  if (type == "truncate") {
    WEIR_CHECK(only(object, where, {"type"}));
    operation.type = Operation::Type::truncate;
    return operation;
  }
  if (type == "load") {
    WEIR_CHECK(only(object, where, {"type", "file"}));
    WEIR_TRY(operation.file, text(object, where, "file"));
    return operation;
  }
  return wrong(where, "unknown type \"" + type + "\"; known are load, truncate and spark-sql.");
}

}  // namespace

Result<std::vector<FeedOperations>> parse_load_operations(std::string_view text) {
  boost::system::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  if (error) return fail(Errc::bad_request, "Load operations are not JSON: " + error.message());
  if (root.is_string()) return std::vector<FeedOperations>{{std::string(root.as_string()), {}}};
  if (!root.is_object())
    return fail(Errc::bad_request,
                "Load operations are an object of feed id to operations, or {} for none.");
  std::vector<FeedOperations> all;
  for (const auto& [feed_id, list] : root.as_object()) {
    const std::string where = "feed \"" + std::string(feed_id) + "\"";
    if (!list.is_array()) return wrong(where, "must be an array of operations.");
    FeedOperations feed{std::string(feed_id), {}};
    for (std::size_t i = 0; i < list.as_array().size(); ++i) {
      WEIR_TRY(auto operation,
               parse_operation(list.as_array()[i], where + ", operation " + std::to_string(i + 1)));
      feed.operations.push_back(std::move(operation));
    }
    std::stable_partition(feed.operations.begin(), feed.operations.end(),
                          [](const auto& one) { return one.type == Operation::Type::truncate; });
    all.push_back(std::move(feed));
  }
  return all;
}

}  // namespace weir::feed
