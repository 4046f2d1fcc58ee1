#include "catalog/stream_fields.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/routes.hpp"

/// Which fields the payloads of a stream have, and what changed (spec/files.md 11).
namespace weir::control {
namespace {

namespace json = boost::json;

/// As a share of all payloads looked at, in four digits; null: none was looked at.
json::value share_of(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return nullptr;
  return std::round(10'000 * static_cast<double>(part) / static_cast<double>(whole)) / 10'000;
}

json::value share_in(const fields::Sketch& sketch, std::size_t index) {
  const std::uint64_t part = index == fields::Sketch::none ? 0 : sketch.fields()[index].payloads;
  return share_of(part, sketch.looked_at);
}

json::object json_of_counts(const fields::Sketch& sketch) {
  return {{"payloads", sketch.payloads}, {"looked_at", sketch.looked_at}};
}

json::array json_of_types(const fields::Field& field) {
  std::vector<std::pair<std::uint64_t, fields::Type>> types;
  for (std::size_t i = 0; i < fields::type_count; ++i)
    if (field.types[i] > 0) types.emplace_back(field.types[i], static_cast<fields::Type>(i));
  std::stable_sort(types.begin(), types.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  json::array out;
  for (const auto& [count, type] : types)
    out.push_back({{"type", to_string(type)}, {"payloads", count}});
  return out;
}

json::array json_of_examples(const fields::Field& field) {
  json::array out;
  for (const fields::Example& each : field.examples)
    out.push_back({{"type", to_string(each.type)}, {"text", each.text}, {"masked", each.masked}});
  return out;
}

json::array names_of(const std::vector<fields::Type>& types) {
  json::array out;
  for (const fields::Type type : types)
    out.emplace_back(to_string(type));
  return out;
}

json::value json_of_change(const fields::Change& change) {
  const auto rounded = [](double share) { return std::round(10'000 * share) / 10'000; };
  return {{"kind", to_string(change.kind)},
          {"path", change.path},
          {"share_before", rounded(change.share_before)},
          {"share_now", rounded(change.share_now)},
          {"types_before", names_of(change.types_before)},
          {"types_now", names_of(change.types_now)}};
}

/// The place of each field of `of` in `other`, or none.
std::vector<std::size_t> places_in(const fields::Sketch& other, const fields::Sketch& of) {
  std::vector<std::size_t> out(of.fields().size(), fields::Sketch::none);
  out[0] = 0;
  for (std::size_t i = 1; i < out.size(); ++i) {
    const fields::Field& field = of.fields()[i];
    if (out[field.parent] != fields::Sketch::none)
      out[i] = other.find(out[field.parent], field.name, field.is_element);
  }
  return out;
}

/// Fields below what they are in, as in a payload.
class FieldList {
 public:
  explicit FieldList(const catalog::StreamFields::Known& known)
      : all_(known.all),
        day_(known.day),
        week_(known.week),
        in_day_(places_in(day_, all_)),
        in_week_(places_in(week_, all_)),
        children_(all_.fields().size()) {
    for (std::size_t i = 1; i < children_.size(); ++i)
      children_[all_.fields()[i].parent].push_back(i);
    add_below(0, 0);
  }
  json::array take() { return std::move(out_); }

 private:
  void add_below(std::size_t parent, int depth) {
    for (const std::size_t i : children_[parent]) {
      const fields::Field& field = all_.fields()[i];
      out_.push_back({{"path", all_.path(i)},
                      {"depth", depth},
                      {"share", share_in(all_, i)},
                      {"share_of_day", share_in(day_, in_day_[i])},
                      {"share_of_week", share_in(week_, in_week_[i])},
                      {"payloads", field.payloads},
                      {"types", json_of_types(field)},
                      {"keys_are_data", field.keys_are_data},
                      {"first_seen_at", to_string(field.first_seen)},
                      {"last_seen_at", to_string(field.last_seen)},
                      {"examples", json_of_examples(field)}});
      add_below(i, depth + 1);
    }
  }

  const fields::Sketch& all_;
  const fields::Sketch& day_;
  const fields::Sketch& week_;
  const std::vector<std::size_t> in_day_;
  const std::vector<std::size_t> in_week_;
  std::vector<std::vector<std::size_t>> children_;
  json::array out_;
};

Result<http::Response> list_stream_fields(const Call& call) {
  WEIR_TRY(const auto asked, query_day(call.request, "day"));
  const Day day = asked.value_or(day_of(call.services.clock.now()));
  WEIR_TRY(const auto known,
           call.services.catalog.stream_fields().find(call.caller.tenant_no, call.id, day));
  json::object of_day = json_of_counts(known.day);
  of_day["day"] = to_string(day);
  json::object of_week = json_of_counts(known.week);
  of_week["from"] = to_string(day - catalog::fields_compared_with);
  of_week["to"] = to_string(day - std::chrono::days(1));
  json::array changes;
  for (const fields::Change& each : known.changes)
    changes.push_back(json_of_change(each));
  json::object body = json_of_counts(known.all);
  body["stream_id"] = call.id;
  body["is_cut"] = known.all.is_cut;
  body["day"] = std::move(of_day);
  body["week"] = std::move(of_week);
  body["fields"] = FieldList(known).take();
  body["changes"] = std::move(changes);
  return answer(200, body);
}

}  // namespace

void add_stream_field_routes(Routes& routes) {
  routes.push_back({"GET",
                    "/api/v0/streams/{id}/fields",
                    "listStreamFields",
                    Access::operate,
                    list_stream_fields,
                    {"day"}});
}

}  // namespace weir::control
