#pragma once

#include <string_view>

/// Steps of the schema (migrations.cpp): several tenants, and users who belong to more than one.
namespace weir::catalog {

inline constexpr std::string_view several_tenants[] = {
    "ALTER TABLE tenants ADD COLUMN disabled_at TEXT",
    "ALTER TABLE tenants ADD COLUMN sandbox_of BIGINT REFERENCES tenants (no)",
    R"(CREATE TABLE memberships (
         user_no BIGINT NOT NULL REFERENCES users (no),
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         policies TEXT NOT NULL,
         PRIMARY KEY (user_no, tenant_no)))",
    "CREATE INDEX memberships_by_tenant ON memberships (tenant_no, user_no)",
    R"(INSERT INTO memberships (user_no, tenant_no, policies)
         SELECT no, tenant_no, policies FROM users)",
    "ALTER TABLE users DROP COLUMN policies",
};

/// Who signs in with a provider is known by the subject there, which never changes.
inline constexpr std::string_view user_identities[] = {
    R"(CREATE TABLE user_identities (
         issuer TEXT NOT NULL,
         subject TEXT NOT NULL,
         user_no BIGINT NOT NULL REFERENCES users (no),
         PRIMARY KEY (issuer, subject)))",
    "CREATE INDEX user_identities_by_user ON user_identities (user_no)",
};

}  // namespace weir::catalog
