#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "engine/test_engine.hpp"

namespace weir::control {

/// An engine that records its calls and returns prepared answers. What it has is acme's.
class RecordingEngine final : public engine::TestEngine {
 public:
  RecordingEngine();
  ~RecordingEngine() override;

  Result<engine::LoadCounts> load(const engine::Load& load) override {
    loaded.push_back(load);
    return load_answer;
  }
  Result<void> create_table(const engine::Load& load) override {
    created.push_back(load);
    return create_answer;
  }
  Result<void> check(const std::string& query) override {
    if (query.find("FRM") == std::string::npos) return {};
    return fail(Errc::bad_request, "line 2, column 3: expected FROM");
  }
  Result<engine::Table> preview(const std::vector<engine::Source>& given, const std::string& query,
                                const std::string& tenant,
                                const engine::ReadLimits& limits) override {
    sources = given;
    asked = {tenant, query, limits.rows_max};
    const auto own = preview_answers.find(query);
    return own == preview_answers.end() ? answer : own->second;
  }
  std::vector<engine::QueryFunction> functions() const override {
    return {{"left", "scalar", {"left(string, int) -> string"}, "The first so many characters."}};
  }
  Result<engine::Tried> try_load(const engine::Load& load, const engine::ReadLimits&) override {
    tried.push_back(load);
    return tried_answer;
  }
  Result<engine::Table> query(const std::string& tenant, const std::string& sql,
                              const engine::ReadLimits& limits) override {
    asked = {tenant, sql, limits.rows_max};
    if (while_asked) while_asked(limits);
    return answer;
  }
  Result<std::vector<engine::LoggedError>> row_errors(const std::string& tenant,
                                                      const engine::ErrorFilter& filter) override {
    std::vector<engine::LoggedError> out;
    if (!own(tenant)) return out;
    for (const engine::LoggedError& each : logged) {
      const bool behind =
          std::pair(each.load, each.number) > std::pair(filter.after_load, filter.after_number);
      const bool chosen = (filter.run.empty() || each.run == filter.run) &&
                          (filter.load == 0 || each.load == filter.load) &&
                          (!filter.state || each.state == *filter.state);
      if (behind && chosen && out.size() < filter.most) out.push_back(each);
    }
    return out;
  }
  Result<std::vector<engine::ErrorKind>> error_kinds(const std::string&,
                                                     const engine::ErrorFilter& filter) override {
    return filter.state ? std::vector<engine::ErrorKind>() : kinds;
  }
  Result<engine::RecordText> record(const std::string&, const engine::SourceFile& file,
                                    std::uint64_t number) override {
    record_asked = file.uri + " " + std::to_string(number);
    return record_text;
  }
  Result<void> mend(const std::string&, const std::string& file, std::uint64_t number,
                    const engine::RecordText::Mended& mended) override {
    record_asked = file + " " + std::to_string(number);
    record_text.mended = mended;
    return {};
  }
  Result<void> dismiss_error(const std::string&, std::uint64_t load,
                             std::uint64_t number) override {
    for (engine::LoggedError& each : logged)
      if (each.load == load && each.number == number) each.state = engine::ErrorState::dismissed;
    return {};
  }
  Result<std::vector<engine::LoadRecord>> ledger(const std::string& tenant,
                                                 const engine::LedgerFilter& filter) override {
    ledger_asked.push_back(filter);
    std::vector<engine::LoadRecord> out;
    if (!own(tenant)) return out;
    for (const engine::LoadRecord& each : ledger_entries) {
      const bool older = filter.before == 0 || each.counts.load < filter.before;
      if (older && out.size() < filter.most) out.push_back(each);
    }
    return out;
  }
  Result<std::vector<std::string>> files_of(const std::string&, std::uint64_t,
                                            std::uint64_t) override {
    return files_answer;
  }
  Result<engine::Trace> trace(const engine::Load& load, const engine::Record& record) override {
    traced.push_back(load);
    traced_receipt = record.receipt;
    return trace_answer;
  }
  Result<engine::RowRecord> record_of(const std::string& tenant, const std::string&,
                                      const std::string& key) override {
    if (!own(tenant)) return fail(Errc::not_found, "there is none");
    traced_receipt = key;
    return record_answer;
  }
  Result<std::string> receipt_of(const std::string&, const engine::Source& source,
                                 std::uint64_t row) override {
    return source.files.at(0).key + " " + std::to_string(row);
  }
  Result<engine::Table> query_as_of(const std::string& tenant, const std::string& sql,
                                    std::uint64_t number,
                                    const engine::ReadLimits& limits) override {
    as_of = number;
    return query(tenant, sql, limits);
  }
  Result<engine::Changes> changes(const std::string& tenant, const std::string& table,
                                  const engine::ChangesPage& page,
                                  const engine::ReadLimits&) override {
    if (!own(tenant)) return fail(Errc::not_found, "there is none");
    asked.sql = table + " since " + std::to_string(page.since) + " after " + page.after;
    return changes_answer;
  }
  Result<engine::Changes> shadow_changes(const std::string& tenant, const std::string& table,
                                         const std::string& after,
                                         const engine::ReadLimits&) override {
    if (!own(tenant)) return fail(Errc::not_found, "there is none");
    asked.sql = table + " shadow after " + after;
    return changes_answer;
  }
  Result<engine::Undone> undo(const std::string& tenant, std::uint64_t number,
                              bool dry_run) override {
    if (!own(tenant)) return fail(Errc::not_found, "there is none");
    engine::Undone out{.back = 1, .changed = 2, .deleted = number, .rejecting = {8, 9}};
    if (!dry_run) out.number = number + 1;
    return out;
  }
  Result<void> copy_to_shadow(const std::string& tenant, const std::string& table) override {
    if (!own(tenant)) return fail(Errc::not_found, "there is none");
    asked.sql = "copy " + table;
    return {};
  }
  Result<std::uint64_t> swap_with_shadow(const std::string& tenant,
                                         const std::string& table) override {
    if (!own(tenant)) return fail(Errc::not_found, "there is none");
    asked.sql = "swap " + table;
    return 12;
  }
  Result<void> drop_shadow(const std::string& tenant, const std::string& table) override {
    if (!own(tenant)) return {};  // as of a shadow that is not there
    asked.sql = "drop " + table;
    return {};
  }
  Result<engine::Export> export_rows(const std::string& tenant,
                                     const engine::ExportRequest& request,
                                     const engine::Allowance&) override {
    if (!own(tenant)) return fail(Errc::not_found, "there is none");
    exported = request;
    return engine::Export{"ex-1", 3};
  }
  Result<std::string> read_export(const std::string& tenant, const std::string& id,
                                  std::uint64_t offset) override {
    if (!own(tenant) || id != "ex-1") return fail(Errc::not_found, "there is no such export");
    return offset == 0 ? "<" + id + ">" : std::string();
  }
  Result<void> drop_export(const std::string& tenant, const std::string& id) override {
    if (!own(tenant)) return fail(Errc::not_found, "there is no such export");
    asked.sql = "drop " + id;
    return {};
  }
  Result<std::vector<engine::TableInfo>> tables(const std::string& tenant) override {
    const auto found = domain_tables.find(tenant);
    return found == domain_tables.end() ? std::vector<engine::TableInfo>() : found->second;
  }

  Result<void> purge(const std::string& tenant, const std::string& table) override {
    purged.push_back(tenant + " " + table);
    return {};
  }
  Result<void> rename_table(const std::string& tenant, const std::string& from,
                            const std::string& to) override {
    if (rename_answer) renamed.push_back(tenant + " " + from + " -> " + to);
    return rename_answer;
  }
  Result<engine::RemovedRows> remove_rows(const engine::Removal& removal) override {
    removals.push_back(removal);
    if (!has(removal.tenant, removal.table)) return fail(Errc::not_found, "there is no table");
    return removed;
  }

  struct Asked {
    std::string tenant;
    std::string sql;
    std::uint64_t rows_max = 0;
  };
  Asked asked;
  std::uint64_t as_of = 0;
  std::vector<engine::LoadRecord> ledger_entries;  // newest first
  std::vector<engine::LedgerFilter> ledger_asked;
  std::vector<std::string> files_answer;
  std::vector<engine::Load> traced;
  std::string traced_receipt;
  Result<engine::Trace> trace_answer = engine::Trace{};
  Result<engine::RowRecord> record_answer = engine::RowRecord{};
  engine::Changes changes_answer;
  engine::ExportRequest exported;
  std::vector<engine::Load> loaded;
  std::vector<engine::Load> tried;
  Result<engine::Tried> tried_answer = engine::Tried{};
  Result<engine::LoadCounts> load_answer = engine::LoadCounts{};
  std::vector<engine::Load> created;  // tables
  std::vector<engine::LoggedError> logged;
  std::vector<engine::ErrorKind> kinds;
  engine::RecordText record_text;
  std::string record_asked;
  std::vector<std::string> purged;  // "tenant table"
  std::vector<std::string> renamed;
  Result<void> rename_answer;
  std::vector<engine::Removal> removals;
  engine::RemovedRows removed;
  Result<void> create_answer;
  std::function<void(const engine::ReadLimits&)> while_asked;
  std::vector<engine::Source> sources;
  Result<engine::Table> answer = engine::Table{};
  std::map<std::string, engine::Table> preview_answers;  // by query, in place of `answer`
  std::map<std::string, std::vector<engine::TableInfo>> domain_tables;

 private:
  static bool own(const std::string& tenant) { return tenant == "acme"; }
  bool has(const std::string& tenant, const std::string& table) {
    for (const engine::TableInfo& each : domain_tables[tenant])
      if (each.name == table) return true;
    return false;
  }
};

}  // namespace weir::control
