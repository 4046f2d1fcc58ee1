#include "cli/demo/report.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <boost/json.hpp>

#include "cli/print/table.hpp"

namespace weir::cli::demo {
namespace {

namespace json = boost::json;

const char* mark(bool holds) {
  return holds ? "✓" : "✗";
}

std::string seconds(std::chrono::milliseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", static_cast<double>(time.count()) / 1000);
  return text;
}

std::string summary(const Report& report) {
  const auto rate =
      report.payloads * 1000 /
      static_cast<std::uint64_t>(std::max<long>(1, (report.sending - report.down).count()));
  std::string out = "Sent " + grouped(report.payloads) + " payloads on " +
                    std::to_string(report.connections) + " connections in " +
                    seconds(report.sending) + " (" + grouped(rate) +
                    " a second while it was up), each repeated until it "
                    "was answered 202.\n";
  if (report.killed)
    out += "Killed the server with SIGKILL after " + grouped(report.accepted_before_kill) +
           " of them; " + seconds(report.down) +
           " later it was listening again on the same data.\n";
  return out;
}

std::string stream_table(const Report& report) {
  TextTable table{{{"STREAM"},
                   {"SENT", true},
                   {"ACCEPTED", true},
                   {"NO ANSWER", true},
                   {"IN FILES", true},
                   {"QUARANTINED", true},
                   {""}},
                  {},
                  ""};
  for (const Report::StreamLine& line : report.streams)
    table.rows.push_back({line.name, grouped(line.sent.payloads), grouped(line.sent.accepted),
                          grouped(line.sent.unanswered), grouped(line.stored.in_files),
                          grouped(line.stored.quarantined), mark(line.conservation.holds)});
  return render(table);
}

std::string table_table(const Report& report) {
  TextTable table{{{"TABLE"},
                   {"LOAD"},
                   {"READ", true},
                   {"INSERTED", true},
                   {"UPDATED", true},
                   {"REJECTED", true},
                   {"ERRORS", true},
                   {"ROWS", true},
                   {""}},
                  {},
                  ""};
  for (const Report::TableLine& line : report.tables) {
    std::string name = line.name;
    for (const auto& [what, counts, rows, conservation, content] : line.loads) {
      table.rows.push_back({std::exchange(name, ""), what, grouped(counts.read),
                            grouped(counts.inserted), grouped(counts.updated),
                            grouped(counts.rejected), grouped(counts.errors), grouped(rows),
                            mark(conservation.holds && content.holds)});
    }
  }
  return render(table);
}

/// The checks in words; those of a load only where one is broken or it is the last.
std::string checks(const Report& report) {
  TextTable table{{{""}, {""}, {""}}, {}, ""};
  for (const Report::StreamLine& line : report.streams)
    table.rows.push_back({mark(line.conservation.holds), line.name, line.conservation.sentence});
  for (const Report::TableLine& line : report.tables) {
    for (const auto& load : line.loads) {
      const bool last = &load == &line.loads.back();
      if (!load.conservation.holds)
        table.rows.push_back(
            {mark(false), line.name, load.what + ": " + load.conservation.sentence});
      if (!load.content.holds || last)
        table.rows.push_back({mark(load.content.holds), line.name,
                              (last ? "" : load.what + ": ") + load.content.sentence});
    }
  }
  for (const Check& check : report.others)
    table.rows.push_back({mark(check.holds), "Everything", check.sentence});
  const std::string text = render(table);
  return text.substr(text.find('\n') + 1);
}

std::string sample(const Report::TableLine& line) {
  constexpr std::size_t cell_width_max = 36;
  TextTable table{{}, {}, "  "};
  for (std::size_t i = 0; i < line.sample.columns.size(); ++i)
    table.columns.push_back({line.sample.columns[i], line.sample.numeric[i]});
  for (const auto& row : line.sample.rows) {
    table.rows.emplace_back();
    for (const std::string& cell : row)
      table.rows.back().push_back(shorten(cell, cell_width_max));
  }
  return line.name + "\n" + render(table);
}

json::object json_of(const Check& check) {
  return {{"holds", check.holds}, {"sentence", check.sentence}};
}

}  // namespace

bool Report::reconciles() const {
  const auto load_holds = [](const TableLine::Load& load) {
    return load.conservation.holds && load.content.holds;
  };
  return std::all_of(streams.begin(), streams.end(),
                     [](const StreamLine& line) { return line.conservation.holds; }) &&
         std::all_of(tables.begin(), tables.end(),
                     [&](const TableLine& line) {
                       return std::all_of(line.loads.begin(), line.loads.end(), load_holds);
                     }) &&
         std::all_of(others.begin(), others.end(), [](const Check& check) { return check.holds; });
}

std::string render(const Report& report) {
  std::string out = "\n" + summary(report) + "\n" + stream_table(report);
  out +=
      "NO ANSWER: tries whose 202 the kill took; the payload was sent again, so it may be stored "
      "twice.\n\n";
  out += table_table(report);
  out +=
      "Each load reads the whole day. " + grouped(report.late) +
      " of the payloads update what earlier ones said; they were sent before the second load.\n\n" +
      checks(report);
  out += "\nA few rows of each table\n";
  for (const Report::TableLine& line : report.tables)
    out += "\n" + sample(line);
  out += "\n";
  out += report.reconciles() ? "Everything reconciles"
                             : "It does NOT reconcile: see the marks ✗ above";
  out += "; loading took " + seconds(report.loading) + ", all of it " + seconds(report.total) +
         " (seed " + std::to_string(report.seed) + ").\n";
  return out;
}

std::string to_json(const Report& report, const std::string& url, const std::string& data) {
  json::object out{{"reconciles", report.reconciles()},
                   {"payloads", report.payloads},
                   {"late", report.late},
                   {"seed", report.seed},
                   {"killed", report.killed},
                   {"accepted_before_kill", report.accepted_before_kill},
                   {"sending_ms", report.sending.count()},
                   {"down_ms", report.down.count()},
                   {"loading_ms", report.loading.count()},
                   {"total_ms", report.total.count()},
                   {"url", url},
                   {"data", data}};
  json::array stream_lines;
  for (const Report::StreamLine& line : report.streams)
    stream_lines.push_back(json::object{{"name", line.name},
                                        {"id", line.id},
                                        {"sent", line.sent.payloads},
                                        {"accepted", line.sent.accepted},
                                        {"unanswered", line.sent.unanswered},
                                        {"in_files", line.stored.in_files},
                                        {"quarantined", line.stored.quarantined},
                                        {"conservation", json_of(line.conservation)}});
  json::array table_lines;
  for (const Report::TableLine& line : report.tables) {
    json::array loads;
    for (const auto& load : line.loads)
      loads.push_back(json::object{{"load", load.what},
                                   {"read", load.counts.read},
                                   {"inserted", load.counts.inserted},
                                   {"updated", load.counts.updated},
                                   {"rejected", load.counts.rejected},
                                   {"errors", load.counts.errors},
                                   {"rows", load.rows},
                                   {"conservation", json_of(load.conservation)},
                                   {"content", json_of(load.content)}});
    table_lines.push_back(json::object{{"name", line.name}, {"loads", std::move(loads)}});
  }
  json::array others;
  for (const Check& check : report.others)
    others.push_back(json_of(check));
  out["streams"] = std::move(stream_lines);
  out["tables"] = std::move(table_lines);
  out["others"] = std::move(others);
  return json::serialize(out) + "\n";
}

std::string render(const NextSteps& steps) {
  if (steps.url.empty()) {
    if (steps.data.empty()) return "";
    return "The data is in " + steps.data + "; to look around in it:\n  " + steps.program +
           " serve --data " + steps.data + " --listen 127.0.0.1:8080\n";
  }
  const std::string day = to_string(steps.day);
  return "The server is at " + steps.url +
         ". Its web UI, where the link below makes you the user demo, once:\n\n  " +
         steps.invitation +
         "\n\n"
         "Look first at Home (every payload is accounted for), then at Sources, Retail sales; and "
         "paste\n"
         "the receipt below into the field at the top.\n\n"
         "To try next, in another shell:\n\n"
         "  alias weir=" +
         steps.program +
         "\n"
         "  export WEIR_URL=" +
         steps.url +
         "\n"
         "  export WEIR_TOKEN=" +
         steps.admin_token +
         "\n"
         "  export WEIR_TENANT=" +
         steps.tenant +
         "\n\n"
         "  weir table query 'SELECT channel, count(*) AS tenders, sum(amount) AS amount\n"
         "                    FROM \"Retail:Tenders\" GROUP BY channel ORDER BY amount DESC'\n"
         "  weir quarantine list --stream " +
         steps.sales_stream +
         "\n"
         "  weir receipt show " +
         steps.receipt +
         "\n\n"
         "  echo '{\"delivery_id\":\"mine-1\",\"event\":\"ping\",\"received_at\":\"" +
         day + "T12:00:00Z\"}' |\n    weir send " + steps.deliveries_stream +
         " -\n"
         "  weir stream flush " +
         steps.deliveries_stream +
         "\n"
         "  weir courier run " +
         steps.deliveries_courier + " --day " + day +
         " --wait\n\n"
         "Ctrl-C stops the server.\n";
}

}  // namespace weir::cli::demo
