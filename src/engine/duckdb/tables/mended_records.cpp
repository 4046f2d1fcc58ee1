// A mended record lies beside the tables and not in the store, whose files never change: what was
// received stays provable, and a day that is loaded again still takes what was mended. Its place
// among the records stays, so it replaces its own row.

#include "engine/duckdb/tables/mended_records.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <simdjson.h>

#include "base/limits.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/reader/open_sources.hpp"
#include "engine/duckdb/reader/record_finder.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/stored_table.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::string_view pack_suffix = ".cbor";

/// As it may stand in a line.
Result<std::string> one_object(std::string text) {
  if (text.size() > limits::payload_bytes_ceiling)
    return fail(Errc::too_large, "the mended record is larger than a payload may be");
  // Within texts JSON has no line ends, so these are white space.
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::replace(text.begin(), text.end(), '\r', ' ');
  simdjson::dom::parser parser;
  const auto parsed = parser.parse(text);
  if (parsed.error() == simdjson::SUCCESS && parsed.is_object()) return text;
  return fail(Errc::bad_request, "the mended record is no JSON object; send one as a text");
}

/// XML, as the record came. It becomes CBOR when it is read: a row in error tells of it then.
Result<std::string> one_document(std::string text) {
  if (text.size() > limits::payload_bytes_ceiling)
    return fail(Errc::too_large, "the mended record is larger than a payload may be");
  std::string pack;
  const auto converted = xml::Converter().convert(text, pack);
  if (!converted)
    return fail_while("the record came as XML, so a mended one is an XML document",
                      converted.error());
  return text;
}

Result<std::optional<RecordText::Mended>> mended_of(Connection& connection, const std::string& file,
                                                    std::uint64_t number) {
  WEIR_TRY(const auto cells,
           connection.cells(
               sql("SELECT text, who, epoch_us(mended_at) FROM $ WHERE file = $ AND record = $",
                   stored("mended_records"), Text{file}, number)));
  if (cells.empty()) return std::nullopt;
  const auto& row = cells.front();
  return RecordText::Mended{row[0].value_or(""), row[1].value_or(""),
                            Time(std::chrono::microseconds(Connection::number(row[2])))};
}

}  // namespace

Result<void> create_mended_records(Connection& connection) {
  return connection.run(
      sql("CREATE TABLE IF NOT EXISTS $ (file VARCHAR, record BIGINT, text VARCHAR, who VARCHAR, "
          "mended_at TIMESTAMP)",
          stored("mended_records")));
}

Result<std::map<std::string, std::map<std::uint64_t, std::string>>> mended_records(
    Connection& connection) {
  WEIR_TRY(const auto cells,
           connection.cells(sql("SELECT file, record, text FROM $", stored("mended_records"))));
  std::map<std::string, std::map<std::uint64_t, std::string>> out;
  for (const auto& row : cells)
    out[row[0].value_or("")][Connection::number(row[1])] = row[2].value_or("");
  return out;
}

Result<void> mend_record(Tenant& tenant, const std::string& file, std::uint64_t number,
                         const RecordText::Mended& mended) {
  WEIR_TRY(Connection connection, tenant.connect({.time = limits::tables_listed_within}));
  WEIR_TRY(Transaction transaction, Transaction::begin(connection));
  WEIR_CHECK(connection.run(sql("DELETE FROM $ WHERE file = $ AND record = $",
                                stored("mended_records"), Text{file}, number)));
  if (!mended.text.empty()) {
    WEIR_TRY(const std::string text,
             file.ends_with(pack_suffix) ? one_document(mended.text) : one_object(mended.text));
    const auto us =
        std::chrono::duration_cast<std::chrono::microseconds>(tenant.now().time_since_epoch());
    WEIR_CHECK(connection.run(sql("INSERT INTO $ VALUES ($, $, $, $, make_timestamp($))",
                                  stored("mended_records"), Text{file}, number, Text{text},
                                  Text{mended.by}, us.count())));
  }
  return transaction.commit();
}

Result<RecordText> record_text(Tenant& tenant, const SourceFile& file, std::uint64_t number) {
  Source source;
  source.format = file.name().ends_with(pack_suffix) ? FileFormat::cbor : FileFormat::ndjson;
  source.files = {file};
  WEIR_TRY(const ReadPlan plan, plan_of(tenant, source));
  WEIR_TRY(const auto finder, RecordFinder::open(plan));
  WEIR_TRY(auto text, finder->text_of(number));
  RecordText out;
  out.stored = text.value_or("");
  WEIR_TRY(Connection connection, tenant.connect({.time = limits::tables_listed_within}));
  WEIR_TRY(out.mended, mended_of(connection, file.name(), number));
  return out;
}

}  // namespace weir::engine::duckdb
