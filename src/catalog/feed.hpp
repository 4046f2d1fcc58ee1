#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace weir::catalog {

struct FeedField {
  std::string name;       // incoming; matched without regard to case
  std::string type;       // boolean date datetime decimal float integer string
  std::string rename_to;  // empty: as incoming
  bool required = false;
  std::string semantic;
  std::string format;        // of a date or datetime; empty: the feed's
  std::optional<int> scale;  // of a decimal; none: the feed's
  /// Of a generated field: the output names of the fields that it joins with hyphens. Its own name
  /// is `name`. Empty: the field comes in.
  std::vector<std::string> combines = {};
  bool uuid = false;  // a UUID of them instead
};

struct Feed {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string source;
  std::string name;
  std::vector<FeedField> fields;
  std::vector<std::string> primary_key;  // output names
  std::string last_updated;              // output name; empty: generated
  int error_threshold = 1;               // percent
  bool active = false;
  Time created_at;
  std::string format;                // of dates and datetimes; empty: inferred
  int scale = 2;                     // of decimals
  bool identity_resolution = false;  // made available to it; only stored
  std::string sample;                // path of the batch file that it was made from
  bool loaded_last = false;          // a row that is loaded takes the place of any other
  bool merge = false;                // fields that a record does not carry keep their values
  std::string deleted_field;         // output name; of records that remove their row; empty: none
  std::string deleted_value;         // what it says then; empty: true
  std::string table() const { return source + ":" + name; }
};

}  // namespace weir::catalog
