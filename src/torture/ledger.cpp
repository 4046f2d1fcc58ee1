#include "torture/ledger.hpp"

#include <charconv>

namespace weir::torture {
namespace {

constexpr std::string_view json_head = R"({"id":)";
constexpr std::string_view xml_head = "<record><id>";

}  // namespace

std::uint64_t Ledger::add(StreamNo stream, PayloadType type, Shape shape,
                          std::uint64_t padding_bytes, std::string key) {
  const std::uint64_t id = sent_.size();
  const std::string padding(padding_bytes, static_cast<char>('a' + id % 26));
  std::string body;
  if (type == PayloadType::json) {
    body.append(json_head).append(std::to_string(id));
    body.append(R"(,"padding":")").append(padding).append(R"("})");
  } else {
    body.append(xml_head).append(std::to_string(id)).append("</id><padding>").append(padding);
    body.append(shape == Shape::sound ? "</padding></record>" : "</padding>");
  }
  sent_.push_back({.stream = stream,
                   .type = type,
                   .body = std::move(body),
                   .key = std::move(key),
                   .body_id = id});
  return id;
}

std::uint64_t Ledger::repeat(std::uint64_t id) {
  Sent again = at(id);
  again.fate = Sent::Fate::refused;
  again.address.reset();
  sent_.push_back(std::move(again));
  return sent_.size() - 1;
}

void Ledger::answer_early(std::uint64_t id) {
  sent_.at(id).fate = Sent::Fate::accepted;
  ++accepted_;
}

void Ledger::on_appended(std::span<const log::Appended> fates) noexcept {
  for (const log::Appended& fate : fates) {
    Sent& sent = sent_[fate.cookie];
    if (fate.error) continue;
    sent.fate = Sent::Fate::accepted;
    sent.address = fate.address;
    ++accepted_;
  }
}

std::optional<std::uint64_t> id_in(std::string_view body) {
  for (const std::string_view head : {json_head, xml_head}) {
    if (!body.starts_with(head)) continue;
    std::uint64_t id = 0;
    const char* end = body.data() + body.size();
    const auto [stop, error] = std::from_chars(body.data() + head.size(), end, id);
    if (error == std::errc()) return id;
  }
  return std::nullopt;
}

}  // namespace weir::torture
