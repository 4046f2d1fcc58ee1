#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/dialect/dialect.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine {

/// The sources of one load or preview, readable in SQL as long as this lives.
class OpenSources {
 public:
  /// Each with its declared schema or the inferred one. Files must be in the tenant's store.
  static Result<OpenSources> open(Tenant& tenant, const std::vector<Source>& sources);
  /// One NDJSON source whose columns are these fields' texts, read in one pass.
  static Result<OpenSources> open_as_text(Tenant& tenant, const Source& source,
                                          const std::vector<Field>& fields);

  OpenSources(OpenSources&& other) noexcept = default;
  OpenSources& operator=(OpenSources&&) = delete;
  ~OpenSources();

  /// Temporary views under the sources' tags, for a translated query.
  Result<void> create_views(Connection& connection) const;
  /// The same as the dialect wants to know them.
  dialect::Relations relations() const;

  /// `weir_read(n)` of the first source; its columns are origin_columns and then the data's.
  std::string first_sql() const;
  const Reading& first() const { return *opened_.front().reading; }

  /// What the reading has met so far that a column could not take.
  Misfits misfits() const;

  /// The error the files gave, if that is why SQL failed; otherwise SQL's own. A file that is not
  /// what the manifest says comes first: what it holds can lead to any error.
  Failure failure(Error of_sql) const;
  /// Holds what was not read, because the query stopped before it, against the manifest.
  Result<void> check_rest() const;

 private:
  struct Opened {
    std::string tag;
    std::vector<SourceFile> files;
    std::shared_ptr<Reading> reading;
    std::uint64_t number = 0;
  };
  explicit OpenSources(Readings& readings) : readings_(&readings) {}
  Result<void> add(Tenant& tenant, const Source& source, ReadPlan plan);

  Readings* readings_;
  std::vector<Opened> opened_;
};

}  // namespace weir::engine
