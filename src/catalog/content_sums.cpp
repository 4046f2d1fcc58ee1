#include "catalog/content_sums.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <soci/sqlite3/soci-sqlite3.h>

#include "base/crc64.hpp"
#include "catalog/backend.hpp"
#include "catalog/migrations.hpp"
#include "catalog/statement.hpp"

// SQLite finds a page whose structure is broken, not a digit of a checksum or of a secret that has
// changed. Triggers keep the XOR of the hashes of each table's rows beside the tables, in the same
// transaction as the rows, so no writer can forget it. An index is held against its table by the
// same sum over its entries, read in their order, which takes a fraction of integrity_check's
// lookups, one for each entry.
namespace weir::catalog {
namespace {

using namespace sqlite_api;  // where SOCI puts what sqlite3.h declares

constexpr const char* sums_table = "content_sums";
constexpr const char* schema_row = "(schema)";
constexpr const char* fold = "weir_fold";  // (sum, values...): the sum with or without this row
constexpr const char* sum = "weir_sum";    // (values...): of all rows

// -- The functions

template <class Number>
void append(std::string& out, Number number) {
  const auto bytes = std::bit_cast<std::array<char, sizeof number>>(number);
  out.append(bytes.data(), bytes.size());
}

/// A CRC finds each burst of 64 bits; the rounds after it keep errors in two rows from taking each
/// other out of the XOR.
std::int64_t hash_of(int count, sqlite3_value** values) {
  thread_local std::string row;
  row.clear();
  for (int i = 0; i < count; ++i) {
    const int type = sqlite3_value_type(values[i]);
    row.push_back(static_cast<char>(type));
    if (type == SQLITE_INTEGER) append(row, sqlite3_value_int64(values[i]));
    if (type == SQLITE_FLOAT) append(row, sqlite3_value_double(values[i]));
    if (type != SQLITE_TEXT && type != SQLITE_BLOB) continue;
    const auto* bytes = static_cast<const char*>(sqlite3_value_blob(values[i]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[i]));
    append(row, std::uint64_t{size});
    if (size > 0) row.append(bytes, size);
  }
  std::uint64_t hash = crc64(row);
  hash = (hash ^ hash >> 30) * 0xBF58476D1CE4E5B9;
  hash = (hash ^ hash >> 27) * 0x94D049BB133111EB;
  return std::bit_cast<std::int64_t>(hash ^ hash >> 31);
}

void run_fold(sqlite3_context* context, int count, sqlite3_value** values) {
  const std::int64_t before = count > 0 ? sqlite3_value_int64(values[0]) : 0;
  sqlite3_result_int64(context, before ^ hash_of(count - 1, values + 1));
}

void step_sum(sqlite3_context* context, int count, sqlite3_value** values) {
  auto* total =
      static_cast<std::int64_t*>(sqlite3_aggregate_context(context, sizeof(std::int64_t)));
  if (total == nullptr) return sqlite3_result_error_nomem(context);
  *total ^= hash_of(count, values);
}

void end_sum(sqlite3_context* context) {
  const auto* total = static_cast<std::int64_t*>(sqlite3_aggregate_context(context, 0));
  sqlite3_result_int64(context, total == nullptr ? 0 : *total);
}

// -- The schema, as SQLite has it

Failure damaged(const std::string& what) {
  return fail(Errc::corrupt, what + ".");
}

std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name)
    out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string text_of(const std::string& text) {
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

Result<std::vector<std::string>> names(soci::session& session, const std::string& sql) {
  Statement statement(session, sql);
  std::string name;
  statement.into(name);
  return collect(statement, name);
}

Result<std::int64_t> number(soci::session& session, const std::string& sql) {
  Statement statement(session, sql);
  std::int64_t value = 0;
  WEIR_CHECK(statement.into(value).next());
  return value;
}

Result<std::vector<std::string>> tables(soci::session& session) {
  return names(session,
               "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
               " AND name <> 'content_sums' ORDER BY name");
}

/// "NEW.a, NEW.b"
Result<std::string> columns(soci::session& session, const std::string& table,
                            const std::string& prefix = "") {
  WEIR_TRY(const auto all,
           names(session, "SELECT name FROM pragma_table_info(" + text_of(table) + ")"));
  std::string out;
  for (const std::string& name : all)
    out += (out.empty() ? "" : ", ") + prefix + quoted(name);
  return out;
}

struct Index {
  std::string name;
  std::string columns;  // with the rowid that each entry ends with
};

/// Those that have an entry for each row.
Result<std::vector<Index>> whole_indexes(soci::session& session, const std::string& table) {
  WEIR_TRY(const auto all, names(session, "SELECT name FROM pragma_index_list(" + text_of(table) +
                                              ") WHERE partial = 0"));
  std::vector<Index> out;
  for (const std::string& name : all) {
    WEIR_TRY(const auto keys, names(session, "SELECT name FROM pragma_index_info(" + text_of(name) +
                                                 ") ORDER BY seqno"));
    Index index{name, ""};
    for (const std::string& key : keys)
      index.columns += quoted(key) + ", ";
    index.columns += "rowid";
    out.push_back(std::move(index));
  }
  return out;
}

Result<std::int64_t> schema_sum(soci::session& session) {
  WEIR_TRY(const std::int64_t version, number(session, "PRAGMA user_version"));
  return number(session, std::string("SELECT ") + sum + "(" + std::to_string(version) +
                             ", type, name, tbl_name, sql) FROM sqlite_schema");
}

Result<bool> has_sums(soci::session& session) {
  WEIR_TRY(const std::int64_t count,
           number(session, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'content_sums'"));
  return count > 0;
}

Result<void> add_trigger(soci::session& session, const std::string& table, const char* event,
                         const std::string& change) {
  return execute(session, "CREATE TRIGGER " + quoted("sum_" + table + "_" + event) + " AFTER " +
                              event + " ON " + quoted(table) + " BEGIN UPDATE " + sums_table +
                              " SET sum = " + change + " WHERE table_name = " + text_of(table) +
                              "; END");
}

Result<void> keep_sum(soci::session& session, const std::string& table) {
  WEIR_TRY(const std::string plain, columns(session, table));
  WEIR_TRY(const std::string before, columns(session, table, "OLD."));
  WEIR_TRY(const std::string after, columns(session, table, "NEW."));
  const std::string folded = std::string(fold) + "(";
  WEIR_CHECK(execute(session, std::string("INSERT INTO ") + sums_table + " SELECT " +
                                  text_of(table) + ", " + sum + "(" + plain + ") FROM " +
                                  quoted(table)));
  WEIR_CHECK(add_trigger(session, table, "INSERT", folded + "sum, " + after + ")"));
  WEIR_CHECK(add_trigger(session, table, "DELETE", folded + "sum, " + before + ")"));
  return add_trigger(session, table, "UPDATE",
                     folded + folded + "sum, " + before + "), " + after + ")");
}

// -- The check

/// One pass over the rows, and one over each index.
Result<void> check_table(soci::session& session, const std::string& table) {
  WEIR_TRY(const std::string all, columns(session, table));
  WEIR_TRY(const auto indexes, whole_indexes(session, table));
  std::string wanted = std::string(sum) + "(" + all + ")";
  for (const Index& index : indexes)
    wanted += std::string(", ") + sum + "(" + index.columns + ")";
  Statement rows(session, "SELECT " + wanted + " FROM " + quoted(table) + " NOT INDEXED");
  std::vector<std::int64_t> sums(indexes.size() + 1);
  for (std::int64_t& one : sums)
    rows.into(one);
  WEIR_CHECK(rows.next());
  WEIR_TRY(const std::int64_t kept, number(session, std::string("SELECT sum FROM ") + sums_table +
                                                        " WHERE table_name = " + text_of(table)));
  if (sums[0] != kept) return damaged("rows of table " + table + " are not what was written");
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    WEIR_TRY(const std::int64_t entries,
             number(session, std::string("SELECT ") + sum + "(" + indexes[i].columns + ") FROM " +
                                 quoted(table) + " INDEXED BY " + quoted(indexes[i].name)));
    if (entries != sums[i + 1])
      return damaged("index " + indexes[i].name + " does not fit its table " + table);
  }
  return {};
}

Result<void> look(soci::session& session, const std::string& pragma) {
  Statement statement(session, "PRAGMA " + pragma);
  std::string found;
  WEIR_CHECK(statement.into(found).next());
  if (found != "ok") return damaged(found);
  return {};
}

/// An entry of a partial index cannot be read without its row, so SQLite is to look each up.
Result<void> check_partial_indexes(soci::session& session) {
  WEIR_TRY(const auto found,
           names(session,
                 "SELECT DISTINCT t.name FROM sqlite_schema t, pragma_index_list(t.name) i"
                 " WHERE t.type = 'table' AND i.partial = 1 ORDER BY t.name"));
  for (const std::string& table : found)
    WEIR_CHECK(look(session, "integrity_check(" + text_of(table) + ")"));
  return {};
}

Result<void> check_sums(soci::session& session) {
  WEIR_TRY(const std::int64_t schema, schema_sum(session));
  WEIR_TRY(const std::int64_t kept,
           number(session, std::string("SELECT sum FROM ") + sums_table +
                               " WHERE table_name = " + text_of(schema_row)));
  if (schema != kept) return damaged("the schema is not what was written");
  WEIR_TRY(const auto all, tables(session));
  // The sum of an empty table is 0, as is one that is not there.
  WEIR_TRY(const auto summed, names(session, std::string("SELECT table_name FROM ") + sums_table +
                                                 " WHERE table_name <> " + text_of(schema_row) +
                                                 " ORDER BY table_name"));
  if (std::set<std::string>(all.begin(), all.end()) !=
      std::set<std::string>(summed.begin(), summed.end()))
    return damaged("the sums are not those of the tables");
  for (const std::string& table : all)
    WEIR_CHECK(check_table(session, table));
  return check_partial_indexes(session);
}

/// SOCI's library keeps the type information of its session to itself, which UBSan's check of
/// dynamic types would ask for.
__attribute__((no_sanitize("vptr"))) auto* connection_of(soci::session& session) {
  return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
}

}  // namespace

Result<void> add_sum_functions(soci::session& session) {
  auto* const connection = connection_of(session);
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  const bool added = sqlite3_create_function_v2(connection, fold, -1, flags, nullptr, run_fold,
                                                nullptr, nullptr, nullptr) == SQLITE_OK &&
                     sqlite3_create_function_v2(connection, sum, -1, flags, nullptr, nullptr,
                                                step_sum, end_sum, nullptr) == SQLITE_OK;
  if (!added) return fail(Errc::internal, "SQLite took no functions of ours.");
  return {};
}

Result<void> keep_content_sums(soci::session& session) {
  WEIR_TRY(const bool there, has_sums(session));
  if (!there) return {};
  WEIR_CHECK(execute(session, std::string("DELETE FROM ") + sums_table));
  WEIR_TRY(const auto all, tables(session));
  for (const std::string& table : all)
    WEIR_CHECK(keep_sum(session, table));
  WEIR_TRY(const std::int64_t schema, schema_sum(session));
  return execute(session, std::string("INSERT INTO ") + sums_table + " VALUES (" +
                              text_of(schema_row) + ", " + std::to_string(schema) + ")");
}

Result<void> stop_content_sums(soci::session& session) {
  WEIR_TRY(const auto triggers,
           names(session, "SELECT name FROM sqlite_schema WHERE type = 'trigger'"));
  for (const std::string& name : triggers)
    WEIR_CHECK(execute(session, "DROP TRIGGER " + quoted(name)));
  return {};
}

Result<void> check_content(soci::session& session) {
  WEIR_CHECK(look(session, "quick_check"));
  WEIR_TRY(const bool there, has_sums(session));
  if (there) return check_sums(session);
  WEIR_TRY(const std::int64_t version, number(session, "PRAGMA user_version"));
  if (version >= static_cast<std::int64_t>(content_sums_version))
    return damaged("its table content_sums is gone");
  return {};
}

}  // namespace weir::catalog
