#pragma once

#include <boost/json/value.hpp>

#include "base/http.hpp"
#include "base/result.hpp"
#include "catalog/records.hpp"
#include "control/routes.hpp"

/// Feeds as the API writes and reads them.
namespace weir::control {

boost::json::value json_of_feed(const catalog::Feed& feed);
boost::json::value json_of_feed_field(const catalog::FeedField& field);

/// The batch file of the tenant that a feed may be made from, by its path. bad_request for one that
/// there is not, or that is no NDJSON.
Result<catalog::Batch> sample_file(const Call& call, const std::string& path);

/// Makes the table of an active feed where there is none.
Result<void> make_table(const Call& call, const catalog::Feed& feed);
/// Empties it, so that it has the feed's key and types.
Result<void> empty_table(const Call& call, const catalog::Feed& feed);

}  // namespace weir::control
