#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "cli/commands/command.hpp"

/// The settings of a feed, as flags and as a file.
namespace weir::cli {

inline const std::string feeds_path = "/api/v0/feeds";

struct FeedOptions {
  std::string file, source, name, last_updated, format, keep;
  std::vector<std::string> delete_marker;  // one; an empty text takes it away
  std::vector<std::string> fields, primary_key;
  int error_threshold = -1;
  int scale = -1;
  std::string merge;  // on, off; empty: not said
};

void add_feed_options(Command verb, FeedOptions& options);

/// "total:decimal,scale=2,rename=order_total,required" as the API writes it.
Result<boost::json::object> parse_feed_field(std::string_view text);

/// What file and flags say; flags go on top. A draft (weir feed draft --json) is a file, too.
Result<boost::json::object> feed_body(const FeedOptions& options, Terminal& terminal);

}  // namespace weir::cli
