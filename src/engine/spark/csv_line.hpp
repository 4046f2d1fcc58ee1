#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// One line of CSV as Spark reads it in FROM_CSV and writes it in TO_CSV. No state; any thread.
namespace weir::spark {

struct CsvStyle {
  std::string separator = ",";
  char quote = '"';  // 0: none
  char escape = '\\';
  std::string null;  // what stands for NULL
  bool quotes_all = false;
  bool trims_begin = true;  // when writing
  bool trims_end = true;
};

/// The texts between the separators; nullopt for NULL, which an empty one is too. A text whose
/// quote does not end before a separator is as it stands.
[[nodiscard]] std::vector<std::optional<std::string>> csv_fields(std::string_view line,
                                                                 const CsvStyle& style);
[[nodiscard]] std::string csv_line(const std::vector<std::optional<std::string_view>>& fields,
                                   const CsvStyle& style);

}  // namespace weir::spark
