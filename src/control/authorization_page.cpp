#include "control/authorization_page.hpp"

#include "control/audit_type.hpp"
#include "control/routes.hpp"

// The page is written from what the server itself goes by, and a test holds the file to it.
namespace weir::control {
namespace {

std::string code(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string table_of_policies() {
  std::string text = "| policy | of | ";
  for (int i = static_cast<int>(Access::signed_in); i < accesses; ++i)
    text.append(name_of(static_cast<Access>(i))).append(" | ");
  text += "\n|---|---|";
  for (int i = static_cast<int>(Access::signed_in); i < accesses; ++i)
    text += "---|";
  text += "\n";
  for (const Grant& grant : grants()) {
    text += "| " + code(grant.policy) + " " + std::string(grant.label) + " | " +
            (grant.of_users ? "users" : "API keys") + " |";
    for (int i = static_cast<int>(Access::signed_in); i < accesses; ++i)
      text += permits(static_cast<Access>(i), grant.rights) ? " yes |" : " |";
    text += "\n";
  }
  return text;
}

std::string table_of_operations() {
  std::string text = "| operation | request | asks for | audit event |\n|---|---|---|---|\n";
  for (const Route& route : all_routes()) {
    const std::string event = audit_type(route);
    text += "| " + std::string(route.operation_id) + " | " +
            code(std::string(route.method) + " " + std::string(route.path)) + " | " +
            std::string(name_of(route.asks())) + " | " + (event.empty() ? "" : code(event)) +
            " |\n";
  }
  return text;
}

}  // namespace

std::string authorization_markdown() {
  return "# Who may call what\n\n"
         "Each operation of the control API asks for one right. A policy grants rights; an API key "
         "or a user has those of all its policies, and what none of them grants is denied "
         "(spec/access.md 2, spec/users.md 2). `weir authorization` prints this page from the "
         "table that the server goes by.\n\n"
         "## Policies\n\n" +
         table_of_policies() +
         "\n`everyone` and `sign in` ask for nothing. A key with `streaming-ingest-api:write` "
         "sends "
         "payloads, which is not an operation of the control API. Only those with the right "
         "`administer users` hand out `api-keys:administer`. No policy grants `operate the "
         "server`: "
         "that takes the token in the server's data directory (docs/operations.md).\n\n"
         "## Operations\n\n" +
         table_of_operations();
}

}  // namespace weir::control
