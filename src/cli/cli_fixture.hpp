#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/cli.hpp"
#include "cli/fake/fake_server.hpp"

namespace weir::cli {

using fake::Answer;
using fake::FakeServer;
using fake::Seen;

/// What the API answers to "METHOD /path?query"; anything else is a 404 as the server words it.
using Answers = std::map<std::string, Answer>;

class CliTest : public testing::Test {
 protected:
  struct Outcome {
    int code = -1;
    std::string out, err;
    std::vector<std::string> asked;  // "METHOD /target body"
    std::vector<Seen> seen;
  };

  Outcome run(const Answers& answers, std::vector<std::string> words, const std::string& in = "") {
    FakeServer server([&](const Seen& seen) {
      const auto found = answers.find(seen.method + " " + seen.target);
      if (found != answers.end()) return found->second;
      return Answer{404, R"({"status":404,"message":"There is no such thing.","request_id":"R7"})"};
    });
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream input(in);
    Terminal terminal{out, err, input, [] { return *parse_time("2027-03-02T08:00:00.5Z"); },
                      [this](std::chrono::milliseconds time) { slept_ += time; }};
    terminal.is_interactive = is_interactive_;
    CommandLine line("weir", "test");
    line.root().needs_command();
    add_client_commands(line.root(), terminal);
    words.insert(words.begin(), {"weir", "--url", server.url(), "--token", "T"});
    std::vector<const char*> argv;
    for (const std::string& word : words)
      argv.push_back(word.c_str());
    Outcome outcome;
    outcome.code = cli::run(line, terminal, static_cast<int>(argv.size()), argv.data());
    outcome.out = out.str();
    outcome.err = err.str();
    outcome.seen = server.seen();
    for (const Seen& seen : outcome.seen)
      outcome.asked.push_back(seen.method + " " + seen.target +
                              (seen.body.empty() ? "" : " " + seen.body));
    return outcome;
  }
  /// A command that asks one thing and is answered with `{}`: what it asked.
  std::string asked(const std::string& route, const std::vector<std::string>& words) {
    const Outcome outcome = run({{route, {}}}, words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.asked.size() == 1 ? outcome.asked[0] : "not one request";
  }
  std::chrono::milliseconds slept_{};
  bool is_interactive_ = false;
};

}  // namespace weir::cli
