#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/demo/observation.hpp"
#include "cli/demo/reconcile.hpp"

namespace weir::cli::demo {

/// The results of the demo, ready to be printed.
struct Report {
  struct StreamLine {
    std::string name, id;
    StreamSent sent;
    StreamStored stored;
    Check conservation;
  };
  struct TableLine {
    struct Load {
      std::string what;  // "first", "updates", "again"
      LoadCounts counts;
      std::uint64_t rows = 0;  // in the table afterwards
      Check conservation, content;
    };
    std::string name;
    std::vector<Load> loads;
    Sample sample;
  };
  std::uint64_t payloads = 0;
  std::uint64_t late = 0;  // of them, sent after the first load
  std::uint64_t seed = 0;
  std::uint32_t connections = 0;
  bool killed = false;
  std::uint64_t accepted_before_kill = 0;
  std::chrono::milliseconds sending{}, down{}, loading{}, total{};
  std::vector<StreamLine> streams;
  std::vector<TableLine> tables;
  std::vector<Check> others;  // checks about no single stream or table

  bool reconciles() const;
};

/// For people: what was done, a table of streams and a table of domain tables, every check with its
/// mark, and a few rows of each domain table.
std::string render(const Report& report);

/// For programs: one JSON document.
std::string to_json(const Report& report, const std::string& url, const std::string& data);

struct NextSteps {
  std::string program;  // the weir binary
  std::string url;      // empty: the server is stopped
  std::string admin_token, tenant;
  std::string data;  // empty: removed
  std::string sales_stream, deliveries_stream, deliveries_courier;
  std::string receipt;  // of a payload that was accepted
  Day day;
  std::string invitation = {};  // to the web UI, for the user demo
};
/// Commands to copy and paste.
std::string render(const NextSteps& steps);

}  // namespace weir::cli::demo
