#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace weir::spark {

/// A regular expression that RE2, DuckDB's own, cannot match as Java does: with a position that
/// depends on what is around it ($ before a last line break, \b beside letters of any script), or
/// one that can match nothing at all. The pattern comes from the dialect layer and is PCRE's.
/// Work is bounded for each text; one that goes beyond is an answer of nothing (NULL). Matching is
/// for one thread at a time.
class Regex {
 public:
  /// Errc::bad_request for an invalid pattern.
  static Result<Regex> compile(std::string_view pattern);

  [[nodiscard]] std::optional<bool> found_in(std::string_view text) const;
  /// The place of the first match, from 1, in code units of UTF-16 as Java counts; 0: there is
  /// none.
  [[nodiscard]] std::optional<std::int32_t> place(std::string_view text) const;
  /// Replaces every match; `\0` to `\9` in the replacement are groups, `\\` a backslash.
  [[nodiscard]] std::optional<std::string> replaced(std::string_view text,
                                                    std::string_view replacement) const;
  /// A group of the first match, empty where there is none.
  [[nodiscard]] std::optional<std::string> extracted(std::string_view text, int group) const;
  /// That group of every match.
  [[nodiscard]] std::optional<std::vector<std::string>> extracted_all(std::string_view text,
                                                                      int group) const;
  /// The pieces between the matches, as Java's split with a limit: over 0, at most so many; else
  /// all of them, with the empty ones at the end.
  [[nodiscard]] std::optional<std::vector<std::string>> split(std::string_view text,
                                                              std::int64_t limit) const;

 private:
  struct State;
  struct Drop {
    void operator()(State* state) const;
  };
  struct Match;
  explicit Regex(std::unique_ptr<State, Drop> state) : state_(std::move(state)) {}
  template <class Take>
  bool each_match(std::string_view text, const Take& take) const;

  std::unique_ptr<State, Drop> state_;
};

}  // namespace weir::spark
