#pragma once

#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "engine/trace.hpp"

namespace weir::engine {

/// Refuses everything; tests override what they ask for.
class TestEngine : public Engine {
 public:
  Result<LoadCounts> load(const Load&) override { return refused(); }
  Result<void> fence(const std::string&, const std::string&, std::uint64_t) override { return {}; }
  Result<std::vector<LoadRecord>> ledger(const std::string&, const LedgerFilter&) override {
    return refused();
  }
  Result<std::vector<LoggedError>> row_errors(const std::string&, const ErrorFilter&) override {
    return refused();
  }
  Result<std::vector<std::string>> files_of(const std::string&, std::uint64_t,
                                            std::uint64_t) override {
    return refused();
  }
  std::vector<QueryFunction> functions() const override { return {}; }
  Result<Tried> try_load(const Load&, const ReadLimits&) override { return refused(); }
  Result<Trace> trace(const Load&, const Record&) override { return refused(); }
  Result<RowRecord> record_of(const std::string&, const std::string&, const std::string&) override {
    return refused();
  }
  Result<std::string> receipt_of(const std::string&, const Source&, std::uint64_t) override {
    return refused();
  }
  Result<std::vector<ErrorKind>> error_kinds(const std::string&, const ErrorFilter&) override {
    return refused();
  }
  Result<RecordText> record(const std::string&, const SourceFile&, std::uint64_t) override {
    return refused();
  }
  Result<void> mend(const std::string&, const std::string&, std::uint64_t,
                    const RecordText::Mended&) override {
    return refused();
  }
  Result<void> dismiss_error(const std::string&, std::uint64_t, std::uint64_t) override {
    return refused();
  }
  Result<void> create_table(const Load&) override { return refused(); }
  Result<void> check(const std::string&) override { return {}; }
  Result<Table> preview(const std::vector<Source>&, const std::string&, const std::string&,
                        const ReadLimits&) override {
    return refused();
  }
  Result<Table> query(const std::string&, const std::string&, const ReadLimits&) override {
    return refused();
  }
  Result<Table> query_as_of(const std::string&, const std::string&, std::uint64_t,
                            const ReadLimits&) override {
    return refused();
  }
  Result<Changes> changes(const std::string&, const std::string&, const ChangesPage&,
                          const ReadLimits&) override {
    return refused();
  }
  Result<Undone> undo(const std::string&, std::uint64_t, bool) override { return refused(); }
  Result<void> copy_to_shadow(const std::string&, const std::string&) override { return refused(); }
  Result<Changes> shadow_changes(const std::string&, const std::string&, const std::string&,
                                 const ReadLimits&) override {
    return refused();
  }
  Result<std::uint64_t> swap_with_shadow(const std::string&, const std::string&) override {
    return refused();
  }
  Result<void> drop_shadow(const std::string&, const std::string&) override { return refused(); }
  Result<Export> export_rows(const std::string&, const ExportRequest&, const Allowance&) override {
    return refused();
  }
  Result<std::string> read_export(const std::string&, const std::string&, std::uint64_t) override {
    return refused();
  }
  Result<void> drop_export(const std::string&, const std::string&) override { return refused(); }
  Result<std::vector<TableInfo>> tables(const std::string&) override { return refused(); }
  Result<void> purge(const std::string&, const std::string&) override { return refused(); }
  Result<void> rename_table(const std::string&, const std::string&, const std::string&) override {
    return refused();
  }
  Result<RemovedRows> remove_rows(const Removal&) override { return refused(); }

 private:
  static Failure refused() { return fail(Errc::internal, "no test asked for this"); }
};

}  // namespace weir::engine
