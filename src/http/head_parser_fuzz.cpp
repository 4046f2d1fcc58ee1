// Whatever bytes come, in whatever pieces: what we take for a head Beast does too, and it says the
// same; what we refuse Beast refuses too, but for the one case where we are stricter.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "http/head_parser.hpp"
#include "http/test_head_oracle.hpp"

namespace {

using weir::http::HeadParser;
using weir::http::RequestHead;
using weir::http::oracle::Verdict;

struct Outcome {
  Verdict verdict = Verdict::more;
  std::string says;  // the head, or the refusal
  bool operator==(const Outcome&) const = default;
};

/// One call with what is here. In memory of its own, so that ASan sees a byte read too many.
Outcome step(HeadParser& parser, std::string_view here, RequestHead& head) {
  const auto bytes = std::make_unique<char[]>(here.size());
  here.copy(bytes.get(), here.size());
  const auto whole = parser.parse({bytes.get(), here.size()}, head);
  if (!whole) return {Verdict::refused, whole.error().message};
  if (!*whole) return {};
  return {Verdict::whole, weir::http::oracle::all_of(head)};
}

/// Pieces of the sizes in `sizes`, over and over; none: all at once.
Outcome parse(std::string_view bytes, std::string_view sizes) {
  HeadParser parser;
  RequestHead head;
  if (sizes.empty()) return step(parser, bytes, head);
  std::size_t here = 0;
  for (std::size_t piece = 0; here < bytes.size(); ++piece) {
    here += std::size_t{1} + static_cast<unsigned char>(sizes[piece % sizes.size()]);
    auto outcome = step(parser, bytes.substr(0, here), head);
    if (outcome.verdict != Verdict::more) return outcome;
  }
  return {};
}

void require(bool holds, const char* what, const Outcome& ours) {
  if (holds) return;
  std::fprintf(stderr, "%s\nours: %s\n", what, ours.says.c_str());
  std::abort();
}

/// Ours judges a line as soon as it is here, Beast a whole head: it gets one to judge.
void require_refused_by_beast(std::string_view bytes, const Outcome& ours) {
  RequestHead head;
  Verdict beast = weir::http::oracle::parse(bytes, head);
  std::string ended(bytes);
  if (beast == Verdict::more) beast = weir::http::oracle::parse(ended += "\r\n\r\n", head);
  require(beast != Verdict::whole || weir::http::oracle::has_wrong_host(ended, head),
          "Beast takes what we refuse, and it is not for its Host", ours);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t size_bytes = 4;  // as in http_parser_fuzz.cpp, which has the same corpus
  if (size < size_bytes) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view bytes = input.substr(size_bytes);
  const Outcome ours = parse(bytes, {});
  require(parse(bytes, input.substr(0, size_bytes)) == ours, "in pieces it is another head", ours);
  if (ours.verdict == Verdict::refused) {
    require_refused_by_beast(bytes, ours);
    return 0;
  }
  RequestHead head;
  const Verdict beast = weir::http::oracle::parse(bytes, head);
  require(beast == ours.verdict, "Beast refuses what we take, or sees its end elsewhere", ours);
  if (beast == Verdict::whole) {
    const std::string theirs = weir::http::oracle::all_of(head);
    require(theirs == ours.says, ("Beast reads another head: " + theirs).c_str(), ours);
    require(!weir::http::oracle::has_wrong_host(bytes, head), "we take a wrong Host", ours);
  }
  return 0;
}
