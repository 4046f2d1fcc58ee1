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

/// Defines a command line: commands, their options, and the action of each command. CLI11 parses
/// it; only command_line.cpp includes its header, which takes seconds to compile.
namespace weir::cli {

/// A handle of a command's option or argument, valid as long as the CommandLine. One thread.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option required();
  /// Both ends are allowed.
  Option range(int least, int most);
  Option range(double least, double most);
  Option one_of(const std::vector<std::string>& choices);
  /// The help shows the variable's present value as the default.
  Option shows_default();
  /// Refuses the option together with `other`, or refuses it without `other`.
  Option excludes(Option other);
  Option needs(Option other);
  /// Reads this environment variable if the option is not given.
  Option from_environment(const std::string& variable);
  /// If the option is given several times, the last one counts.
  Option last_wins();
  /// The heading under which the help lists the option.
  Option group(const std::string& heading);

 private:
  CLI::Option* option_;
};

/// A handle of a command, such as `weir stream`, or of a sub-command, `weir stream create`. Valid
/// as long as the CommandLine. Used by one thread.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  Command command(const std::string& name, const std::string& meaning);

  /// `--name` is an option, NAME an argument. Parsing writes to `value`, which outlives parsing; a
  /// text that is not of its type is refused.
  Option option(const std::string& name, std::string& value, const std::string& meaning);
  Option option(const std::string& name, std::uint32_t& value, const std::string& meaning);
  Option option(const std::string& name, std::uint64_t& value, const std::string& meaning);
  Option option(const std::string& name, std::optional<std::uint64_t>& value,
                const std::string& meaning);
  Option option(const std::string& name, std::optional<std::string>& value,
                const std::string& meaning);
  Option option(const std::string& name, std::int32_t& value, const std::string& meaning);
  Option option(const std::string& name, double& value, const std::string& meaning);
  /// May be given several times.
  Option option(const std::string& name, std::vector<std::string>& value,
                const std::string& meaning);
  /// Sets the variable to true if the flag is given.
  Option flag(const std::string& name, bool& value, const std::string& meaning);
  /// `--name` prints `text` and does nothing else.
  void prints_version(const std::string& name, const std::string& text);

  /// Requires one of its sub-commands.
  Command needs_command();
  /// Allows options of the parent command after this one, too.
  Command takes_options_of_parent();
  Command footer(const std::string& text);
  Command describe(const std::string& meaning);
  /// The action: run after parsing if the command was named and its options are valid.
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
    run,      // the named command has run
    shown,    // --help or --version was asked for, and printed to `out`
    refused,  // the command line is invalid; `err` says why
  };
  Parsed parse(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace weir::cli
