// Text is put together through templates with numbered places, so that what an argument's SQL holds
// is never read as a place itself.

#include "engine/dialect/typed.hpp"

namespace weir::dialect {

std::vector<const Typed*> pointers(const std::vector<Typed>& parts) {
  std::vector<const Typed*> out;
  out.reserve(parts.size());
  for (const Typed& part : parts)
    out.push_back(&part);
  return out;
}

std::string bound_to(const std::string& name, const std::string& text, const std::string& body) {
  return "list_transform([" + text + "], lambda " + name + ": " + body + ")[1]";
}

std::string name_for(const std::string& text) {
  return "weir_o" + std::to_string(text.size());
}

std::string filled(std::string_view sql, const std::vector<Typed>& args) {
  std::string out;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '$' && i + 1 < sql.size()) {
      out += args[static_cast<std::size_t>(sql[++i] - '1')].sql;
    } else {
      out += sql[i];
    }
  }
  return out;
}

Typed made_of(const std::vector<const Typed*>& parts, Type type, std::string sql,
              std::string name) {
  Typed whole;
  whole.sql = std::move(sql);
  whole.type = std::move(type);
  whole.name = std::move(name);
  whole.foldable = true;
  if (!parts.empty()) whole.at = parts[0]->at;
  for (const Typed* part : parts) {
    whole.foldable = whole.foldable && part->foldable;
    whole.aggregate = whole.aggregate || part->aggregate;
    whole.windowed = whole.windowed || part->windowed;
    whole.bare = whole.bare || part->bare;
    whole.random = whole.random || part->random;
    whole.subquery = whole.subquery || part->subquery;
  }
  return whole;
}

Typed made_of(const Typed& part, Type type, std::string sql, std::string name) {
  return made_of(std::vector<const Typed*>{&part}, std::move(type), std::move(sql),
                 std::move(name));
}

Typed made_of(const Typed& a, const Typed& b, Type type, std::string sql, std::string name) {
  return made_of(std::vector<const Typed*>{&a, &b}, std::move(type), std::move(sql),
                 std::move(name));
}

Typed constant(Position at, Type type, std::string sql, std::string name) {
  Typed value;
  value.sql = std::move(sql);
  value.type = std::move(type);
  value.name = std::move(name);
  value.at = at;
  value.foldable = true;
  value.literal = true;
  return value;
}

}  // namespace weir::dialect
