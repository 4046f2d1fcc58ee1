#include "cli/command_line/command_line.hpp"

#include <ostream>
#include <utility>

#include <CLI/CLI.hpp>

// Each function is one of CLI11's. The types of options are a closed set of overloads, not a
// template, since a template would bring CLI11's header to every command.

namespace weir::cli {

Option Option::required() {
  option_->required();
  return *this;
}

Option Option::range(int least, int most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option Option::range(double least, double most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option Option::one_of(const std::vector<std::string>& choices) {
  option_->check(CLI::IsMember(choices));
  return *this;
}

Option Option::shows_default() {
  option_->capture_default_str();
  return *this;
}

Option Option::excludes(Option other) {
  option_->excludes(other.option_);
  return *this;
}

Option Option::needs(Option other) {
  option_->needs(other.option_);
  return *this;
}

Option Option::from_environment(const std::string& variable) {
  option_->envname(variable);
  return *this;
}

Option Option::last_wins() {
  option_->take_last();
  return *this;
}

Option Option::group(const std::string& heading) {
  option_->group(heading);
  return *this;
}

Command Command::command(const std::string& name, const std::string& meaning) {
  return Command(app_->add_subcommand(name, meaning));
}

Option Command::option(const std::string& name, std::string& value, const std::string& meaning) {
  return Option(app_->add_option(name, value, meaning));
}

Option Command::option(const std::string& name, std::uint32_t& value, const std::string& meaning) {
  return Option(app_->add_option(name, value, meaning));
}

Option Command::option(const std::string& name, std::uint64_t& value, const std::string& meaning) {
  return Option(app_->add_option(name, value, meaning));
}

Option Command::option(const std::string& name, std::optional<std::uint64_t>& value,
                       const std::string& meaning) {
  return Option(app_->add_option(name, value, meaning));
}

Option Command::option(const std::string& name, std::optional<std::string>& value,
                       const std::string& meaning) {
  return Option(app_->add_option(name, value, meaning));
}

Option Command::option(const std::string& name, std::int32_t& value, const std::string& meaning) {
  return Option(app_->add_option(name, value, meaning));
}

Option Command::option(const std::string& name, double& value, const std::string& meaning) {
  return Option(app_->add_option(name, value, meaning));
}

Option Command::option(const std::string& name, std::vector<std::string>& value,
                       const std::string& meaning) {
  return Option(app_->add_option(name, value, meaning)->take_all());
}

Option Command::flag(const std::string& name, bool& value, const std::string& meaning) {
  return Option(app_->add_flag(name, value, meaning));
}

void Command::prints_version(const std::string& name, const std::string& text) {
  app_->set_version_flag(name, text);
}

Command Command::needs_command() {
  app_->require_subcommand(1);
  return *this;
}

Command Command::takes_options_of_parent() {
  app_->fallthrough();
  return *this;
}

Command Command::footer(const std::string& text) {
  app_->footer(text);
  return *this;
}

Command Command::describe(const std::string& meaning) {
  app_->description(meaning);
  return *this;
}

Command Command::runs(std::function<void()> act) {
  app_->callback(std::move(act));
  return *this;
}

CommandLine::CommandLine(const std::string& name, const std::string& meaning)
    : app_(std::make_unique<CLI::App>(meaning, name)) {}
CommandLine::~CommandLine() = default;

CommandLine::Parsed CommandLine::parse(int argc, const char* const* argv, std::ostream& out,
                                       std::ostream& err) {
  try {
    app_->parse(argc, argv);
    return Parsed::run;
  } catch (const CLI::ParseError& error) {
    return app_->exit(error, out, err) == 0 ? Parsed::shown : Parsed::refused;
  }
}

}  // namespace weir::cli
