#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/demo/demo_random.hpp"
#include "cli/demo/workload.hpp"

/// The demo's XML: sales transactions of cafes, and invoices in the form of UBL 2.1. The shapes are
/// those that real systems send; the values are generated here.
namespace weir::cli::demo {

struct Sale {
  std::string id;
  std::string kind = "Create";  // later "Update"
  Time sold_at;
  int store = 0;
  struct Tender {
    std::string type;  // each type at most once a sale
    std::uint64_t cents = 0;
  };
  std::vector<Tender> tenders;
};
/// One sale with one to three tenders.
Sale make_sale(std::uint64_t n, Time at, DemoRandom& random);
/// The same sale a minute later: the first tender's amount has changed.
Sale correct(Sale sale, Time at);
/// Several sales in one payload.
Payload sales_payload(const std::vector<Sale>& sales);
/// The same with an error that every XML parser rejects; `kind` chooses the error.
Payload malformed_payload(const std::vector<Sale>& sales, std::uint64_t kind);

/// One invoice with one to five lines.
Payload make_invoice(std::uint64_t n, Time at, DemoRandom& random);

}  // namespace weir::cli::demo
