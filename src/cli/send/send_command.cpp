#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <ostream>
#include <vector>

#include <boost/json.hpp>

#include "cli/client/sender.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

struct Options {
  std::string stream_id, type;
  std::vector<std::string> paths;
  std::uint32_t concurrency = 4;
  std::uint32_t retries = 8;
  bool receipts = false;
};

/// What the command has to say in the end.
struct Tally {
  std::uint64_t accepted = 0, refused = 0, gave_up = 0, retried = 0, unanswered = 0;
  Errc worst = Errc::bad_request;
  json::array failures;
};
constexpr std::size_t failures_told_max = 10;

/// Every file named, and every file below the directories named, in order.
Result<std::vector<std::string>> files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) {
      if (path != "-" && !fs::exists(path, error))
        return fail(Errc::bad_request, "there is no file \"" + path + "\"");
      files.push_back(path);
      continue;
    }
    const std::size_t first = files.size();
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
         it.increment(error))
      if (it->is_regular_file(error)) files.push_back(it->path().string());
    if (error)
      return fail(Errc::bad_request,
                  "cannot read the directory \"" + path + "\": " + error.message());
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end());
  }
  return files;
}

/// By --type, by the file's name, by its first character; in that order.
std::string content_type_of(const Options& options, const std::string& path,
                            const std::string& body) {
  const std::string extension = fs::path(path).extension().string();
  const std::size_t begin = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  bool xml = begin != std::string::npos && body[begin] == '<';
  if (extension == ".json" || extension == ".xml") xml = extension == ".xml";
  if (!options.type.empty()) xml = options.type == "xml";
  return xml ? "application/xml" : "application/json";
}

/// Reads each file as its turn comes, so that a directory of any size may be sent.
class Files {
 public:
  Files(const Options& options, Terminal& terminal, std::vector<std::string> paths)
      : options_(options), terminal_(terminal), paths_(std::move(paths)) {}

  std::optional<Outgoing> next(Tally& tally) {
    while (at_ < paths_.size()) {
      const std::string& path = paths_[at_++];
      auto body = read_text(terminal_, path);
      if (!body) {
        ++tally.refused;
        if (tally.failures.size() < failures_told_max)
          tally.failures.push_back(
              {{"name", path}, {"status", 0}, {"message", body.error().message}});
        continue;
      }
      std::string type = content_type_of(options_, path, *body);
      return Outgoing{at_, path, options_.stream_id, std::move(type), *std::move(body)};
    }
    return std::nullopt;
  }

 private:
  const Options& options_;
  Terminal& terminal_;
  std::vector<std::string> paths_;
  std::size_t at_ = 0;
};

void count(Tally& tally, const Outgoing& payload, const Fate& fate) {
  tally.unanswered += fate.unanswered;
  if (fate.tries > 1) tally.retried += fate.tries - 1;
  if (fate.accepted) {
    ++tally.accepted;
    return;
  }
  const bool may_pass_later = fate.status == 0 || is_retryable(fate.status);
  ++(may_pass_later ? tally.gave_up : tally.refused);
  tally.worst = fate.status == 0 ? Errc::unavailable : errc_of_status(fate.status);
  if (tally.failures.size() < failures_told_max)
    tally.failures.push_back(
        {{"name", payload.name}, {"status", fate.status}, {"message", fate.message}});
}

void print_tally(Session& session, const Tally& tally) {
  if (session.json) {
    session.terminal.out << json::serialize(json::object{{"accepted", tally.accepted},
                                                         {"refused", tally.refused},
                                                         {"gave_up", tally.gave_up},
                                                         {"retried", tally.retried},
                                                         {"unanswered", tally.unanswered},
                                                         {"failures", tally.failures}})
                         << "\n";
    return;
  }
  for (const json::value& failure : tally.failures)
    session.terminal.err << "weir: " << text_of(failure, "name") << ": "
                         << (text_of(failure, "status") == "0" ? ""
                                                               : text_of(failure, "status") + " ")
                         << text_of(failure, "message") << "\n";
  session.terminal.out << grouped(tally.accepted) << " accepted, " << grouped(tally.refused)
                       << " refused, " << grouped(tally.gave_up) << " given up after retries";
  if (tally.retried > 0) session.terminal.out << " (" << grouped(tally.retried) << " retries)";
  session.terminal.out << "\n";
  if (tally.unanswered > 0)
    session.terminal.out << grouped(tally.unanswered)
                         << " tries got no answer and were repeated: each may be stored twice\n";
}

Result<void> send(const Options& options, Session& session, const Api& api) {
  WEIR_TRY(std::vector<std::string> paths, files_of(options.paths));
  Terminal& terminal = session.terminal;
  SendSettings settings{.access = api.access(),
                        .connections = options.concurrency,
                        .attempts_max = options.retries + 1,
                        .backoff = {},
                        .sleep = terminal.sleep,
                        .seed = terminal.seed};
  Tally tally;
  Files files(options, terminal, std::move(paths));
  send_all(
      settings, [&] { return files.next(tally); },
      [&](const Outgoing& payload, const Fate& fate) {
        count(tally, payload, fate);
        if (options.receipts && fate.accepted && !session.json)
          terminal.out << fate.receipt << "  " << payload.name << "\n";
      });
  print_tally(session, tally);
  if (tally.refused + tally.gave_up > 0) terminal.exit_code = outcome_of(tally.worst).exit_code;
  return {};
}

}  // namespace

void add_send_command(CLI::App& app, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  CLI::App* verb =
      add_verb(app, "send", "Send payloads to a stream: one file, one payload", session,
               [options](Session& s, Api& api) { return send(*options, s, api); });
  verb->add_option("STREAM", options->stream_id, "Stream id, is-...")->required();
  verb->add_option("PATH", options->paths, "Files and directories; - is standard input")
      ->required();
  verb->add_option("--type", options->type, "What they are; otherwise told from name and content")
      ->check(CLI::IsMember({"json", "xml"}));
  verb->add_option("--concurrency", options->concurrency, "Connections at a time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  verb->add_option("--retries", options->retries,
                   "How often 429, 500, 503, 504 and broken connections are tried again")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  verb->add_flag("--receipts", options->receipts, "Print the receipt of each accepted payload");
}

}  // namespace weir::cli
