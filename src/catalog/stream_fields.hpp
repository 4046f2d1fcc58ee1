#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/records.hpp"
#include "fields/drift.hpp"
#include "fields/sketch.hpp"

namespace weir::catalog {

class Database;

/// With how many days before it a day is compared.
inline constexpr std::chrono::days fields_compared_with{7};

/// Which fields the payloads of streams have (docs/formats/field-sketch.md). A batch's sketch is
/// merged in the transaction that commits the batch, so that each batch counts exactly once.
class StreamFields {
 public:
  explicit StreamFields(Database& database) : database_(database) {}

  /// What is known of a stream, and how `day` differs from the week before it.
  struct Known {
    fields::Sketch all;  // since the stream's first batch that was looked at
    fields::Sketch day;
    fields::Sketch week;  // of the days before `day`
    std::vector<fields::Change> changes;
  };
  /// not_found for another tenant's stream.
  Result<Known> find(std::uint32_t tenant_no, const std::string& stream_id, Day day);
  /// The Spark schema of what was ever seen (fields::spark_schema); empty: nothing was. With a row
  /// tag that of the rows of XML payloads.
  Result<std::string> schema(StreamNo stream, const std::string& row_tag = "");

  /// The changes of one stream's day, by fields::Change::Kind.
  struct Changes {
    StreamNo stream;
    std::string stream_id;
    std::string stream_name;
    std::array<std::uint64_t, fields::change_kinds> counts{};
    std::vector<std::string> paths;  // the first few
  };
  /// Compares anew the streams whose `day` has got batches since it was compared last. Called
  /// regularly, by one thread; the two below read its result.
  Result<void> compare(Day day);
  /// The streams of a tenant with changes that day, those of the newest stream first; at most so
  /// many.
  Result<std::vector<Changes>> changes(std::uint32_t tenant_no, Day day, std::uint32_t count);
  /// Of all tenants, by kind.
  Result<std::array<std::uint64_t, fields::change_kinds>> change_totals(Day day);

 private:
  Database& database_;
};

}  // namespace weir::catalog
