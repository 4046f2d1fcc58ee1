#include "cli/demo/xml_documents.hpp"

#include <algorithm>
#include <array>

#include "cli/demo/moments.hpp"

namespace weir::cli::demo {
namespace {

constexpr std::array<const char*, 4> tender_types{"Cash", "Credit Card", "Gift Card", "Mobile"};
constexpr std::array<const char*, 4> channels{"Cafe", "Drive-in", "Kiosk", "Web"};
constexpr std::array<const char*, 4> suppliers{"Nordlicht Papier GmbH", "Müller & Söhne KG",
                                               "Ateliers Lefèvre SARL", "Kosmos Büromöbel AG"};
constexpr std::array<const char*, 3> customers{"Café Zürich", "Stadtbibliothek Köln",
                                               "Åberg Design AB"};
constexpr std::array<const char*, 6> items{"Recycled paper A4, 500 sheets",
                                           "Bürostuhl \"Ergo\"",
                                           "Café crème, 1 kg",
                                           "Desk lamp <40 W>",
                                           "Stapler & staples",
                                           "日本茶 (green tea)"};
constexpr std::array<const char*, 3> units{"EA", "KGM", "BX"};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string element(const std::string& name, std::string_view text) {
  return "<" + name + ">" + escaped(text) + "</" + name + ">";
}

std::string money(std::uint64_t cents) {
  const std::string part = std::to_string(cents % 100);
  return std::to_string(cents / 100) + "." + (part.size() == 1 ? "0" : "") + part;
}

std::string amount(const std::string& name, std::uint64_t cents) {
  return "<" + name + " currencyID=\"EUR\">" + money(cents) + "</" + name + ">";
}

std::string to_xml(const Sale& sale) {
  std::uint64_t total = 0;
  std::string tenders;
  for (const Sale::Tender& tender : sale.tenders) {
    total += tender.cents;
    tenders += "<tender>" + element("type", tender.type) + element("amount", money(tender.cents)) +
               "</tender>";
  }
  return "  <salesTransaction>\n    " + element("salesTransactionId", sale.id) +
         element("type", sale.kind) + "<sourceSalesTransactionId/>" +
         element("dateTime", moment(sale.sold_at)) + "<merchantId/>" + "\n    <salesOrder>" +
         element("storeNumber", std::to_string(sale.store)) + element("currencyCode", "EUR") +
         element("channelType", channels[static_cast<std::size_t>(sale.store) % channels.size()]) +
         "<discounts/><lineItems/>\n      <tenders>" + tenders +
         "</tenders>\n      <orderSummary>" + element("totalAmount", money(total)) +
         "<taxes/></orderSummary>\n    </salesOrder>\n" + "  </salesTransaction>\n";
}

}  // namespace

Sale make_sale(std::uint64_t n, Time at, DemoRandom& random) {
  Sale sale;
  sale.id = "ST-" + std::to_string(1'000'000 + n);
  sale.sold_at = at;
  sale.store = 100 + static_cast<int>(random.below(24));
  const std::size_t first = random.below(tender_types.size());
  const std::size_t count = 1 + random.below(3);
  for (std::size_t i = 0; i < count; ++i)
    sale.tenders.push_back(
        {tender_types[(first + i) % tender_types.size()], 150 + random.below(12'000)});
  return sale;
}

Sale correct(Sale sale, Time at) {
  sale.kind = "Update";
  sale.sold_at = at;
  sale.tenders.front().cents += 50;
  return sale;
}

Payload sales_payload(const std::vector<Sale>& sales) {
  Payload payload{Stream::sales,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<salesTransactions>\n",
                  false,
                  0,
                  {}};
  for (const Sale& sale : sales) {
    payload.body += to_xml(sale);
    for (const Sale::Tender& tender : sale.tenders)
      payload.rows.push_back({Table::tenders, sale.id + "|" + tender.type, sale.kind,
                              sale.kind == "Create" ? std::uint64_t{1} : std::uint64_t{2}});
  }
  payload.body += "</salesTransactions>\n";
  return payload;
}

Payload malformed_payload(const std::vector<Sale>& sales, std::uint64_t kind) {
  Payload payload = sales_payload(sales);
  payload.malformed = true;
  payload.rows.clear();
  switch (kind % 3) {
    case 0:  // cut off in transit
      payload.body.resize(payload.body.size() / 2);
      break;
    case 1:  // an end tag that is not its start tag's
      payload.body.replace(payload.body.find("</storeNumber>"), 14, "</store>");
      break;
    default:  // an ampersand nobody escaped
      payload.body.replace(payload.body.find("EUR"), 3, "A & B");
      break;
  }
  return payload;
}

Payload make_invoice(std::uint64_t n, Time at, DemoRandom& random) {
  const std::string id = "INV-" + std::to_string(20'000 + n);
  Payload payload{Stream::invoices, {}, false, 0, {}};
  std::string lines;
  std::uint64_t total = 0;
  const std::uint64_t count = 1 + random.below(5);
  for (std::uint64_t i = 1; i <= count; ++i) {
    const std::string item = random.one_of(items);
    const std::uint64_t quantity = 1 + random.below(20);
    const std::uint64_t cents = quantity * (199 + random.below(20'000));
    total += cents;
    lines += "  <cac:InvoiceLine>\n    " + element("cbc:ID", std::to_string(i)) +
             "<cbc:InvoicedQuantity unitCode=\"" + random.one_of(units) + "\">" +
             std::to_string(quantity) + "</cbc:InvoicedQuantity>" +
             amount("cbc:LineExtensionAmount", cents) + "\n    <cac:Item>" +
             element("cbc:Name", item) + "</cac:Item>\n  </cac:InvoiceLine>\n";
    payload.rows.push_back({Table::invoice_lines, id + "|" + std::to_string(i), item, 1});
  }
  const auto party = [](const std::string& role, std::string_view name) {
    return "  <cac:" + role + "><cac:Party><cac:PartyName>" + element("cbc:Name", name) +
           "</cac:PartyName></cac:Party></cac:" + role + ">\n";
  };
  payload.body =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\"\n"
      " xmlns:cac=\"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2\"\n"
      " xmlns:cbc=\"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\">\n  " +
      element("cbc:ID", id) + element("cbc:IssueDate", to_string(day_of(at))) +
      element("cbc:InvoiceTypeCode", "380") + element("cbc:DocumentCurrencyCode", "EUR") + "\n" +
      party("AccountingSupplierParty", random.one_of(suppliers)) +
      party("AccountingCustomerParty", random.one_of(customers)) + "  <cac:LegalMonetaryTotal>" +
      amount("cbc:PayableAmount", total) + "</cac:LegalMonetaryTotal>\n" + lines + "</Invoice>\n";
  return payload;
}

}  // namespace weir::cli::demo
