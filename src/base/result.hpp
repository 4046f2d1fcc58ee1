#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

#include "base/errc.hpp"

namespace weir {

/// A failure that can happen in a correct program. The code is for programs. The message is a
/// sentence for people: what was tried, on which thing, and what to do.
struct Error {
  Errc code = Errc::internal;
  std::string message;
};

/// A value or an Error; the compiler warns when a Result is discarded. Only this file names tl::,
/// so that a later move to std::expected changes only this file.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Failure = tl::unexpected<Error>;

[[nodiscard]] inline Failure fail(Errc code, std::string message) {
  return Failure(Error{code, std::move(message)});
}

[[nodiscard]] inline Failure fail(Error error) {
  return Failure(std::move(error));
}

/// The same error, with the operation in progress in front; used where it crosses a stage.
[[nodiscard]] inline Failure fail_while(const std::string& doing, Error error) {
  error.message.insert(0, doing + ": ");
  return Failure(std::move(error));
}

}  // namespace weir

#define WEIR_CONCAT_(a, b) a##b
#define WEIR_CONCAT(a, b) WEIR_CONCAT_(a, b)

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.

/// `WEIR_TRY(auto x, f());` binds the value of f() or returns its error.
#define WEIR_TRY(declaration, expression) \
  WEIR_TRY_(declaration, expression, WEIR_CONCAT(weir_result_, __LINE__))
#define WEIR_TRY_(declaration, expression, result)             \
  auto result = (expression);                                  \
  if (!result) return ::weir::fail(std::move(result).error()); \
  declaration = *std::move(result)

/// `WEIR_CHECK(f());` returns the error of f(), a Result<void>, if it has one.
#define WEIR_CHECK(expression)                             \
  do {                                                     \
    if (auto weir_check_ = (expression); !weir_check_)     \
      return ::weir::fail(std::move(weir_check_).error()); \
  } while (false)

// NOLINTEND(bugprone-macro-parentheses)
