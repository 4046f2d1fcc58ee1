#include <chrono>
#include <memory>
#include <ostream>
#include <utility>

#include <boost/json.hpp>

#include "cli/client/sender.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"
#include "cli/send/payload_source.hpp"
#include "cli/send/progress.hpp"
#include "cli/send/resume_file.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;

struct Options {
  std::string stream_id;
  SourceOptions source;
  std::string resume;
  std::uint32_t concurrency = 4;
  std::uint32_t retries = 8;
  bool receipts = false;
  bool no_progress = false;
};

/// What the command has to say in the end.
struct SendCounts {
  std::uint64_t accepted = 0, refused = 0, gave_up = 0, retried = 0, unanswered = 0, before = 0;
  Errc worst = Errc::bad_request;
  json::array failures;
};
constexpr std::size_t failures_told_max = 10;

void print_tally(Session& session, const SendCounts& counts) {
  if (session.json) {
    session.terminal.out << json::serialize(json::object{{"accepted", counts.accepted},
                                                         {"refused", counts.refused},
                                                         {"gave_up", counts.gave_up},
                                                         {"retried", counts.retried},
                                                         {"unanswered", counts.unanswered},
                                                         {"done_before", counts.before},
                                                         {"failures", counts.failures}})
                         << "\n";
    return;
  }
  for (const json::value& failure : counts.failures)
    session.terminal.err
        << "weir: "
        << (text_of(failure, "name").empty() ? "" : visible(text_of(failure, "name")) + ": ")
        << (text_of(failure, "status") == "0" ? "" : text_of(failure, "status") + " ")
        << visible(text_of(failure, "message")) << "\n";
  session.terminal.out << grouped(counts.accepted) << " accepted, " << grouped(counts.refused)
                       << " refused, " << grouped(counts.gave_up) << " given up after retries";
  if (counts.retried > 0) session.terminal.out << " (" << grouped(counts.retried) << " retries)";
  session.terminal.out << "\n";
  if (counts.before > 0)
    session.terminal.out << grouped(counts.before) << " were done before, by the resume file\n";
  if (counts.unanswered > 0)
    session.terminal.out << grouped(counts.unanswered)
                         << " tries got no answer and were repeated under the same "
                            "idempotency key\n";
}

/// One run of the command: payloads go from the source to send_all, their results to the counts,
/// the resume file and the terminal. send_all calls it one at a time.
class Sending {
 public:
  Sending(const Options& options, Session& session, PayloadSource source, ResumeFile resume)
      : options_(options),
        session_(session),
        source_(std::move(source)),
        resume_(std::move(resume)),
        progress_(session.terminal, !options.no_progress && !session.json) {
    state_.bytes_total = source_.bytes_total();
  }

  /// Goes behind what an earlier run is done with.
  Result<void> skip() {
    std::string name;
    while (number_ < resume_.done_before()) {
      auto found = source_.next();
      if (found && !*found) break;
      name = found ? (*found)->name : "";
      ++number_;
      if (found) state_.bytes = (*found)->bytes_read;
    }
    if (number_ < resume_.done_before() || name != resume_.last_name())
      return fail(Errc::bad_request,
                  "the resume file says that " + std::to_string(resume_.done_before()) +
                      " payloads are done, the last of them \"" + resume_.last_name() +
                      "\", which is not what these paths give; name the same "
                      "paths, or remove the file to send everything anew");
    counts_.before = number_;
    return {};
  }

  std::optional<Outgoing> next() {
    for (;;) {
      auto found = source_.next();
      if (!found) {
        note_failure("", 0, found.error().message);
        ++counts_.refused;
        resume_.sent(number_, "");
        resume_.done(number_++);
        continue;
      }
      if (!*found) return std::nullopt;
      Found& payload = **found;
      const std::uint64_t number = number_++;
      std::string key = resume_.key_of(payload.name, payload.body);
      resume_.sent(number, payload.name);
      state_.bytes = payload.bytes_read;
      return Outgoing{number,
                      std::move(payload.name),
                      options_.stream_id,
                      std::move(payload.content_type),
                      std::move(payload.body),
                      std::move(key)};
    }
  }

  void done(const Outgoing& payload, const SendResult& result) {
    count(payload, result);
    if (options_.receipts && result.accepted && !session_.json)
      session_.terminal.out << result.receipt << "  " << payload.name << "\n";
    state_.accepted = counts_.accepted;
    state_.failed = counts_.refused + counts_.gave_up;
    progress_.show(state_);
    const Time now = session_.terminal.now();
    if (now - saved_at_ < save_every) return;
    saved_at_ = now;
    note_save(resume_.save());
  }

  void end() {
    progress_.end();
    note_save(resume_.save());
    print_tally(session_, counts_);
    if (counts_.refused + counts_.gave_up > 0)
      session_.terminal.exit_code = outcome_of(counts_.worst).exit_code;
  }

 private:
  static constexpr std::chrono::seconds save_every{1};

  void count(const Outgoing& payload, const SendResult& result) {
    counts_.unanswered += result.unanswered;
    if (result.tries > 1) counts_.retried += result.tries - 1;
    const bool may_pass_later = result.status == 0 || is_retryable(result.status);
    if (result.accepted || !may_pass_later) resume_.done(payload.index);
    if (result.accepted) {
      ++counts_.accepted;
      return;
    }
    ++(may_pass_later ? counts_.gave_up : counts_.refused);
    counts_.worst = result.status == 0 ? Errc::unavailable : errc_of_status(result.status);
    note_failure(payload.name, result.status, result.message);
  }

  void note_failure(const std::string& name, int status, const std::string& message) {
    if (counts_.failures.size() < failures_told_max)
      counts_.failures.push_back({{"name", name}, {"status", status}, {"message", message}});
  }

  /// Told once: what is sent is sent, and only a resumption would be longer.
  void note_save(const Result<void>& saved) {
    if (saved || std::exchange(save_failed_, true)) return;
    session_.terminal.err << "weir: " << saved.error().message << "\n";
  }

  const Options& options_;
  Session& session_;
  PayloadSource source_;
  ResumeFile resume_;
  Progress progress_;
  SendCounts counts_;
  SendState state_;
  std::uint64_t number_ = 0;
  Time saved_at_{};
  bool save_failed_ = false;
};

Result<void> send(const Options& options, Session& session, const Api& api) {
  Terminal& terminal = session.terminal;
  WEIR_TRY(PayloadSource source, PayloadSource::open(options.source, terminal.in));
  WEIR_TRY(ResumeFile resume, ResumeFile::open(options.resume, options.stream_id, terminal.seed));
  Sending sending(options, session, std::move(source), std::move(resume));
  WEIR_CHECK(sending.skip());
  const SendSettings settings{.access = api.access(),
                              .connections = options.concurrency,
                              .attempts_max = options.retries + 1,
                              .backoff = {},
                              .sleep = terminal.sleep,
                              .seed = terminal.seed};
  send_all(
      settings, [&] { return sending.next(); },
      [&](const Outgoing& payload, const SendResult& result) { sending.done(payload, result); });
  sending.end();
  return {};
}

}  // namespace

void add_send_command(Command app, const SessionPtr& session) {
  const auto options = std::make_shared<Options>();
  Command verb =
      add_verb(app, "send", "Send payloads to a stream: a file each, or a line of NDJSON each",
               session, [options](Session& s, Api& api) { return send(*options, s, api); });
  verb.option("STREAM", options->stream_id, "Stream id, is-...").required();
  verb.option("PATH", options->source.paths, "Files and directories; - is standard input")
      .required();
  verb.option("--type", options->source.type, "What they are; otherwise told from name and content")
      .one_of({"json", "xml"});
  verb.option("--concurrency", options->concurrency, "Connections at a time")
      .range(1, 256)
      .shows_default();
  verb.option("--retries", options->retries,
              "How often 429, 500, 503, 504 and broken connections are tried again")
      .range(0, 1000)
      .shows_default();
  verb.flag("--lines", options->source.lines,
            "Every line is a payload; .ndjson and .jsonl files are read so anyway");
  verb.option("--resume", options->resume,
              "File to remember in how far it is: the same command goes on from there");
  verb.flag("--no-progress", options->no_progress, "No progress bar on a terminal");
  verb.flag("--receipts", options->receipts, "Print the receipt of each accepted payload");
}

}  // namespace weir::cli
