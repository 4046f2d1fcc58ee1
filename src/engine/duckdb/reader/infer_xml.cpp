// One pass over the rows' trees. Types of texts are not guessed, as spark-xml does by default: a
// store number would lose its zeros, and next week's files could make another type of it.
#include "engine/duckdb/reader/infer_xml.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/case_fold.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/reader/record_blocks.hpp"
#include "engine/duckdb/text_scan.hpp"
#include "xml/pack_cursor.hpp"

namespace weir::engine::duckdb {
namespace {

using spark::Field;
using spark::Kind;
using spark::Type;
using xml::Node;
using xml::PackCursor;
using xml::PackValue;

constexpr const char* text_name = "_VALUE";

/// What was seen of the elements in one place of all rows so far.
struct Seen {
  bool has_text = false;
  bool is_repeated = false;
  bool gave_up = false;                 // only its JSON text can be told
  std::string name;                     // the spelling met first
  std::map<std::string, Seen> members;  // by their folded names

  std::size_t names() const {
    std::size_t count = members.size();
    for (const auto& [folded, member] : members)
      count += member.names();
    return count;
  }
};

class XmlInference {
 public:
  void observe_row(PackCursor& cursor) {
    PackValue row = cursor.value();
    observe(row, cursor, root_, 0);
  }

  Inferred result() const {
    Inferred out;
    out.type = Type::structure(fields_of(root_));
    out.has_more_names = has_more_names_;
    return out;
  }

 private:
  void observe(PackValue& value, PackCursor& cursor, Seen& seen, std::uint32_t depth) {
    switch (value.kind) {
      case Node::Kind::null:
        return;
      case Node::Kind::text:
        seen.has_text = seen.has_text || !trim(value.text).empty();
        return;
      case Node::Kind::array:
        seen.is_repeated = true;
        while (cursor.has_next(value)) {
          PackValue element = cursor.value();
          observe(element, cursor, seen, depth);
        }
        return;
      case Node::Kind::map:
        if (seen.gave_up || depth == limits::inferred_depth_max) {
          seen.gave_up = true;
          seen.members.clear();
          return cursor.skip(value);
        }
        return observe_members(value, cursor, seen, depth);
    }
  }

  void observe_members(PackValue& value, PackCursor& cursor, Seen& seen, std::uint32_t depth) {
    while (cursor.has_next(value)) {
      const std::string name(cursor.key());
      PackValue member = cursor.value();
      Seen* const place = seen.gave_up ? nullptr : member_of(seen, name);
      if (place == nullptr)
        cursor.skip(member);
      else
        observe(member, cursor, *place, depth + 1);
    }
  }

  /// Null: there is no room for it. An element below the row becomes text then; of the row itself
  /// the names that come later are left out.
  Seen* member_of(Seen& seen, const std::string& name) {
    const std::string folded = folded_name(name);
    const auto known = seen.members.find(folded);
    if (known != seen.members.end()) return &known->second;
    if (names_ < limits::inferred_fields_max) {
      ++names_;
      Seen& made = seen.members[folded];
      made.name = name;
      return &made;
    }
    if (&seen == &root_) {
      has_more_names_ = true;
      return nullptr;
    }
    names_ -= seen.names();
    seen.gave_up = true;
    seen.members.clear();
    return nullptr;
  }

  static Type type_of(const Seen& seen) {
    const bool is_text = seen.gave_up || seen.members.empty();
    Type type = is_text ? Type(Kind::string) : Type::structure(fields_of(seen));
    return seen.is_repeated ? Type::array(std::move(type)) : type;
  }

  static std::vector<Field> fields_of(const Seen& seen) {
    std::vector<Field> fields;
    if (seen.has_text && !seen.members.contains(folded_name(text_name)))
      fields.push_back({text_name, Kind::string});
    for (const auto& [folded, member] : seen.members)
      if (member.name.find('\0') == std::string::npos)
        fields.push_back({member.name, type_of(member)});
    std::sort(fields.begin(), fields.end(),
              [](const Field& a, const Field& b) { return a.name < b.name; });
    return fields;
  }

  Seen root_;
  std::size_t names_ = 0;
  bool has_more_names_ = false;
};

}  // namespace

Result<Inferred> infer_cbor(const ReadPlan& plan, const std::function<Result<void>()>& may_go_on) {
  XmlInference inference;
  for (const std::string& path : plan.paths) {
    WEIR_TRY(RecordBlocks blocks,
             RecordBlocks::open(plan.place_of(path), std::nullopt, plan.row_tag));
    RecordBlock block;
    while (true) {
      if (may_go_on) WEIR_CHECK(may_go_on());
      WEIR_TRY(const bool more, blocks.next(block));
      if (!more) break;
      for (const std::size_t row : block.rows) {
        PackCursor cursor(block.text(), row);
        inference.observe_row(cursor);
      }
    }
  }
  return inference.result();
}

}  // namespace weir::engine::duckdb
