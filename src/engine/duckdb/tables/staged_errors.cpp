// Words and receipts are made of what was staged once the load has errors: a row without one pays
// nothing for them. A receipt that cannot be found out stays empty, since it must not cost the
// load.

#include "engine/duckdb/tables/staged_errors.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
#include "engine/spark/binary_text.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::size_t record_shown_bytes_max = 1000;
constexpr std::uint64_t records_shown_bytes_max = 16 * limits::mib;  // of a load

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

/// Null where the file cannot be read.
std::unique_ptr<RecordFinder> finder_of(const Tenant& tenant, const ErrorFile& from) {
  Source one = *from.source;
  one.files = {*from.file};
  const auto plan = plan_of(tenant, one);
  if (!plan) return nullptr;
  auto finder = RecordFinder::open(*plan);
  return finder ? *std::move(finder) : nullptr;
}

/// What SQL takes as a text, whatever the bytes are.
std::string beginning(std::string_view record) {
  std::size_t size = std::min(record.size(), record_shown_bytes_max);
  while (size > 0 && size < record.size() && (record[size] & 0xC0) == 0x80)
    --size;  // not within a character
  std::string text(record.substr(0, size));
  std::replace(text.begin(), text.end(), '\0', ' ');
  return spark::utf8_from_bytes(text);
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
    finder_ = finder_of(tenant_, from);
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

std::vector<std::string> record_texts(const Tenant& tenant, const Load& load,
                                      const std::vector<LoggedError>& errors) {
  std::map<std::string_view, ErrorFile> files;
  const ErrorFiles all = files_of(load);
  for (const auto& [place, from] : all)
    files.emplace(from.file->name(), from);
  std::vector<std::string> texts(errors.size());
  std::unique_ptr<RecordFinder> finder;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < errors.size() && bytes < records_shown_bytes_max; ++i) {
    const LoggedError& each = errors[i];
    if (each.record == 0) continue;
    const LoggedError* before = i > 0 ? &errors[i - 1] : nullptr;
    const bool same_file = before != nullptr && before->error.file == each.error.file;
    if (same_file && before->record == each.record) {
      texts[i] = texts[i - 1];
    } else {
      // A second operation goes through the file anew.
      if (!same_file || before->record > each.record) {
        const auto from = files.find(each.error.file);
        finder = from == files.end() ? nullptr : finder_of(tenant, from->second);
      }
      if (finder == nullptr) continue;
      const auto text = finder->text_of(each.record);
      if (!text) finder.reset();
      if (text && *text) texts[i] = beginning(**text);
    }
    bytes += texts[i].size();
  }
  return texts;
}

}  // namespace weir::engine::duckdb
