#include "pipeline/gateway/gateway_worker.hpp"

#include <algorithm>
#include <cstring>

#include "base/credentials.hpp"
#include "base/receipt.hpp"
#include "base/tenant_host.hpp"
#include "catalog/cross_origin.hpp"
#include "http/field_name.hpp"
#include "pipeline/gateway/headers.hpp"

namespace weir::gateway {
namespace {

using http::Field;

constexpr std::string_view reply_begin = R"({"status":202,"request_id":")";
constexpr std::string_view reply_end = R"("})";
constexpr std::size_t reply_bytes = reply_begin.size() + Receipt{}.size() + reply_end.size();

// Bounds on the appends before a commit is requested, if the loop is never idle or the disk slow.
constexpr std::uint64_t commit_payloads = 128;
constexpr std::size_t commit_bytes = 512 * limits::kib;

constexpr std::string_view allow = "Allow: POST, OPTIONS\r\n";

/// To a page that may send: how, and that it need not ask again for two hours.
constexpr std::string_view preflight =
    "Access-Control-Allow-Methods: POST\r\n"
    "Access-Control-Allow-Headers: Authorization, Content-Type, Content-Encoding, Idempotency-Key, "
    "X-Amperity-Tenant, Amperity-Tenant, Tenant\r\n"
    "Access-Control-Max-Age: 7200\r\n";

/// The page's that a browser sends for. Looked for only where a tenant allows any.
std::string_view origin_of(const http::RequestView& request) {
  for (std::size_t i = 0; i < request.field_count(); ++i)
    if (http::spells(request.field_name(i), "origin")) return request.field_value(i);
  return {};
}

/// The refusal of a payload that the log does not take now.
Error refusal_of(Errc code) {
  switch (code) {
    case Errc::commit_timeout:
      return {code,
              "It was not confirmed in time that the payload is safe. It may have been stored "
              "nevertheless: send it again with the Idempotency-Key it had, and it is kept once."};
    case Errc::overloaded:
      return {code,
              "More payloads are waiting to be made safe than may wait. Send this one again."};
    case Errc::disk_full:
      return {code,
              "There is no disk space left to keep payloads safe. Nothing was accepted; send "
              "this one again once the operator has made room."};
    case Errc::log_failed:
      return {code,
              "The disk failed to keep payloads safe, and none is accepted until the operator "
              "has looked and restarted the server. Send this one again later."};
    default:
      return {Errc::unavailable, "The payload could not be made durable. Send it again."};
  }
}

std::string_view headers_for(Errc code) {
  if (code == Errc::unauthorized) return "WWW-Authenticate: Bearer\r\n";
  if (code == Errc::method_not_allowed) return allow;
  if (code == Errc::unsupported_media)
    return "Accept: application/json, application/xml, text/xml\r\n"
           "Accept-Encoding: gzip, zstd\r\n";
  return {};
}

}  // namespace

AppendResults::~AppendResults() {
  std::unique_lock lock(mutex_);
  all_seen_.wait(lock, [this] { return seen_count_ == announced_; });
}

void AppendResults::on_appended(std::span<const log::AppendResult> results) noexcept {
  // Wake the loop under the lock: after the last result, this object and the loop may be destroyed.
  const std::lock_guard lock(mutex_);
  results_.insert(results_.end(), results.begin(), results.end());
  seen_count_ += results.size();
  loop_.wake();
  all_seen_.notify_all();
}

void AppendResults::collect(std::vector<log::AppendResult>& results) {
  const std::lock_guard lock(mutex_);
  results.swap(results_);
}

GatewayWorker::GatewayWorker(http::Loop& loop, const Dependencies& dependencies, Throttle& throttle,
                             KeyUses& key_uses, Refusals& refusals,
                             std::shared_ptr<WorkerCounters> counters)
    : loop_(loop),
      dependencies_(dependencies),
      throttle_(throttle),
      refusals_(refusals),
      counters_(std::move(counters)),
      snapshot_(dependencies.snapshots.current()),
      tokens_(counters_->token_cache_hits, counters_->token_cache_misses, key_uses),
      payloads_(dependencies.check_xml),
      append_results_(loop) {}

std::optional<std::uint64_t> GatewayWorker::admit(const http::RequestView& head,
                                                  http::Ticket ticket) {
  if (head.method() == "OPTIONS") return 0;
  const auto admitted = check_head(head);
  if (!admitted) {
    if (const auto* stream = find_stream(head); stream != nullptr && stream->cross_origin)
      note_origin(head, *stream->cross_origin);
    refuse(ticket, admitted.error());
    return std::nullopt;
  }
  if (is_refused_now(*admitted->stream, ticket, false)) return std::nullopt;
  return admitted->stream->payload_bytes_max;
}

void GatewayWorker::handle(const http::RequestView& request, http::Ticket ticket) {
  if (request.method() == "OPTIONS") return reply_options(request, ticket);
  const auto admitted = check_head(request);
  if (!admitted) {
    if (const auto* stream = find_stream(request); stream != nullptr && stream->cross_origin)
      note_origin(request, *stream->cross_origin);
    return refuse(ticket, admitted.error());
  }
  if (is_refused_now(*admitted->stream, ticket, true)) return;
  const auto payload = payloads_.stored_form(*admitted->stream, admitted->form, request.body());
  if (!payload) return refuse(ticket, *admitted->stream, payload.error());
  if (const auto appended = append(*admitted, *payload, ticket); !appended)
    return refuse(ticket, *admitted->stream, appended.error());
  counters_->payload_bytes.add(request.body().size());
}

/// The server refuses by itself, as for a body that is too large.
std::string GatewayWorker::refusal_headers(const http::RequestView& head) {
  if (const auto admitted = check_head(head)) refusals_.note(admitted->stream->no);
  const auto* stream = find_stream(head);
  if (stream == nullptr || !stream->cross_origin) return {};
  return std::string(stream->cross_origin->headers_for(origin_of(head)));
}

Result<GatewayWorker::Admitted> GatewayWorker::check_head(const http::RequestView& request) {
  refresh_snapshot();
  now_ = dependencies_.clock.now();
  if (!origin_headers_.empty()) origin_headers_.clear();
  if (request.method() != "POST")
    return fail(Errc::method_not_allowed, "Payloads are sent with POST.");
  WEIR_CHECK(check_host(request));
  WEIR_TRY(const catalog::KeyView* key, check_token(request));
  WEIR_CHECK(check_tenant(request, *key));
  if (!catalog::allows(key->policies, catalog::Policy::streaming_ingest_write))
    return fail(Errc::forbidden, "API key " + key->id +
                                     " may not write to streams. Give it the policy "
                                     "\"streaming-ingest-api:write\".");
  stream_id_ = request.path().substr(path_prefix.size());
  const auto found = snapshot_->streams.find(stream_id_);
  if (found == snapshot_->streams.end() || found->second.tenant_no != key->tenant_no)
    return fail(Errc::not_found, "Tenant " + key->tenant + " has no stream " +
                                     gateway::quoted(stream_id_) +
                                     ". Check the id, or create the stream.");
  auto admitted = check_for_stream(request, found->second);
  if (!admitted) refusals_.note(found->second.no);
  return admitted;
}

/// What the stream takes, of somebody who may send to it.
Result<GatewayWorker::Admitted> GatewayWorker::check_for_stream(const http::RequestView& request,
                                                                const catalog::StreamView& stream) {
  if (request.conflicting(Field::content_type) || request.conflicting(Field::idempotency_key))
    return fail(Errc::bad_request,
                "Content-Type or Idempotency-Key was sent twice with different values. Send one.");
  WEIR_TRY(const ContentType content, content_type_of(request.value(Field::content_type)));
  WEIR_TRY(const Coding coding, coding_of(request.value(Field::content_encoding)));
  if (request.conflicting(Field::content_encoding))
    return fail(Errc::unsupported_media, "Content-Encoding was sent twice. Compress a body once.");
  if (!request.announces_body())
    return fail(Errc::length_required, "Send Content-Length, or the body in chunks.");
  const std::string_view idempotency_key = request.value(Field::idempotency_key);
  if (idempotency_key.size() > limits::idempotency_key_bytes_max ||
      (idempotency_key.empty() && request.has(Field::idempotency_key)))
    return fail(Errc::bad_request, "Idempotency-Key must have 1 to 255 bytes.");
  WEIR_CHECK(check_type(stream, content.type, dependencies_.bindings));
  if (stream.cross_origin) note_origin(request, *stream.cross_origin);
  return Admitted{&stream, {content.type, content.charset, coding}, idempotency_key};
}

Result<const catalog::KeyView*> GatewayWorker::check_token(const http::RequestView& request) {
  if (request.conflicting(Field::authorization))
    return fail(Errc::bad_request, "Authorization was sent twice with different values. Send one.");
  const std::string_view token = bearer_token(request.value(Field::authorization));
  if (token.empty())
    return fail(Errc::unauthorized,
                "Send an access token of this tenant as \"Authorization: Bearer <token>\".");
  return tokens_.key_of(token, *snapshot_, now_);
}

Result<void> GatewayWorker::check_host(const http::RequestView& request) {
  const std::string& domain = dependencies_.limits.domain;
  if (domain.empty()) return {};
  host_names_tenant_ = reads_tenant_host(request.value(Field::host), domain, host_tenant_);
  if (!host_names_tenant_ || snapshot_->tenants.contains(host_tenant_)) return {};
  return fail(Errc::not_found, "No tenant has the host " +
                                   gateway::quoted(request.value(Field::host)) +
                                   ". Send to TENANT." + domain + ".");
}

Result<void> GatewayWorker::check_tenant(const http::RequestView& request,
                                         const catalog::KeyView& key) {
  std::string_view tenant = request.value(Field::tenant);
  if (request.conflicting(Field::tenant))
    return fail(Errc::bad_request, "The tenant was sent twice with different values. Send one.");
  if (host_names_tenant_ && tenant != host_tenant_) {
    if (!tenant.empty())
      return fail(Errc::forbidden, "The host is that of tenant " + gateway::quoted(host_tenant_) +
                                       ", and the header names " + gateway::quoted(tenant) +
                                       ". Send the same tenant in both, or no header.");
    tenant = host_tenant_;
  }
  if (tenant.empty())
    return fail(Errc::bad_request, "Send the tenant's name as \"X-Amperity-Tenant\".");
  if (tenant != key.tenant)
    return fail(Errc::forbidden, "The access token is not of tenant " + gateway::quoted(tenant) +
                                     ". Send the tenant and the token that belong together.");
  return {};
}

Result<void> GatewayWorker::append(const Admitted& admitted, std::string_view payload,
                                   http::Ticket ticket) {
  const StreamNo stream = admitted.stream->no;
  bool held = false;
  if (!admitted.stream->payload_type) {
    const auto claim = dependencies_.bindings.claim(stream, admitted.form.type);
    if (claim == StreamBindings::Claim::other)
      return wrong_type(*admitted.stream, admitted.form.type);
    held = claim == StreamBindings::Claim::held;
  }
  append_results_.announce();
  const auto taken =
      dependencies_.log.append({stream, admitted.form.type, admitted.idempotency_key, payload},
                               append_results_, ticket.value);
  if (taken) {
    counters_->in_flight.add();
    in_flight_.add(ticket.value, uptime_, now_);
    gathered_bytes_ += payload.size();
    const std::uint64_t gathered =
        append_results_.announced() - std::max(commits_requested_, results_seen_);
    if (gathered >= commit_payloads || gathered_bytes_ >= commit_bytes) commit_soon();
    if (held) claims_.emplace(ticket.value, stream);
    if (!origin_headers_.empty())
      waiting_origin_headers_.emplace(ticket.value, std::move(origin_headers_));
    return {};
  }
  append_results_.take_back();
  if (held) dependencies_.bindings.release(stream);
  return fail(refusal_of(taken.error().code));
}

void GatewayWorker::on_wake() {
  append_results_.collect(results_);
  if (results_.empty()) return;
  results_seen_ += results_.size();
  const Time now = dependencies_.clock.now();
  for (const log::AppendResult& result : results_) {
    counters_->in_flight.subtract();
    const auto [was_given_up, handed_over] = in_flight_.resolve(result.cookie);
    const std::chrono::duration<double> waited = now - handed_over;
    if (!result.error) counters_->accepted_seconds.record(waited.count());
    if (!claims_.empty()) resolve_claim(result);
    if (was_given_up) continue;  // it was answered with 504
    recall_origin(result.cookie);
    if (result.error)
      refuse({result.cookie}, refusal_of(*result.error));
    else
      accept(result);
  }
  results_.clear();
}

/// A commit costs the same for one as for many, so it waits while there are requests to read. It
/// also waits for the commit in flight: clients answered after that one soon send again.
void GatewayWorker::on_idle() {
  const bool under_way = results_seen_ < commits_requested_;
  if (append_results_.announced() > results_seen_ && !under_way) commit_soon();
}

void GatewayWorker::commit_soon() {
  commits_requested_ = append_results_.announced();
  gathered_bytes_ = 0;
  dependencies_.log.commit_soon();
}

void GatewayWorker::on_tick(std::chrono::milliseconds elapsed) {
  uptime_ += elapsed;
  on_wake();  // a result that has arrived is not a timeout
  in_flight_.give_up_since(uptime_ - dependencies_.limits.commit_timeout,
                           [this](std::uint64_t cookie) {
                             recall_origin(cookie);
                             refuse({cookie}, refusal_of(Errc::commit_timeout));
                           });
}

/// Refusals that may not recur if the same request is sent again soon.
bool GatewayWorker::is_refused_now(const catalog::StreamView& stream, http::Ticket ticket,
                                   bool takes_token) {
  if (in_flight_.is_stalled()) {
    refuse(ticket, {Errc::overloaded,
                    "The disk does not answer, and payloads are waiting for it longer than they "
                    "may. Nothing was accepted; send this one again later."});
    return true;
  }
  const auto refusal = takes_token ? throttle_.take(stream, dependencies_.clock)
                                   : throttle_.peek(stream, dependencies_.clock);
  if (refusal) refuse(ticket, stream, *refusal);
  return refusal.has_value();
}

void GatewayWorker::resolve_claim(const log::AppendResult& result) {
  const auto claim = claims_.extract(result.cookie);
  if (claim.empty()) return;
  if (result.error)
    dependencies_.bindings.release(claim.mapped());
  else
    dependencies_.bindings.confirm(claim.mapped());
}

void GatewayWorker::accept(const log::AppendResult& result) {
  std::array<char, reply_bytes> body;
  const Receipt receipt = encode_receipt(result.address);
  char* at = body.data();
  at = std::copy(reply_begin.begin(), reply_begin.end(), at);
  at = std::copy(receipt.begin(), receipt.end(), at);
  std::copy(reply_end.begin(), reply_end.end(), at);
  counters_->replies.add(202);
  Throttle::HeaderBuffer buffer;
  const std::string_view headers =
      throttle_.headers(result.address.stream, dependencies_.clock, buffer);
  const auto reply = [&](std::string_view lines) {
    loop_.reply({result.cookie}, {202, "application/json", lines, {body.data(), body.size()}});
  };
  if (origin_headers_.empty()) return reply(headers);
  reply(origin_headers_ + std::string(headers));
}

void GatewayWorker::refuse(http::Ticket ticket, const Error& error) {
  counters_->replies.add(outcome_of(error.code).http_status);
  if (origin_headers_.empty()) return loop_.reply(ticket, error, headers_for(error.code));
  loop_.reply(ticket, error, origin_headers_ + std::string(headers_for(error.code)));
}

void GatewayWorker::refuse(http::Ticket ticket, const catalog::StreamView& stream,
                           const Error& error) {
  refusals_.note(stream.no);
  refuse(ticket, error);
}

void GatewayWorker::refuse(http::Ticket ticket, const catalog::StreamView& stream,
                           const Throttle::Refusal& refusal) {
  refusals_.note(stream.no);
  const std::string retry_after = std::to_string(refusal.retry_after.count());
  Throttle::HeaderBuffer buffer;
  std::string headers = "Retry-After: " + retry_after + "\r\n";
  headers += throttle_.headers(stream.no, dependencies_.clock, buffer);
  headers += origin_headers_;
  const std::string who = refusal.by_tenant ? "Tenant " + stream.tenant : "Stream " + stream.id;
  counters_->replies.add(outcome_of(Errc::throttled).http_status);
  loop_.reply(ticket,
              Error{Errc::throttled, who + " takes " + std::to_string(refusal.limit.rate) +
                                         " requests a second, and this is more. Send it again in " +
                                         retry_after + " s."},
              headers);
}

/// A browser asks so before it sends what a page wants to (a preflight of the Fetch standard),
/// without a token. A stream that does not exist is answered as one whose tenant allows no page.
void GatewayWorker::reply_options(const http::RequestView& request, http::Ticket ticket) {
  counters_->replies.add(204);
  const auto* stream = find_stream(request);
  if (stream == nullptr || !stream->cross_origin) return loop_.reply(ticket, {204, {}, allow, {}});
  const std::string_view origin = origin_of(request);
  std::string headers(allow);
  headers += stream->cross_origin->headers_for(origin);
  if (stream->cross_origin->allows(origin)) headers += preflight;
  loop_.reply(ticket, {204, {}, headers, {}});
}

void GatewayWorker::refresh_snapshot() {
  if (dependencies_.snapshots.version() != snapshot_->version)
    snapshot_ = dependencies_.snapshots.current();
}

const catalog::StreamView* GatewayWorker::find_stream(const http::RequestView& request) {
  refresh_snapshot();
  stream_id_ = request.path().substr(path_prefix.size());
  const auto found = snapshot_->streams.find(stream_id_);
  return found == snapshot_->streams.end() ? nullptr : &found->second;
}

void GatewayWorker::note_origin(const http::RequestView& request,
                                const catalog::CrossOrigin& allowed) {
  origin_headers_ = allowed.headers_for(origin_of(request));
}

/// What is answered now came with the request of that cookie.
void GatewayWorker::recall_origin(std::uint64_t cookie) {
  origin_headers_.clear();
  if (waiting_origin_headers_.empty()) return;
  if (auto waiting = waiting_origin_headers_.extract(cookie))
    origin_headers_ = std::move(waiting.mapped());
}

}  // namespace weir::gateway
