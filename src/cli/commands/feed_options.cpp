#include "cli/commands/feed_options.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json.hpp>

namespace weir::cli {

namespace json = boost::json;

namespace {

/// "first+last"
json::array names_of(const std::string& list) {
  json::array names;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find('+', begin), list.size());
    names.push_back(json::value(list.substr(begin, end - begin)));
    begin = end + 1;
  }
  return names;
}

/// "op=D"
json::object marker_of(const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  json::object marker{{"field", text.substr(0, equals)}};
  if (equals < text.size()) marker["value"] = text.substr(equals + 1);
  return marker;
}

Result<void> add_attribute(json::object& field, std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string name(text.substr(0, equals));
  const std::string value(equals == std::string_view::npos ? "" : text.substr(equals + 1));
  if (name == "required" && equals == std::string_view::npos) {
    field["required"] = true;
  } else if (name == "rename" && !value.empty()) {
    field["rename_to"] = value;
  } else if ((name == "format" || name == "semantic") && !value.empty()) {
    field[name] = value;
  } else if ((name == "combine" || name == "uuid") && !value.empty()) {
    field["combines"] = names_of(value);
    if (name == "uuid") field["uuid"] = true;
  } else if (int scale = 0; name == "scale" && !value.empty() &&
                            std::from_chars(value.data(), value.data() + value.size(), scale).ptr ==
                                value.data() + value.size()) {
    field["scale"] = scale;
  } else {
    return fail(Errc::bad_request, "\"" + std::string(text) +
                                       "\" says nothing about a field; use required, rename=NAME, "
                                       "format=PATTERN, scale=DIGITS, semantic=TAG, or "
                                       "combine=A+B or uuid=A+B to make it of others");
  }
  return {};
}

}  // namespace

Result<json::object> parse_feed_field(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos)
    return fail(Errc::bad_request, "--field \"" + std::string(text) +
                                       "\" must be NAME:TYPE, as in total:decimal,scale=2");
  json::object field;
  field["name"] = text.substr(0, colon);
  std::string_view rest = text.substr(colon + 1);
  std::size_t comma = rest.find(',');
  field["type"] = rest.substr(0, comma);
  while (comma != std::string_view::npos) {
    rest.remove_prefix(comma + 1);
    comma = rest.find(',');
    WEIR_CHECK(add_attribute(field, rest.substr(0, comma)));
  }
  return field;
}

Result<json::object> feed_body(const FeedOptions& options, Terminal& terminal) {
  json::object feed;
  if (!options.file.empty()) {
    WEIR_TRY(feed, read_object(terminal, options.file));
    if (json::value* draft = feed.if_contains("feed"); draft != nullptr && draft->is_object())
      feed = json::object(draft->as_object());
  }
  if (!options.source.empty()) feed["source"] = options.source;
  if (!options.name.empty()) feed["name"] = options.name;
  if (!options.fields.empty()) {
    json::array fields;
    for (const std::string& text : options.fields) {
      WEIR_TRY(json::object field, parse_feed_field(text));
      fields.push_back(std::move(field));
    }
    feed["fields"] = std::move(fields);
  }
  if (!options.primary_key.empty())
    feed["primary_key"] = json::array(options.primary_key.begin(), options.primary_key.end());
  if (!options.last_updated.empty()) feed["last_updated"] = options.last_updated;
  if (!options.format.empty()) feed["format"] = options.format;
  if (!options.keep.empty()) feed["keep"] = options.keep;
  if (!options.merge.empty()) feed["merge"] = options.merge == "on";
  if (!options.delete_marker.empty())
    feed["delete_marker"] = marker_of(options.delete_marker.back());
  if (options.scale >= 0) feed["scale"] = options.scale;
  if (options.error_threshold >= 0) feed["error_threshold"] = options.error_threshold;
  return feed;
}

void add_feed_options(Command verb, FeedOptions& options) {
  verb.option("--file", options.file, "The feed as JSON; - is standard input; flags go on top");
  verb.option("--source", options.source, "Source: the part before the colon of its table");
  verb.option("--name", options.name, "Name: the part after the colon");
  verb.option("--field", options.fields,
              "NAME:TYPE[,required][,rename=NAME][,format=PATTERN][,scale=DIGITS]"
              "[,semantic=TAG]; NAME:string,combine=A+B or uuid=A+B for one made of others; once a "
              "field");
  verb.option("--primary-key", options.primary_key, "Field of the key; once a field");
  verb.option("--last-updated", options.last_updated, "Field that says which row is newer");
  verb.option("--keep", options.keep,
              "Which of two rows with one key stays: the later record's, or the one that is loaded "
              "last")
      .one_of({"latest", "loaded_last"});
  verb.option("--merge", options.merge,
              "on: a field that a record does not carry keeps its value, and null clears it")
      .one_of({"on", "off"});
  verb.option("--delete-marker", options.delete_marker,
              "FIELD or FIELD=VALUE: records that remove the row of their key; empty: none");
  verb.option("--format", options.format,
              "Of dates and datetimes without their own: a Joda pattern, epoch_s or epoch_ms");
  verb.option("--scale", options.scale, "Of decimals without their own").range(0, 37);
  verb.option("--error-threshold", options.error_threshold,
              "Percent of rows that may be wrong before nothing is loaded")
      .range(0, 100);
}

}  // namespace weir::cli
