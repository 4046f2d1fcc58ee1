#include "fields/drift.hpp"

#include <algorithm>
#include <cmath>

// Plain rules with thresholds that can be told in a sentence. A day is compared while it still goes
// on, and it may be small, so each rule asks whether chance could explain what it sees: ten
// payloads were to be expected where there is none (chance: e^-10), or a difference of shares is
// four times its standard error. A field in which nothing but null or "" was seen has no type that
// could change.
namespace weir::fields {
namespace {

constexpr double expected_min = 10;
constexpr double share_moved_min = 0.10;
constexpr double standard_errors_min = 4;
constexpr std::uint64_t type_payloads_min = 3;
constexpr double type_share_min = 0.01;

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::uint64_t payloads_of(const Sketch& sketch, std::size_t index) {
  return index == 0 ? sketch.looked_at : sketch.fields()[index].payloads;
}

bool is_a_type(Type type) {
  return type != Type::null && type != Type::empty_string;
}

std::vector<Type> types_of(const Field& field) {
  std::vector<Type> out;
  for (std::size_t i = 0; i < type_count; ++i)
    if (field.types[i] > 0) out.push_back(static_cast<Type>(i));
  return out;
}

/// Both sketches with the same places: `other` has the index of each field of `of` there, or none.
std::vector<std::size_t> counterparts(const Sketch& of, const Sketch& other) {
  std::vector<std::size_t> out(of.fields().size(), Sketch::none);
  out[0] = 0;
  for (std::size_t i = 1; i < out.size(); ++i) {
    const Field& field = of.fields()[i];
    if (out[field.parent] != Sketch::none)
      out[i] = other.find(out[field.parent], field.name, field.is_element);
  }
  return out;
}

Change change(Change::Kind kind, const Sketch& before, std::size_t was, const Sketch& now,
              std::size_t is) {
  Change out{.kind = kind,
             .path = is != Sketch::none ? now.path(is) : before.path(was),
             .types_before = {},
             .types_now = {}};
  if (was != Sketch::none) {
    out.share_before = ratio(payloads_of(before, was), before.looked_at);
    out.types_before = types_of(before.fields()[was]);
  }
  if (is != Sketch::none) {
    out.share_now = ratio(payloads_of(now, is), now.looked_at);
    out.types_now = types_of(now.fields()[is]);
  }
  return out;
}

bool has_new_type(const Field& was, const Field& is) {
  std::uint64_t typed_before = 0;
  for (std::size_t i = 0; i < type_count; ++i)
    if (is_a_type(static_cast<Type>(i))) typed_before += was.types[i];
  if (typed_before < static_cast<std::uint64_t>(expected_min)) return false;
  for (std::size_t i = 0; i < type_count; ++i)
    if (is_a_type(static_cast<Type>(i)) && was.types[i] == 0 && is.types[i] >= type_payloads_min &&
        ratio(is.types[i], is.payloads) >= type_share_min)
      return true;
  return false;
}

bool has_moved(double share_before, std::uint64_t count_before, double share_now,
               std::uint64_t count_now) {
  const double difference = std::abs(share_now - share_before);
  if (difference < share_moved_min) return false;
  const auto n = static_cast<double>(count_before);
  const auto m = static_cast<double>(count_now);
  const double pooled = (share_before * n + share_now * m) / (n + m);
  const double error = std::sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  return difference >= standard_errors_min * error;
}

}  // namespace

std::string_view to_string(Change::Kind kind) {
  constexpr std::string_view names[change_kinds] = {"gone", "type_changed", "new", "share_moved"};
  return names[static_cast<std::size_t>(kind)];
}

std::vector<Change> drift(const Sketch& before, const Sketch& now) {
  std::vector<Change> out;
  const std::vector<std::size_t> there = counterparts(before, now);
  for (std::size_t was = 1; was < before.fields().size(); ++was) {
    const Field& old = before.fields()[was];
    const std::size_t parent_now = there[old.parent];
    if (parent_now == Sketch::none || now.fields()[parent_now].keys_are_data) continue;
    const std::uint64_t around_before = payloads_of(before, old.parent);
    const std::uint64_t around_now = payloads_of(now, parent_now);
    const double share_before = ratio(old.payloads, around_before);
    const std::size_t is = there[was];
    if (is == Sketch::none) {
      if (!now.is_cut && share_before * static_cast<double>(around_now) >= expected_min)
        out.push_back(change(Change::Kind::gone, before, was, now, is));
      continue;
    }
    const Field& field = now.fields()[is];
    if (has_new_type(old, field))
      out.push_back(change(Change::Kind::type_changed, before, was, now, is));
    if (around_before > 0 && around_now > 0 &&
        has_moved(share_before, around_before, ratio(field.payloads, around_now), around_now))
      out.push_back(change(Change::Kind::share_moved, before, was, now, is));
  }
  const std::vector<std::size_t> old_places = counterparts(now, before);
  for (std::size_t is = 1; is < now.fields().size(); ++is) {
    const Field& field = now.fields()[is];
    const std::size_t parent_before = old_places[field.parent];
    if (old_places[is] != Sketch::none || parent_before == Sketch::none || before.is_cut ||
        before.fields()[parent_before].keys_are_data)
      continue;
    const double share_now = ratio(field.payloads, payloads_of(now, field.parent));
    const auto around_before = static_cast<double>(payloads_of(before, parent_before));
    if (share_now * around_before >= expected_min)
      out.push_back(change(Change::Kind::appeared, before, Sketch::none, now, is));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Change& a, const Change& b) { return a.kind < b.kind; });
  return out;
}

}  // namespace weir::fields
