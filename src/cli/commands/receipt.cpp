#include <memory>

#include <boost/json.hpp>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {

void add_receipt_commands(Command app, const SessionPtr& session) {
  Command noun = add_noun(app, "receipt", "Receipts: what became of one payload");
  const auto id = std::make_shared<std::string>();
  add_verb(noun, "show", "Where the payload of a receipt is now", session,
           [id](Session& s, Api& api) -> Result<void> {
             WEIR_TRY(const boost::json::value result,
                      api.get("/api/v0/receipts/" + percent_encode(*id)));
             print_item(s, result);
             return {};
           })
      .option("RECEIPT", *id, "The request_id its 202 carried")
      .required();
}

}  // namespace weir::cli
