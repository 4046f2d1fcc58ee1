#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

/// Which fields the payloads of a stream have: in what share of them, of which types, since when.
/// Found while batches are formed, kept in the catalog (docs/formats/field-sketch.md).
namespace weir::fields {

/// What a value is. "" is told apart from other text, since it says nothing about the type that the
/// field has when it is filled in.
enum class Type : std::uint8_t {
  null,
  boolean,
  integer,      // fits 64 bits
  big_integer,  // does not
  number,       // with a fraction or an exponent
  string,
  empty_string,
  object,
  array,
};
inline constexpr std::size_t type_count = 9;
std::string_view to_string(Type type);

/// A value as it came, cut and maybe masked (example.hpp).
struct Example {
  Type type = Type::string;
  std::string text;
  bool masked = false;
  bool operator==(const Example&) const = default;
};

/// One place in the payloads: a member of an object, or the elements of an array.
struct Field {
  std::size_t parent = 0;      // in Sketch::fields(), before this one; 0: the payload
  std::string name;            // of a member
  bool is_element = false;     // it stands for all elements of the array `parent`
  bool keys_are_data = false;  // an object with too many names; its members are not told apart
  std::uint64_t payloads = 0;  // looked at, that have it
  std::array<std::uint64_t, type_count> types{};  // payloads, by the types of its values there
  Time first_seen;                                // when a payload with it was received
  Time last_seen;
  std::vector<Example> examples;  // newest first

  std::uint64_t count(Type type) const { return types[static_cast<std::size_t>(type)]; }
};

/// The fields of some payloads of one stream. A plain value of bounded size: beyond its bounds it
/// takes no new fields and says so (is_cut). Not thread-safe.
class Sketch {
 public:
  Sketch();

  std::uint64_t payloads = 0;   // that it stands for
  std::uint64_t looked_at = 0;  // of these; the counts of fields are of them
  bool is_cut = false;          // there were more fields than are here, or deeper ones

  /// The first one is the payload itself. A parent stands before its children.
  const std::vector<Field>& fields() const { return fields_; }
  Field& at(std::size_t index) { return fields_[index]; }
  /// The member `name` of the object at `parent`, or its elements; `none` where it is not there.
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t find(std::size_t parent, std::string_view name, bool is_element) const;
  /// The same, added where it is missing; `none` where it may not be added. Indexes stay.
  std::size_t place(std::size_t parent, std::string_view name, bool is_element, Time seen);

  /// Adds an example that the field does not have yet.
  void add_example(std::size_t index, Example example);
  /// Once after a payload: objects that turned out to have too many names lose their members.
  /// Indexes change.
  void drop_members_of_data();
  /// Adds what `other`, of later payloads or the same time, has.
  void merge(const Sketch& other);

  /// "items[].price": as a query names it, with `backticks` around what is no plain name.
  std::string path(std::size_t index) const;

  /// About what it holds in memory.
  std::uint64_t bytes() const { return bytes_; }
  bool empty() const { return looked_at == 0; }

 private:
  struct Key {
    std::size_t parent;
    std::string_view name;
    bool is_element;
    bool operator==(const Key&) const = default;
  };

  // A bucket's fields have one hash; names are compared in `fields_`, which may move.
  static std::size_t hash(const Key& key);
  std::vector<Field> fields_;
  std::vector<std::uint32_t> members_;  // of each field, how many children it has
  std::unordered_multimap<std::size_t, std::size_t> places_;
  std::uint64_t bytes_ = 0;
  bool has_new_data_ = false;

  friend Result<Sketch> decode(std::string_view text);
};

/// The text of a sketch in the catalog (docs/formats/field-sketch.md). Without its examples, it is
/// about half as long. Errors: corrupt.
enum class Examples { with, without };
std::string encode(const Sketch& sketch, Examples examples);
Result<Sketch> decode(std::string_view text);

/// The schema of the stream's payloads as a Spark StructType in JSON, merged as inference merges
/// what it sees (spec/queries.md): for columns that the loaded files do not have. Empty: no fields.
std::string spark_schema(const Sketch& sketch);
/// The same of XML payloads, of the rows that a query makes of each element `row_tag`. Texts are
/// strings, and an element that was ever repeated an array.
std::string spark_schema(const Sketch& sketch, std::string_view row_tag);

}  // namespace weir::fields
