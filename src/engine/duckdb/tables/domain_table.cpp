// What a feed asks of its table is compared with the table that stands, before the load reads
// anything: a load that cannot succeed fails at once. Tables are made and altered after that, when
// the load is sure to be written.

#include "engine/duckdb/tables/domain_table.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/case_fold.hpp"
#include "engine/duckdb/tables/cast_sql.hpp"
#include "engine/duckdb/tables/delete_marker.hpp"
#include "engine/duckdb/tables/shadow.hpp"

namespace weir::engine::duckdb {

namespace {

// No table has this name, and no UUID of a generated field depends on its table.
constexpr const char* generated_space = "";

std::string remedy() {
  return "; load once with truncate to make the table anew";
}

StoredColumn column_of(const Load& load, const Field& field) {
  StoredColumn out{0, field.name, sql_type(field), {}};
  for (std::size_t i = 0; i < load.primary_key.size(); ++i) {
    if (load.primary_key[i] == field.name) out.in_key = i;
  }
  return out;
}

/// The table that the feed would make.
StoredTable table_of(const Load& load) {
  StoredTable out{
      .name = stored_name(load), .merges = load.merge, .deletes = has_delete_marker(load)};
  for (const Field& field : load.fields) {
    out.columns.push_back(column_of(load, field));
    out.columns.back().no = out.columns.size() - 1;
  }
  return out;
}

/// Why the feed cannot load into the existing table; empty: it can.
std::string obstacle(const StoredTable& table, const Load& load) {
  const std::string key = table_of(load).key();
  if (folded_name(table.key()) != folded_name(key))
    return "table " + quote_name(load.table) + " was made with primary key: " + table.key() +
           ", the feed now has primary key: " + key + remedy();
  for (const Field& field : load.fields) {
    const StoredColumn* found = table.column(field.name);
    if (found != nullptr && found->type != sql_type(field))
      return "table " + quote_name(load.table) + " keeps " + quote_name(field.name) + " as " +
             found->type + ", the feed now says " + sql_type(field) + remedy() +
             ", or give the field another name";
  }
  return "";
}

/// The newest hidden column that the field had once; null if there is none.
const StoredColumn* hidden_column(const StoredTable& table, const Field& field) {
  const auto found =
      std::find_if(table.columns.rbegin(), table.columns.rend(), [&field](const auto& each) {
        return each.hidden && same_name(each.name, field.name) && each.type == sql_type(field);
      });
  return found == table.columns.rend() ? nullptr : &*found;
}

/// SQL for a field's value as it stands in a key's text. Equal keys have equal texts: -0.0 is
/// written as 0.0, and every NaN as the same NaN.
std::string key_text_sql(const Field& field, const std::string& value) {
  std::string text = "CAST(" + value + " AS VARCHAR)";
  if (field.type != FieldType::float_) return text;
  return "CASE WHEN isnan(" + value + ") THEN 'nan' WHEN " + value + " = 0 THEN '0.0' ELSE " +
         text + " END";
}

/// A part of a key: a field, and SQL for its value.
using KeyPart = std::pair<Field, std::string>;

/// SQL for the text of a key of these parts. Texts alone can hold what stands between the parts.
std::string key_sql(const std::vector<KeyPart>& parts) {
  std::string out;
  for (const auto& [field, value] : parts) {
    std::string text = key_text_sql(field, value);
    if (parts.size() == 1) return text;
    if (!out.empty()) out += " || '|' || ";
    out += field.type == FieldType::string
               ? "replace(replace(" + text + R"(, '\', '\\'), '|', '\|'))"
               : text;
  }
  return out;
}

std::string key_sql(const Load& load, const std::vector<std::string>& names) {
  std::vector<KeyPart> parts;
  for (const std::string& name : names) {
    const std::size_t number = field_number(load, name).value();
    parts.emplace_back(load.fields[number], staged_column(number));
  }
  return key_sql(parts);
}

/// Values by the numbers of their columns, NULL where there is none.
Sql hash_sql(const std::vector<std::pair<std::uint64_t, Sql>>& columns) {
  std::vector<Sql> values;
  for (const auto& [no, value] : columns) {
    if (values.size() <= no) values.resize(no + 1, sql("NULL"));
    values[no] = value;
  }
  return sql("weir_row_hash($)", join(values, ", "));
}

}  // namespace

Result<DomainTable> plan_table(Connection& connection, const Load& load) {
  DomainTable out;
  const std::string name = stored_name(load);
  WEIR_TRY(out.standing, stored_table(connection, name));
  if (out.standing && out.standing->name != name)
    return fail(Errc::conflict, "the table " + quote_name(name) + " cannot be told from " +
                                    quote_name(out.standing->name) +
                                    "; rename the feed or its source");
  const std::string problem = out.standing ? obstacle(*out.standing, load) : "";
  if (!problem.empty()) {
    WEIR_TRY(const bool empty, is_empty(connection, *out.standing));
    if (!load.truncate && !empty) return fail(Errc::conflict, problem);
  }
  out.anew = !out.standing || !problem.empty();
  out.stored = out.anew ? table_of(load) : *out.standing;
  std::uint64_t next = out.stored.width();
  for (const Field& field : load.fields) {
    const StoredColumn* found = out.stored.column(field.name);
    if (found == nullptr) {
      found = hidden_column(out.stored, field);
      if (found != nullptr) out.found.push_back(found->no);
    }
    if (found == nullptr) out.added.push_back(column_of(load, field));
    out.columns.push_back(found == nullptr ? next++ : found->no);
  }
  out.gains_places = !out.anew && load.merge && !out.stored.merges;
  out.gains_deleted = !out.anew && has_delete_marker(load) && !out.stored.deletes;
  for (const StoredColumn& column : out.stored.columns) {
    const bool taken =
        std::find(out.columns.begin(), out.columns.end(), column.no) != out.columns.end();
    if (!taken && !column.hidden) out.lost.push_back(column.no);
  }
  return out;
}

Result<bool> is_empty(Connection& connection, const StoredTable& table) {
  WEIR_TRY(const std::uint64_t rows,
           connection.count(sql("SELECT count(*) FROM (SELECT 1 FROM $ LIMIT 1)", table.in_sql())));
  return rows == 0;
}

bool DomainTable::is_as_planned() const {
  return !anew && !gains_places && !gains_deleted && added.empty() && lost.empty() && found.empty();
}

void DomainTable::make_anew(const Load& load) {
  std::optional<StoredTable> before = std::move(standing);
  *this = {.standing = std::move(before), .stored = table_of(load), .anew = true};
  for (const StoredColumn& column : stored.columns)
    columns.push_back(column.no);
}

Result<void> write_table(Connection& connection, DomainTable& table) {
  if (table.anew) {
    if (table.standing) WEIR_CHECK(drop_stored_table(connection, *table.standing));
    WEIR_TRY(table.stored, create_stored_table(connection, table.stored));
    return {};
  }
  for (const StoredColumn& column : table.added)
    WEIR_CHECK(add_stored_column(connection, table.stored, column));
  if (table.gains_places) WEIR_CHECK(add_places(connection, table.stored));
  if (table.gains_deleted) WEIR_CHECK(add_deleted(connection, table.stored));
  for (const std::uint64_t no : table.lost)
    WEIR_CHECK(hide_stored_column(connection, table.stored, no, true));
  for (const std::uint64_t no : table.found)
    WEIR_CHECK(hide_stored_column(connection, table.stored, no, false));
  if (!table.is_as_planned()) WEIR_CHECK(renew_view(connection, table.stored));
  return {};
}

std::string stored_name(const Load& load) {
  return load.shadow ? shadow_of(load.table) : load.table;
}

std::optional<std::size_t> field_number(const Load& load, const std::string& name) {
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    if (load.fields[i].name == name) return i;
  }
  return std::nullopt;
}

bool is_key(const Load& load, const Field& field) {
  return std::find(load.primary_key.begin(), load.primary_key.end(), field.name) !=
         load.primary_key.end();
}

std::string pk_of(const Load& load) {
  return key_sql(load, load.primary_key);
}

std::string pk_of(const StoredTable& table) {
  if (!table.has_key()) return "pk";
  std::map<std::uint64_t, KeyPart> parts;
  for (const StoredColumn& column : table.columns) {
    if (column.in_key)
      parts.emplace(*column.in_key,
                    KeyPart(field_of_type(column.type), "c" + std::to_string(column.no)));
  }
  std::vector<KeyPart> in_order;
  in_order.reserve(parts.size());
  for (auto& [place, part] : parts)
    in_order.push_back(std::move(part));
  return key_sql(in_order);
}

Sql with_pk(const StoredTable& table, const Sql& rows) {
  if (!table.has_key()) return rows;
  return sql("(SELECT *, $ AS pk FROM $)", Sql::verbatim(pk_of(table)), rows);
}

std::string generated_sql(const Load& load, const Field& field) {
  if (field.uuid)
    return "CAST(" + uuid_sql(generated_space, key_sql(load, field.combines)) + " AS VARCHAR)";
  std::string joined;
  for (const std::string& name : field.combines) {
    const std::size_t part = field_number(load, name).value();
    joined += (joined.empty() ? "(" : " || '-' || (") +
              key_text_sql(load.fields[part], staged_column(part)) + ")";
  }
  return joined;
}

Sql row_hash_sql(const DomainTable& table) {
  std::vector<std::pair<std::uint64_t, Sql>> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    columns.emplace_back(table.columns[i], Sql::verbatim(staged_column(i)));
  return hash_sql(columns);
}

Sql row_hash_sql(const StoredTable& table) {
  std::vector<std::pair<std::uint64_t, Sql>> columns;
  columns.reserve(table.columns.size());
  for (const StoredColumn& column : table.columns)
    columns.emplace_back(column.no, column.in_sql());
  return hash_sql(columns);
}

std::string staged_column(std::size_t field) {
  return "f" + std::to_string(field);
}

std::string uuid_sql(const std::string& table, const std::string& pk) {
  return "weir_uuid(" + pk + ", " + quote_text(table) + ")";
}

std::string uuid_sql(const Load& load) {
  std::string parts;
  for (const std::string& name : load.primary_key) {
    const std::size_t number = field_number(load, name).value();
    const FieldType type = load.fields[number].type;
    if (type != FieldType::integer && type != FieldType::string)
      return uuid_sql(load.table, pk_of(load));
    parts += ", " + staged_column(number);
  }
  return "weir_key_uuid(" + quote_text(load.table) + parts + ")";
}

}  // namespace weir::engine::duckdb
