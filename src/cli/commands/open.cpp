#include <memory>
#include <ostream>
#include <string>

#include "cli/commands/nouns.hpp"
#include "cli/commands/output.hpp"

namespace weir::cli {

void add_open_command(Command app, const SessionPtr& session) {
  auto id = std::make_shared<std::string>();
  Command verb = add_verb(app, "open", "Print the web UI's address of anything that has an id",
                          session, [id](Session& s, Api&) -> Result<void> {
                            const std::string page = s.url + "/ui/go/" + *id;
                            if (s.json)
                              print_item(s, {{"address", page}});
                            else
                              s.terminal.out << page << "\n";
                            return {};
                          });
  verb.option("ID", *id, "Of a stream, courier, feed, query, group, run or key, or a receipt")
      .required();
}

}  // namespace weir::cli
