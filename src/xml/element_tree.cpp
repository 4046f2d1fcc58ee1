#include "xml/element_tree.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "xml/cbor_write.hpp"

namespace weir::xml {
namespace {

constexpr std::string_view white_space = " \t\r\n";
constexpr std::string_view value_name = "_VALUE";

}  // namespace

void ElementTree::clear() {
  bytes_.clear();
  nodes_.clear();
  open_.clear();
  piece_begin_ = 0;
}

ElementTree::Span ElementTree::keep(std::string_view bytes) {
  const Span span{static_cast<std::uint32_t>(bytes_.size()),
                  static_cast<std::uint32_t>(bytes.size())};
  bytes_.append(bytes);
  piece_begin_ = bytes_.size();
  return span;
}

ElementTree::Index ElementTree::add(Kind kind, Span name, Span text) {
  Node node;
  node.kind = kind;
  node.name = name;
  node.text = text;
  nodes_.push_back(node);
  return static_cast<Index>(nodes_.size() - 1);
}

void ElementTree::append(Chain& chain, Index node) {
  if (chain.first == none) {
    chain.first = node;
  } else {
    nodes_[chain.last].next = node;
  }
  chain.last = node;
}

void ElementTree::open(std::string_view name) {
  if (!open_.empty()) nodes_[open_.back()].has_children = true;
  end_piece();
  const Index element = add(Kind::element, keep(name), {});
  if (!open_.empty()) append(nodes_[open_.back()].pairs, element);
  open_.push_back(element);
}

void ElementTree::attribute(std::string_view name, std::string_view value) {
  Span key = keep("_");
  key.size += keep(name).size;
  const Index attribute = add(Kind::attribute, key, keep(value));
  append(nodes_[open_.back()].pairs, attribute);
}

void ElementTree::text(std::string_view chunk) {
  bytes_.append(chunk);
}

/// White space alone is text where it is all that an element holds, and indentation beside
/// children.
void ElementTree::end_piece() {
  const std::string_view run = std::string_view(bytes_).substr(piece_begin_);
  if (!run.empty() && !open_.empty()) {
    const bool indents = nodes_[open_.back()].has_children &&
                         run.find_first_not_of(white_space) == std::string_view::npos;
    if (!indents) {
      const Index piece =
          add(Kind::piece, {},
              {static_cast<std::uint32_t>(piece_begin_), static_cast<std::uint32_t>(run.size())});
      append(nodes_[open_.back()].pieces, piece);
    }
  }
  piece_begin_ = bytes_.size();
}

void ElementTree::close() {
  end_piece();
  const Index element = open_.back();
  open_.pop_back();
  if (nodes_[element].pairs.first == none) return;
  if (nodes_[element].pieces.first != none) {
    const Index value = add(Kind::value, keep(value_name), {});
    nodes_[value].pieces = nodes_[element].pieces;
    append(nodes_[element].pairs, value);
  }
  join_same_names(element);
}

/// Sorting finds the repeats without hashing names a client chose: n log n whatever they are.
void ElementTree::join_same_names(Index element) {
  sorted_.clear();
  for (Index i = nodes_[element].pairs.first; i != none; i = nodes_[i].next)
    sorted_.push_back(i);
  // Nodes are numbered in document order, so equal names stay in it.
  std::sort(sorted_.begin(), sorted_.end(), [this](Index a, Index b) {
    const int order = view(nodes_[a].name).compare(view(nodes_[b].name));
    return order != 0 ? order < 0 : a < b;
  });
  Index names = 0;
  for (std::size_t i = 0; i < sorted_.size(); ++i) {
    Node& node = nodes_[sorted_[i]];
    node.repeated = i > 0 && view(nodes_[sorted_[i - 1]].name) == view(node.name);
    if (node.repeated) {
      nodes_[sorted_[i - 1]].same = sorted_[i];
    } else {
      ++names;
    }
  }
  nodes_[element].pair_count = names;
}

void ElementTree::encode(std::string& out) const {
  WEIR_ASSERT(!nodes_.empty() && open_.empty());
  append_map(out, 1);
  append_text(out, view(nodes_.front().name));
  encode_value(nodes_.front(), out);
}

void ElementTree::encode_value(const Node& node, std::string& out) const {
  if (node.kind == Kind::attribute) {
    append_text(out, view(node.text));
  } else if (node.pairs.first != none) {
    encode_map(node, out);
  } else if (node.pieces.first != none) {
    encode_pieces(node.pieces, out);
  } else {
    append_null(out);
  }
}

void ElementTree::encode_map(const Node& element, std::string& out) const {
  append_map(out, element.pair_count);
  for (Index i = element.pairs.first; i != none; i = nodes_[i].next) {
    if (nodes_[i].repeated) continue;
    append_text(out, view(nodes_[i].name));
    std::size_t count = 0;
    for (Index same = i; same != none; same = nodes_[same].same)
      ++count;
    if (count > 1) append_array(out, count);
    for (Index same = i; same != none; same = nodes_[same].same)
      encode_value(nodes_[same], out);
  }
}

void ElementTree::encode_pieces(const Chain& pieces, std::string& out) const {
  std::size_t size = 0;
  for (Index i = pieces.first; i != none; i = nodes_[i].next)
    size += nodes_[i].text.size;
  append_text_head(out, size);
  for (Index i = pieces.first; i != none; i = nodes_[i].next)
    out.append(view(nodes_[i].text));
}

}  // namespace weir::xml
