#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "engine/engine.hpp"

/// A feed drafted from a sample (spec/feeds.md 2), to be completed and saved.
namespace weir::feed {

struct DraftField {
  catalog::FeedField field;   // the name as it came, a name that a table can have, and a type
  std::uint64_t records = 0;  // of the sample that have a value there
  bool in_first = false;      // the first record has the field
};

struct Draft {
  std::vector<DraftField> fields;  // in the order in which the sample has them
  /// Output names of fields that have a value in each record, and never the same one: single fields
  /// and, where there is none, pairs. The likeliest first; none where the sample cannot tell.
  std::vector<std::vector<std::string>> key_candidates;
  std::uint64_t records = 0;                   // that were looked at
  bool whole = true;                           // these are all records of the sample
  std::vector<std::vector<std::string>> rows;  // the first limits::sample_rows_max, as JSON texts
};

/// Types are chosen by all values of a field, so that each of them is one of the type: a load of
/// the sample has no errors. Numbers become integers where none has a fraction, else decimals of
/// the scale that they have, else floats; texts become dates or datetimes where all of them fit the
/// lists of formats. A JSON text of digits stays a string: it may be a postal code.
///
/// Looks at limits::sample_records_max records at most. bad_request: no JSON, no record, too many
/// names, or records that nest, which a feed cannot take. `this_year` is what two digits of a year
/// are read from.
Result<Draft> draft_of_json(std::string_view text, bool cut, int this_year);
/// The same for the rows of an ingest query.
Result<Draft> draft_of_rows(const engine::Table& rows, int this_year);

}  // namespace weir::feed
