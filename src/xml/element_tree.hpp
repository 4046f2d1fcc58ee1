#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::xml {

/// One document between parsing and encoding: CBOR heads contain counts, so an element can be
/// written only once its end was parsed. The flat vectors are reused from document to document,
/// because a batcher converts thousands of small ones a second. Not thread-safe.
///
/// Calls come in document order: open (attribute* (text | open..close)*) close.
class ElementTree {
 public:
  void clear();
  void open(std::string_view name);
  /// Adds an attribute to the element opened last, before anything else in it.
  void attribute(std::string_view name, std::string_view value);
  /// Adds a part of a run of text; a run ends at open and close only.
  void text(std::string_view chunk);
  void close();

  std::size_t depth() const { return open_.size(); }
  std::size_t nodes() const { return nodes_.size(); }
  /// The bytes of all names and texts.
  std::size_t bytes() const { return bytes_.size(); }

  /// Appends {root name: root value} as docs/formats/batch-file.md says. All elements are closed.
  void encode(std::string& out) const;

 private:
  using Index = std::uint32_t;
  static constexpr Index none = ~Index{0};

  struct Span {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
  };

  /// Nodes of one parent that share a list, in document order.
  struct Chain {
    Index first = none;
    Index last = none;
  };

  enum class Kind : std::uint8_t { element, attribute, piece, value };

  struct Node {
    Kind kind = Kind::element;
    bool repeated = false;      // an earlier sibling has this name and carries it
    bool has_children = false;  // of an element: elements below it, not only attributes
    Span name;
    Span text;             // of an attribute or a piece
    Index next = none;     // sibling
    Index same = none;     // next sibling of this name
    Index pair_count = 0;  // of an element: names that are told apart
    Chain pairs;           // of an element: attributes, children, then _VALUE
    Chain pieces;          // of an element, and of its _VALUE: its text
  };

  Span keep(std::string_view bytes);
  std::string_view view(Span span) const { return {bytes_.data() + span.at, span.size}; }
  Index add(Kind kind, Span name, Span text);
  void append(Chain& chain, Index node);
  void end_piece();
  void join_same_names(Index element);
  void encode_value(const Node& node, std::string& out) const;
  void encode_map(const Node& element, std::string& out) const;
  void encode_pieces(const Chain& pieces, std::string& out) const;

  std::string bytes_;
  std::vector<Node> nodes_;
  std::vector<Index> open_;
  std::vector<Index> sorted_;    // scratch of join_same_names
  std::size_t piece_begin_ = 0;  // in bytes_; the run of text being read
};

}  // namespace weir::xml
