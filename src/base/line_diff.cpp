// The longest common subsequence by its table, after the lines that both begin and end with are set
// aside. Myers' algorithm takes less where little differs, but these texts are queries: a table of
// a thousand lines by a thousand is a few milliseconds.
#include "base/line_diff.hpp"

#include <algorithm>

namespace weir {
namespace {

using Change = DiffLine::Change;
using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

}  // namespace

std::vector<DiffLine> line_diff(std::string_view before, std::string_view after) {
  const Lines a = lines_of(before);
  const Lines b = lines_of(after);
  std::size_t first = 0;
  while (first < std::min(a.size(), b.size()) && a[first] == b[first])
    ++first;
  std::size_t last = 0;  // counted from the end
  while (last < std::min(a.size(), b.size()) - first &&
         a[a.size() - 1 - last] == b[b.size() - 1 - last])
    ++last;
  const std::size_t rows = a.size() - first - last;
  const std::size_t columns = b.size() - first - last;

  std::vector<DiffLine> out;
  for (std::size_t i = 0; i < first; ++i)
    out.push_back({Change::same, a[i]});
  const auto remove = [&](std::size_t i) { out.push_back({Change::removed, a[first + i]}); };
  const auto add = [&](std::size_t j) { out.push_back({Change::added, b[first + j]}); };
  std::size_t i = 0;
  std::size_t j = 0;
  if (rows > 0 && columns <= line_diff_cells_max / rows) {
    // common[i][j]: how many lines the rests from i and from j have in common.
    std::vector<std::uint32_t> common((rows + 1) * (columns + 1));
    const auto at = [&](std::size_t row, std::size_t column) -> std::uint32_t& {
      return common[row * (columns + 1) + column];
    };
    for (std::size_t row = rows; row-- > 0;)
      for (std::size_t column = columns; column-- > 0;)
        at(row, column) = a[first + row] == b[first + column]
                              ? at(row + 1, column + 1) + 1
                              : std::max(at(row + 1, column), at(row, column + 1));
    while (i < rows && j < columns) {
      if (a[first + i] == b[first + j]) {
        out.push_back({Change::same, a[first + i]});
        ++i;
        ++j;
      } else if (at(i + 1, j) >= at(i, j + 1)) {
        remove(i++);
      } else {
        add(j++);
      }
    }
  }
  while (i < rows)
    remove(i++);
  while (j < columns)
    add(j++);
  for (std::size_t k = a.size() - last; k < a.size(); ++k)
    out.push_back({Change::same, a[k]});
  return out;
}

}  // namespace weir
