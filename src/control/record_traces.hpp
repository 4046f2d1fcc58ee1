#pragma once

#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "control/routes.hpp"
#include "engine/trace.hpp"

/// From a record to its rows in the domain tables, and back (spec/files.md 8).
namespace weir::control {

/// What became of the record of a receipt in each table that its file was loaded into, or that a
/// courier of its stream loads. Takes a pass of Services::queries, unless there is no such table.
Result<boost::json::array> json_of_tables(const Call& call, const catalog::Batch& batch,
                                          const std::string& stream_id, const std::string& receipt);

/// The record that a row is of, with its receipt where that can be found out.
Result<boost::json::object> json_of_row_record(const Call& call, const engine::RowRecord& row);

}  // namespace weir::control
