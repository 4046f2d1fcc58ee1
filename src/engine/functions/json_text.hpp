#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

/// JSON written anew as Jackson does it for Spark: no blanks, the escapes of Jackson, and a number
/// with a fraction or an exponent as Java writes a double. Private to this folder.
namespace weir::engine {

/// JSON as it is written: commas where they belong.
class JsonOutput {
 public:
  void item() {
    if (!text.empty() && text.back() != '[' && text.back() != '{' && text.back() != ':' && in_list_)
      text += ',';
  }
  void open(char bracket) {
    item();
    text += bracket;
    ++depth_;
    in_list_ = true;
  }
  void close(char bracket) {
    text += bracket;
    in_list_ = --depth_ > 0;
  }

  std::string text;

 private:
  int depth_ = 0;
  bool in_list_ = false;
};

/// Appends a text in quotes.
void append_json_text(std::string& out, std::string_view text);
/// Appends a number; `token` is how it was written.
void append_json_number(std::string& out, std::string_view token);
/// The same text with texts and names in `'` put into `"`, which Spark takes for JSON too; nullopt
/// where there are none.
[[nodiscard]] std::optional<std::string> with_double_quotes(std::string_view json);
/// Appends a value with all that is in it; throws simdjson_error where it cannot be read.
void copy_json(simdjson::ondemand::value value, JsonOutput& out);

}  // namespace weir::engine
