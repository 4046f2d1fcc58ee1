#include "test_file.hpp"

#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

namespace weir::sql_test {

namespace {

std::optional<Block::Kind> kind_of(std::string_view word) {
  constexpr std::pair<std::string_view, Block::Kind> words[] = {
      {"table", Block::Kind::table},     {"query", Block::Kind::query},
      {"ordered", Block::Kind::ordered}, {"refused", Block::Kind::refused},
      {"error", Block::Kind::error},     {"ours", Block::Kind::ours},
      {"swept", Block::Kind::swept}};
  for (const auto& [name, kind] : words) {
    if (name == word) return kind;
  }
  return std::nullopt;
}

void add_to_head(Block& block, const std::string& line) {
  for (const std::string_view word : {"schema ", "inferred "}) {
    if (block.kind == Block::Kind::table && line.starts_with(word)) {
      block.schema = line.substr(word.size());
      return;
    }
  }
  block.head.push_back(line);
}

}  // namespace

std::string Block::text() const {
  std::string all;
  for (const std::string& one : head) {
    all += one + "\n";
  }
  return all;
}

std::vector<Block> read_test_file(const std::string& path) {
  std::ifstream file(path);
  std::vector<Block> blocks;
  bool open = false;
  bool behind = false;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (!open) {
      const std::size_t blank = line.find(' ');
      const auto kind = kind_of(std::string_view(line).substr(0, blank));
      if (!kind) continue;
      Block block;
      block.kind = *kind;
      block.title = blank == std::string::npos ? "" : line.substr(blank + 1);
      block.line = number;
      blocks.push_back(std::move(block));
      open = true;
      behind = false;
    } else if (line.empty()) {
      open = false;
    } else if (line == "----" && !behind && blocks.back().kind != Block::Kind::table) {
      behind = true;
    } else if (behind) {
      blocks.back().tail.push_back(line);
    } else {
      add_to_head(blocks.back(), line);
    }
  }
  return blocks;
}

}  // namespace weir::sql_test
