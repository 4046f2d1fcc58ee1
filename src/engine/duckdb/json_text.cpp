#include "engine/duckdb/json_text.hpp"

namespace weir::engine {

namespace {

void skip_digits(std::string_view& text) {
  while (!text.empty() && text.front() >= '0' && text.front() <= '9')
    text.remove_prefix(1);
}

bool take_digits(std::string_view& text) {
  const std::size_t before = text.size();
  skip_digits(text);
  return text.size() < before;
}

}  // namespace

NumberForm number_form(std::string_view token) {
  NumberForm form = NumberForm::whole;
  if (token.starts_with('-')) token.remove_prefix(1);
  if (token.starts_with('0')) {
    token.remove_prefix(1);
  } else if (!take_digits(token)) {
    return NumberForm::none;
  }
  if (token.starts_with('.')) {
    form = NumberForm::fraction;
    token.remove_prefix(1);
    if (!take_digits(token)) return NumberForm::none;
  }
  if (token.starts_with('e') || token.starts_with('E')) {
    form = NumberForm::fraction;
    token.remove_prefix(1);
    if (token.starts_with('+') || token.starts_with('-')) token.remove_prefix(1);
    if (!take_digits(token)) return NumberForm::none;
  }
  return token.empty() ? form : NumberForm::none;
}

}  // namespace weir::engine
