#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/test_engine.hpp"

namespace weir::control {

/// A log of row errors, as a test fills it.
class FakeRowErrors : public engine::TestEngine {
 public:
  Result<std::vector<engine::LoggedError>> row_errors(const std::string&,
                                                      const engine::ErrorFilter& filter) override {
    std::vector<engine::LoggedError> out;
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
    return record_answer;
  }
  Result<void> mend(const std::string&, const std::string& file, std::uint64_t number,
                    const engine::RecordText::Mended& mended) override {
    record_asked = file + " " + std::to_string(number);
    record_answer.mended = mended;
    return {};
  }
  Result<void> dismiss_error(const std::string&, std::uint64_t load,
                             std::uint64_t number) override {
    for (engine::LoggedError& each : logged)
      if (each.load == load && each.number == number) each.state = engine::ErrorState::dismissed;
    return {};
  }

  std::vector<engine::LoggedError> logged;
  std::vector<engine::ErrorKind> kinds;
  engine::RecordText record_answer;
  std::string record_asked;
};

}  // namespace weir::control
