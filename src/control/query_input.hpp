#pragma once

#include <vector>

#include "base/result.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "engine/engine.hpp"

namespace weir::control {

/// What a query is tried on: by the body's stream_id the stream's newest files, or with `payloads`
/// its last so many payloads; by `file` one batch file; by `payload` what is sent along. Its
/// file_tag, schema, row_tag and trim say how that is read. bad_request where it says none of them
/// or several, not_found for what the tenant has not, conflict where the stream has no file yet.
Result<engine::Source> query_input(const Call& call, const Fields& body);
/// The same of several tables, each an object of the body's array `files`; or the one that the body
/// itself names.
Result<std::vector<engine::Source>> query_inputs(const Call& call, const Fields& body);

/// A payload as the one file of a query, under that tag. `record` is as in TriedPayload.
engine::SourceFile file_of_payload(const Call& call, std::string record, std::uint64_t records = 1);

}  // namespace weir::control
