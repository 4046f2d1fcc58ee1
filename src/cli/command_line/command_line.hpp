#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// What a command line may hold: commands, their options, and what runs when one is named. CLI11
/// reads it; its header, which takes seconds to compile, is seen by command_line.cpp alone.
namespace weir::cli {

/// An option or argument of a command. A handle, good as long as the CommandLine. One thread.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option required();
  /// Both ends are allowed.
  Option range(int least, int most);
  Option range(double least, double most);
  Option one_of(const std::vector<std::string>& choices);
  /// The help shows what its variable holds now.
  Option shows_default();
  /// Refused beside `other`, and refused without it.
  Option excludes(Option other);
  Option needs(Option other);
  /// Taken from this environment variable where the command line does not name it.
  Option from_environment(const std::string& variable);
  /// Given more than once, the last one counts.
  Option last_wins();
  /// The heading that the help shows it under.
  Option group(const std::string& heading);

 private:
  CLI::Option* option_;
};

/// A command, such as `weir stream`, or one of its own, `weir stream create`. A handle, good as
/// long as the CommandLine. One thread.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  Command command(const std::string& name, const std::string& meaning);

  /// `--name` is an option, NAME an argument. Parsing writes to `value`, which outlives parsing;
  /// what cannot be read as its type is refused.
  Option option(const std::string& name, std::string& value, const std::string& meaning);
  Option option(const std::string& name, std::uint32_t& value, const std::string& meaning);
  Option option(const std::string& name, std::uint64_t& value, const std::string& meaning);
  Option option(const std::string& name, std::optional<std::uint64_t>& value,
                const std::string& meaning);
  Option option(const std::string& name, std::int32_t& value, const std::string& meaning);
  Option option(const std::string& name, double& value, const std::string& meaning);
  /// May be given several times.
  Option option(const std::string& name, std::vector<std::string>& value,
                const std::string& meaning);
  /// Set to true where it is given.
  Option flag(const std::string& name, bool& value, const std::string& meaning);
  /// `--name` prints `text`, and nothing else is done.
  void prints_version(const std::string& name, const std::string& text);

  /// One of its commands must be named.
  Command needs_command();
  /// Options of the command above may stand behind this one, too.
  Command takes_options_of_parent();
  Command footer(const std::string& text);
  Command describe(const std::string& meaning);
  /// Run by parsing when the command was named and its options could be read.
  Command runs(std::function<void()> act);

 private:
  CLI::App* app_;
};

class CommandLine {
 public:
  CommandLine(const std::string& name, const std::string& meaning);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  Command root() const { return Command(app_.get()); }

  enum class Parsed : std::uint8_t {
    run,      // what was named has run
    shown,    // --help or --version was asked for, and printed to `out`
    refused,  // it cannot be read; why is on `err`
  };
  Parsed parse(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace weir::cli
