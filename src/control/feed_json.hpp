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

/// Makes the table of an active feed where there is none, and alters it to the feed's fields.
Result<void> make_table(const Call& call, const catalog::Feed& feed);
/// Makes it anew: without a row, and with the feed's key and types.
Result<void> make_table_anew(const Call& call, const catalog::Feed& feed);
/// Whether there is a table of that name, without regard to case.
Result<bool> has_table(const Call& call, const std::string& name);
/// Gives a table another name, also where the catalog knows what was loaded into it.
Result<void> move_table(const Call& call, const std::string& from, const std::string& to);
/// conflict where a table with rows has the feed's name, which an earlier feed left: whether the
/// feed goes on with it is for the user to say.
Result<void> check_no_table_left(const Call& call, const catalog::Feed& feed);

}  // namespace weir::control
