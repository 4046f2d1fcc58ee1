#pragma once

#include <string_view>

/// Steps of the schema (migrations.cpp): the audit log, users, and OAuth clients of API keys.
namespace weir::catalog {

inline constexpr std::string_view audit_events[] = {
    R"(CREATE TABLE audit_events (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         type TEXT NOT NULL,
         happened_at TEXT NOT NULL,
         recorded_at TEXT NOT NULL,
         object TEXT NOT NULL,
         object_name TEXT NOT NULL,
         origin_ip TEXT NOT NULL,
         principal_id TEXT NOT NULL,
         principal_name TEXT NOT NULL,
         principal_email TEXT NOT NULL,
         source TEXT NOT NULL))",
    R"(CREATE INDEX audit_events_by_tenant ON audit_events (tenant_no, no))",
    R"(CREATE INDEX audit_events_by_object ON audit_events (tenant_no, object, no))",
    R"(CREATE INDEX audit_events_by_age ON audit_events (recorded_at))",
};

inline constexpr std::string_view user_tables[] = {
    R"(CREATE TABLE users (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         name TEXT NOT NULL,
         name_key TEXT NOT NULL UNIQUE,
         email TEXT NOT NULL,
         policies TEXT NOT NULL,
         state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
         password_hash TEXT NOT NULL,
         created_at TEXT NOT NULL,
         last_signed_in_at TEXT))",
    R"(CREATE INDEX users_by_tenant ON users (tenant_no, no))",
    R"(CREATE TABLE user_sessions (
         no {numbered},
         token_hash TEXT NOT NULL UNIQUE,
         user_no BIGINT NOT NULL REFERENCES users (no),
         created_at TEXT NOT NULL,
         seen_at TEXT NOT NULL,
         expires_at TEXT NOT NULL))",
    R"(CREATE INDEX user_sessions_by_user ON user_sessions (user_no))",
    R"(CREATE TABLE user_codes (
         user_no BIGINT PRIMARY KEY REFERENCES users (no),
         code_hash TEXT NOT NULL UNIQUE,
         expires_at TEXT NOT NULL))",
    R"(CREATE TABLE key_clients (
         key_no BIGINT PRIMARY KEY REFERENCES api_keys (no),
         secret_hash TEXT NOT NULL,
         created_at TEXT NOT NULL))",
};

}  // namespace weir::catalog
