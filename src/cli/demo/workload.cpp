#include "cli/demo/workload.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "cli/demo/github_events.hpp"
#include "cli/demo/xml_documents.hpp"

namespace weir::cli::demo {
namespace {

namespace json = boost::json;

constexpr std::uint64_t one_repeat_in = 25;
constexpr std::size_t one_bad_line_in = 330;  // well below the feeds' error threshold of 1 %
constexpr std::size_t malformed_sales = 3;

/// Adds each stream's share; a repeat or an update is one of it.
class Builder {
 public:
  Builder(const GitHubEvents& events, const WorkloadSettings& settings)
      : events_(events), random_(settings.seed), start_(settings.start) {}

  void add_github(std::size_t events, std::size_t lines) {
    std::vector<Payload> made_events;
    std::vector<Payload> made_lines;
    for (std::uint64_t n = 1; made_events.size() < events || made_lines.size() < lines; ++n) {
      auto [event, line] = events_.make(n, at(n), random_);
      add(made_events, events, std::move(event), [&](const Payload& earlier) {
        return random_.once_in(2) ? earlier : GitHubEvents::update(earlier, at(n) + later);
      });
      add(made_lines, lines, std::move(line),
          [&](const Payload& earlier) { return GitHubEvents::redelivery(earlier, at(n) + later); });
    }
    for (std::size_t i = one_bad_line_in; i <= made_lines.size(); i += one_bad_line_in)
      spoil(made_lines, i - 1);
    keep(std::move(made_events));
    keep(std::move(made_lines));
  }

  void add_sales(std::size_t share) {
    std::vector<Payload> made;
    std::vector<Sale> last;
    for (std::uint64_t n = 1; made.size() < share; n += 3) {
      if (!last.empty() && random_.once_in(one_repeat_in)) {
        made.push_back(sales_payload({correct(last.front(), at(n) + later)}));
        made.back().late = true;
        last.clear();  // corrected once at most
        continue;
      }
      last.clear();
      const std::uint64_t together = 1 + random_.below(3);
      for (std::uint64_t i = 0; i < together; ++i)
        last.push_back(make_sale(n + i, at(n), random_));
      const bool malformed = share > malformed_sales && made.size() < malformed_sales;
      made.push_back(malformed ? malformed_payload(last, made.size()) : sales_payload(last));
      if (malformed) last.clear();  // what never arrived is not corrected
    }
    keep(std::move(made));
  }

  void add_invoices(std::size_t share) {
    std::vector<Payload> made;
    for (std::uint64_t n = 1; made.size() < share; ++n)
      add(made, share, make_invoice(n, at(n), random_),
          [](const Payload& earlier) { return earlier; });
    keep(std::move(made));
  }

  /// All streams at once, as in life.
  Workload mixed() {
    for (std::size_t i = all_.size(); i > 1; --i)
      std::swap(all_[i - 1], all_[random_.below(i)]);
    return {std::move(all_)};
  }

 private:
  static constexpr std::chrono::minutes later{90};

  Time at(std::uint64_t n) const { return start_ + std::chrono::seconds(n % 3600); }

  /// The payload, and now and then one that says something about it once more.
  template <class Again>
  void add(std::vector<Payload>& made, std::size_t share, Payload payload, Again again) {
    if (made.size() >= share) return;
    made.push_back(std::move(payload));
    if (made.size() < share && random_.once_in(one_repeat_in)) made.push_back(again(made.back()));
  }

  /// A line of the log whose row is an error: a number that is none, or a required field missing.
  static void spoil(std::vector<Payload>& lines, std::size_t at) {
    Payload& payload = lines[at];
    json::object line = json::parse(payload.body).as_object();
    line["delivery_id"] =
        "spoilt-" + std::to_string(at);  // its row must not be an update of another
    if (at % 2 == 0) {
      line["bytes"] = "about 9 KB";
    } else {
      line.erase("event");
    }
    payload.body = json::serialize(line);
    payload.rows.clear();
    payload.bad_rows = 1;
  }

  void keep(std::vector<Payload> made) {
    all_.insert(all_.end(), std::make_move_iterator(made.begin()),
                std::make_move_iterator(made.end()));
  }

  const GitHubEvents& events_;
  DemoRandom random_;
  Time start_;
  std::vector<Payload> all_;
};

}  // namespace

Result<Workload> make_workload(std::string_view events_json, const WorkloadSettings& settings) {
  WEIR_TRY(const GitHubEvents events, GitHubEvents::parse(events_json));
  const std::size_t fifth = settings.count / 5;
  const std::size_t invoices = settings.count / 12;
  const std::size_t sales = settings.count - 4 * fifth - invoices;
  Builder builder(events, settings);
  try {
    builder.add_github(2 * fifth, 2 * fifth);
  } catch (const std::exception& error) {  // Boost.JSON: a member is not what it is in the package
    return fail(Errc::bad_request,
                std::string("the events are not shaped like @octokit/webhooks-examples 7.6.1: ") +
                    error.what());
  }
  builder.add_sales(sales);
  builder.add_invoices(invoices);
  return builder.mixed();
}

}  // namespace weir::cli::demo
