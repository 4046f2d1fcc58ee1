#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/dialect/dialect.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/reader/chosen_records.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// One record that the sources are read for.
struct Focus {
  std::string file;  // its name
  std::string receipt;
  /// Nothing but that record is read. False: all of it is read, and the record's origins have
  /// `focus_bit`: so has each row that it has part in, since a row has the greatest of its origins.
  bool alone = true;
};
/// In SQL. No true origin has it before the year 2248.
inline constexpr const char* focus_bit = "(CAST(1 AS UHUGEINT) << 127)";

/// The files of a source, each checked to be in the tenant's store and to have its size.
Result<ReadPlan> plan_of(const Tenant& tenant, const Source& source);

/// The sources of one load or preview, readable in SQL during this object's life.
class OpenSources {
 public:
  /// Each with its declared schema or the inferred one. Files must be in the tenant's store.
  /// Inferring reads them all, which ends when the allowance is over.
  static Result<OpenSources> open(Tenant& tenant, const std::vector<Source>& sources,
                                  const Allowance& allowance, const ChosenRecords& chosen = {});
  /// One NDJSON source whose columns are these fields' texts, read in one pass.
  static Result<OpenSources> open_as_text(Tenant& tenant, const Source& source,
                                          const std::vector<Field>& fields,
                                          const ChosenRecords& chosen = {});

  OpenSources(OpenSources&& other) noexcept = default;
  OpenSources& operator=(OpenSources&&) = delete;
  ~OpenSources();

  /// From now on they are read for one record.
  void focus(const Focus& on);

  /// The same once more, with counts of their own; rows come in their order.
  OpenSources again() const;

  /// Temporary views under the sources' tags, for a translated query. Beside the data they have
  /// the hidden columns, under names that the data has none of (dialect.hpp).
  Result<void> create_views(Connection& connection) const;
  /// The same tables as the dialect layer describes them.
  dialect::Relations relations() const;

  /// `weir_read(n)` of the first source; its columns are origin_columns and then the data's.
  std::string first_sql() const;
  const Reading& first() const { return *opened_.front().reading; }

  /// Lets several threads read from now on: for SQL whose result does not depend on the order of
  /// the rows.
  void read_in_any_order();

  /// Counts the rows that are read from now on in `counter` too, which outlives this object.
  void count_in(std::atomic<std::uint64_t>& counter);

  /// The sources, by their places, that were read to their end and have no row.
  std::vector<std::size_t> without_rows() const;

  /// Of each file of the first source, in their order, the rows that were made of it, once it was
  /// read to its end.
  std::vector<std::uint64_t> rows_of_files() const;

  /// The misfits met while reading so far.
  Misfits misfits() const;

  /// The records that could not be read so far, in the order of their places, each once.
  struct BadRow {
    Origin origin;
    BadRecord record;
    std::string file;  // its key in the store
  };
  std::vector<BadRow> bad_rows() const;

  /// The files' error if it made the SQL fail, otherwise SQL's own. A file that differs from the
  /// manifest comes first: its contents can lead to any other error.
  Failure failure(Error of_sql) const;
  /// Reads the parts of files that the query did not read, to check them against the manifest.
  Result<void> check_rest() const;

 private:
  struct Opened {
    std::string tag;
    std::vector<SourceFile> files;
    std::shared_ptr<Reading> reading;
    std::uint64_t number = 0;
  };
  /// A relation with the columns of `weir_read`.
  std::string rows_sql(std::uint64_t number) const;
  explicit OpenSources(Readings& readings) : readings_(&readings) {}
  void add(Tenant& tenant, const Source& source, ReadPlan plan);

  Readings* readings_;
  std::vector<Opened> opened_;
  std::optional<Focus> focus_;
};

}  // namespace weir::engine::duckdb
