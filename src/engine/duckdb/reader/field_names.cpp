#include "engine/duckdb/reader/field_names.hpp"

#include "base/case_fold.hpp"

/// The next name of an object is nearly always the next field, so that is looked at before any map.
namespace weir::engine::duckdb {

FieldNames::FieldNames(const std::vector<spark::Field>& fields, bool any_case)
    : fields_(fields), uses_(any_case ? fields.size() : 0), any_case_(any_case) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    places_.emplace(fields[i].name, i);
    if (any_case) folded_.emplace(folded_name(fields[i].name), i);
  }
}

void FieldNames::begin_object() {
  expected_ = 0;
  ++object_;
}

FieldNames::Found FieldNames::find(std::string_view name) {
  std::size_t index = expected_;
  if (index >= fields_.size() || fields_[index].name != name) {
    if (const auto own = places_.find(name); own != places_.end()) {
      index = own->second;
    } else {
      if (!any_case_) return {};
      const auto other = folded_.find(folded_name(name));
      if (other == folded_.end()) return {};
      index = other->second;
    }
  }
  expected_ = index + 1;
  return any_case_ ? used(index, name) : Found{index};
}

FieldNames::Found FieldNames::used(std::size_t index, std::string_view name) {
  Use& use = uses_[index];
  const bool own = fields_[index].name == name;
  Found found{index};
  if (use.object == object_) {
    found.beaten = use.own && !own;
    found.beats = !use.own && (own || use.spelling != name);
  }
  if (found.beaten) return found;
  use.object = object_;
  use.own = own;
  if (!own) use.spelling = name;
  return found;
}

}  // namespace weir::engine::duckdb
