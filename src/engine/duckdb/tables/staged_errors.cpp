// Words and receipts are made of what was staged once the load has errors: a row without one pays
// nothing for them. A receipt that cannot be found out stays empty, since it must not cost the
// load.

#include "engine/duckdb/tables/staged_errors.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "base/case_fold.hpp"
#include "base/limits.hpp"
#include "engine/duckdb/reader/open_sources.hpp"
#include "engine/duckdb/reader/record_finder.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/cast_sql.hpp"
#include "engine/duckdb/tables/stage.hpp"
#include "engine/duckdb/text_scan.hpp"
#include "engine/origin.hpp"

namespace weir::engine::duckdb {

namespace {

/// As in a string of JSON, so that a tab or the end of a line is seen.
std::string visible(const std::string& value) {
  return boost::json::serialize(boost::json::string(value));
}

void explain(const Load& load, int bad, const std::optional<std::string>& text, LoggedError& out) {
  if (bad == whole_row) {
    out.error.reason = "the record " + text.value_or("is not right");
    out.kind = out.error.reason.substr(0, out.error.reason.find(':'));
    return;
  }
  const Field& field = load.fields[static_cast<std::size_t>(bad)];
  out.error.field = field.combines.empty() ? field.incoming : field.name;
  out.error.value = text.value_or("");
  const bool null =
      !text || (field.type == FieldType::boolean && equal_ignoring_case(trim(*text), "null"));
  const bool blank = null || (field.type != FieldType::string && trim(*text).empty());
  if (!blank) {
    out.kind = cast_reason(field);
    out.error.reason = visible(*text) + " " + out.kind;
    return;
  }
  out.kind = is_key(load, field) ? "a field of the primary key " : "a required field ";
  out.kind += null ? "is null" : "has only white space";
  out.error.reason = out.kind + (null ? "" : ": " + visible(*text));
}

/// A file that an operation reads.
struct ErrorFile {
  const Source* source = nullptr;
  const SourceFile* file = nullptr;
};
using ErrorFiles = std::map<std::pair<std::uint64_t, Origin>, ErrorFile>;

/// By operation and place.
ErrorFiles files_of(const Load& load) {
  ErrorFiles files;
  for (std::size_t i = 0; i < load.operations.size(); ++i) {
    for (const Source& source : load.operations[i].sources) {
      for (const SourceFile& file : source.files)
        files.emplace(std::pair(i, origin_of(file)), ErrorFile{&source, &file});
    }
  }
  return files;
}

/// Finds records in the order of the data, with one file open at a time.
class Records {
 public:
  explicit Records(const Tenant& tenant) : tenant_(tenant) {}

  RecordFinder::Found of(const ErrorFile& from, std::uint64_t row) {
    if (from.file != file_) open(from);
    if (finder_ == nullptr) return {};
    auto found = finder_->of_row(row);
    if (!found) finder_.reset();
    return found && *found ? **found : RecordFinder::Found();
  }

 private:
  void open(const ErrorFile& from) {
    file_ = from.file;
    finder_.reset();
    Source one = *from.source;
    one.files = {*from.file};
    const auto plan = plan_of(tenant_, one);
    if (!plan) return;
    auto finder = RecordFinder::open(*plan);
    if (finder) finder_ = *std::move(finder);
  }

  const Tenant& tenant_;
  const SourceFile* file_ = nullptr;
  std::unique_ptr<RecordFinder> finder_;
};

}  // namespace

Result<std::vector<LoggedError>> staged_errors(Connection& connection, const Tenant& tenant,
                                               const Load& load) {
  WEIR_TRY(const auto cells,
           connection.cells(sql(
               "SELECT CAST(op AS BIGINT), CAST(e.field AS BIGINT), e.text, row, "
               "CAST(CAST(origin >> 64 AS UBIGINT) AS VARCHAR), "
               "CAST(CAST(origin & 18446744073709551615 AS UBIGINT) AS VARCHAR) "
               "FROM (SELECT op, origin, row, unnest(bads) AS e FROM weir_staged WHERE bad IS NOT "
               "NULL) WHERE e IS NOT NULL ORDER BY op, origin, row, e.field LIMIT $",
               limits::row_errors_logged_max)));
  const ErrorFiles files = files_of(load);
  Records records(tenant);
  std::vector<LoggedError> errors;
  for (const auto& cell : cells) {
    LoggedError& each = errors.emplace_back();
    each.number = errors.size();
    each.error.row = Connection::number(cell[3]);
    const Origin file = file_of({Connection::number(cell[4]), Connection::number(cell[5])});
    if (const auto from = files.find({Connection::number(cell[0]), file}); from != files.end()) {
      each.error.file = from->second.file->name();
      each.received_at = from->second.file->first_received_at;
      auto found = records.of(from->second, each.error.row);
      each.record = found.record;
      each.receipt = std::move(found.receipt);
    }
    const int bad =
        cell[1]->starts_with('-') ? whole_row : static_cast<int>(Connection::number(cell[1]));
    explain(load, bad, cell[2], each);
  }
  return errors;
}

}  // namespace weir::engine::duckdb
