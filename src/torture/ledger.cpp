#include "torture/ledger.hpp"

#include <charconv>

namespace weir::torture {
namespace {

constexpr std::string_view json_head = R"({"id":)";
constexpr std::string_view xml_head = "<record><id>";

}  // namespace

std::uint64_t Ledger::add(StreamNo stream, PayloadType type, PayloadForm form,
                          std::uint64_t padding_bytes, std::string key) {
  const std::uint64_t id = sent_.size();
  const std::string padding(padding_bytes, static_cast<char>('a' + id % 26));
  std::string body;
  if (type == PayloadType::json) {
    body.append(json_head).append(std::to_string(id));
    body.append(R"(,"padding":")").append(padding).append(R"("})");
  } else {
    body.append(xml_head).append(std::to_string(id)).append("</id><padding>").append(padding);
    body.append(form == PayloadForm::sound ? "</padding></record>" : "</padding>");
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
  again.outcome = Sent::Outcome::refused;
  again.address.reset();
  sent_.push_back(std::move(again));
  return sent_.size() - 1;
}

void Ledger::answer_early(std::uint64_t id) {
  sent_.at(id).outcome = Sent::Outcome::accepted;
  ++accepted_;
}

void Ledger::on_appended(std::span<const log::AppendResult> results) noexcept {
  for (const log::AppendResult& outcome : results) {
    Sent& sent = sent_[outcome.cookie];
    if (outcome.error) continue;
    sent.outcome = Sent::Outcome::accepted;
    sent.address = outcome.address;
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
