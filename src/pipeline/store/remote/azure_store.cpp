// As S3's (docs/decisions/0023-remote-stores.md), with the service's own words: 409 says that a
// name is taken. The blocks of all writers of one name lie together, so their ids begin with the
// writer's token.
#include "pipeline/store/remote/azure_store.hpp"

#include <algorithm>
#include <cstdio>

#include "base/base64.hpp"
#include "pipeline/store/remote/spooled_writer.hpp"
#include "pipeline/store/remote/xml_element.hpp"

namespace weir::store {
namespace {

constexpr std::uint64_t blocks_max = 50'000;
constexpr const char* token_header = "x-ms-meta-weirput";
constexpr std::uint64_t whole_bytes_max = std::uint64_t{1} << 30;
constexpr std::string_view streams_folder = "ingest/stream/";
constexpr std::string_view quarantine = "quarantine/";
/// Whose container has what is no tenant's: the object by which a start tries the store.
constexpr const char* nobody = "trial";

/// The names of a page of a list, of which `prefix` is taken off.
Result<void> each_of_page(const XmlElement& page, const char* list, const std::string& prefix,
                          const ObjectStore::EachName& each) {
  for (const XmlElement* found : page.all(list))
    for (const XmlElement& one : found->children) {
      std::string name = one.child("Name");
      if (name.ends_with("/")) name.pop_back();
      if (name.size() > prefix.size() && name.starts_with(prefix))
        WEIR_CHECK(each(name.substr(prefix.size())));
    }
  return {};
}

}  // namespace

Result<std::unique_ptr<AzureBlobStore>> AzureBlobStore::open(AzureSettings settings,
                                                             Services services) {
  if (!settings.prefix.empty()) WEIR_CHECK(check_key(settings.prefix));
  std::unique_ptr<AzureBlobStore> store(
      new AzureBlobStore(std::move(settings), std::move(services)));
  const Services& with = store->services_;
  if (!with.spool_folder.empty()) {
    WEIR_TRY(store->spools_, SpoolFolder::open(with.disk, with.spool_folder));
  }
  WEIR_TRY(store->client_, AzureClient::open(store->settings_.account, store->settings_.bounds,
                                             store->settings_.retries, {with.clock, with.random}));
  return store;
}

AzureBlobStore::Place AzureBlobStore::place_of(const std::string& key) const {
  const std::string before = settings_.prefix.empty() ? "" : settings_.prefix + "/";
  if (!is_by_tenant()) return {settings_.container, before + key};
  std::string tenant = nobody;
  std::string rest = key;
  for (const std::string_view folder : {streams_folder, quarantine}) {
    if (!key.starts_with(folder)) continue;
    const std::size_t slash = std::min(key.find('/', folder.size()), key.size());
    tenant = key.substr(folder.size(), slash - folder.size());
    rest = std::string(folder == quarantine ? "quarantine/" : "") +
           key.substr(std::min(slash + 1, key.size()));
  }
  std::string container = settings_.container;
  container.replace(tenant_at_, tenant_mark.size(), tenant);
  return {std::move(container), before + rest};
}

AzureCall AzureBlobStore::call_of(const std::string& method, const std::string& key) const {
  Place place = place_of(key);
  return {.method = method, .container = std::move(place.container), .blob = std::move(place.blob)};
}

std::string AzureBlobStore::uri(const std::string& key) const {
  if (is_by_tenant()) return "azure://" + settings_.account.name + "/" + key;
  return "abfss://" + settings_.container + "@" + settings_.account.name +
         ".dfs.core.windows.net/" + call_of("", key).blob;
}

Result<std::unique_ptr<ObjectWriter>> AzureBlobStore::create(const std::string& key) {
  WEIR_CHECK(check_key(key));
  if (!spools_) return fail(Errc::internal, "the store was opened for reading only");
  return std::unique_ptr<ObjectWriter>(std::make_unique<SpooledWriter>(
      *spools_, key, [this](const std::string& object, Spool& spool, IfThere if_there) {
        return put(object, spool, if_there);
      }));
}

/// A tenant whose container nobody made yet has no objects.
Error AzureBlobStore::explain(const HttpReply& reply, const AzureCall& call,
                              const std::string& doing) const {
  Error error = client_->explain(reply, call, doing);
  if (is_by_tenant() && azure_error_code(reply) == "ContainerNotFound")
    error.code = Errc::not_found;
  return error;
}

Result<HttpReply> AzureBlobStore::expect(const AzureCall& call, const std::string& doing,
                                         int status) {
  Tried tried = client_->call(call);
  if (!tried.reply) return fail_while(doing, std::move(tried.reply).error());
  if (tried.reply->status != status) return fail(explain(*tried.reply, call, doing));
  return std::move(tried.reply);
}

Result<HttpReply> AzureBlobStore::head(const std::string& key) {
  return expect(call_of("HEAD", key), "looking at " + key, 200);
}

Result<std::uint64_t> AzureBlobStore::size(const std::string& key) {
  WEIR_CHECK(check_key(key));
  WEIR_TRY(const HttpReply reply, head(key));
  const std::string length = reply.header("content-length");
  if (length.empty() || length.size() > 18 ||
      length.find_first_not_of("0123456789") != std::string::npos)
    return fail(Errc::io, "looking at " + key + ": the store does not say how large it is");
  return std::stoull(length);
}

Result<std::string> AzureBlobStore::read(const std::string& key) {
  WEIR_CHECK(check_key(key));
  AzureCall call = call_of("GET", key);
  call.reply_bytes_max = whole_bytes_max;
  WEIR_TRY(HttpReply reply, expect(call, "reading " + key, 200));
  return std::move(reply.body);
}

Result<std::string> AzureBlobStore::read_range(const std::string& key, std::uint64_t offset,
                                               std::uint64_t bytes) {
  WEIR_CHECK(check_key(key));
  if (bytes == 0) {
    WEIR_CHECK(size(key));
    return std::string();
  }
  AzureCall call = call_of("GET", key);
  call.headers.emplace_back(
      "x-ms-range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + bytes - 1));
  call.reply_bytes_max = std::max(bytes, std::uint64_t{64} << 10);
  Tried tried = client_->call(call);
  if (!tried.reply) return fail_while("reading " + key, std::move(tried.reply).error());
  if (tried.reply->status == 206) return std::move(tried.reply->body);
  if (tried.reply->status == 416) return std::string();  // it begins behind the end
  if (tried.reply->status == 200 && tried.reply->body.empty()) return std::string();
  return fail(explain(*tried.reply, call, "reading " + key));
}

Result<void> AzureBlobStore::remove(const std::string& key) {
  WEIR_CHECK(check_key(key));
  const AzureCall call = call_of("DELETE", key);
  Tried tried = client_->call(call);
  if (!tried.reply) return fail_while("removing " + key, std::move(tried.reply).error());
  if (tried.reply->status == 202) return {};
  const Error error = explain(*tried.reply, call, "removing " + key);
  return error.code == Errc::not_found ? Result<void>() : fail(error);
}

Result<void> AzureBlobStore::for_each_name(const std::string& folder, const EachName& each) {
  WEIR_CHECK(check_key(folder));
  if (is_by_tenant() && (folder + "/" == streams_folder || folder + "/" == quarantine))
    return for_each_tenant(each);
  const Place place = place_of(folder);
  const bool is_of_streams =
      is_by_tenant() && folder.starts_with(streams_folder) &&
      folder.find('/', streams_folder.size()) == std::string::npos;  // beside them: the quarantine
  const std::string prefix =
      place.blob + (place.blob.empty() || place.blob.ends_with("/") ? "" : "/");
  std::string from;
  do {
    AzureCall call{.method = "GET",
                   .container = place.container,
                   .query = {{"restype", "container"},
                             {"comp", "list"},
                             {"delimiter", "/"},
                             {"prefix", prefix},
                             {"maxresults", std::to_string(settings_.names_listed_at_once)}}};
    if (!from.empty()) call.query.emplace_back("marker", from);
    Tried tried = client_->call(call);
    if (!tried.reply) return fail_while("listing " + folder, std::move(tried.reply).error());
    if (is_by_tenant() && tried.reply->status == 404) return {};
    if (tried.reply->status != 200)
      return fail(client_->explain(*tried.reply, call, "listing " + folder));
    WEIR_TRY(const XmlElement page, parse_xml(tried.reply->body));
    WEIR_CHECK(each_of_page(page, "Blobs", prefix, [&](const std::string& name) {
      return is_of_streams && name == "quarantine" ? Result<void>() : each(name);
    }));
    from = page.child("NextMarker");
  } while (!from.empty());
  return {};
}

Result<void> AzureBlobStore::for_each_tenant(const EachName& each) {
  const std::string prefix = settings_.container.substr(0, tenant_at_);
  const std::string after = settings_.container.substr(tenant_at_ + tenant_mark.size());
  std::string from;
  do {
    AzureCall call{.method = "GET",
                   .container = "",
                   .query = {{"comp", "list"},
                             {"maxresults", std::to_string(settings_.names_listed_at_once)}}};
    if (!prefix.empty()) call.query.emplace_back("prefix", prefix);
    if (!from.empty()) call.query.emplace_back("marker", from);
    WEIR_TRY(const HttpReply reply, expect(call, "listing the containers", 200));
    WEIR_TRY(const XmlElement page, parse_xml(reply.body));
    WEIR_CHECK(each_of_page(page, "Containers", prefix, [&](const std::string& name) {
      if (!name.ends_with(after) || name.size() == after.size()) return Result<void>();
      return each(name.substr(0, name.size() - after.size()));
    }));
    from = page.child("NextMarker");
  } while (!from.empty());
  return {};
}

Result<void> AzureBlobStore::make_container(const std::string& name) {
  const AzureCall call{.method = "PUT", .container = name, .query = {{"restype", "container"}}};
  const Tried tried = client_->call(call);
  if (!tried.reply) return fail_while("making container " + name, tried.reply.error());
  if (tried.reply->status == 201 || tried.reply->status == 409) return {};  // by another, just now
  return fail(client_->explain(*tried.reply, call, "making container " + name));
}

/// A new tenant's container is made with its first object.
Result<void> AzureBlobStore::put(const std::string& key, Spool& spool, IfThere if_there) {
  auto done = put_into(key, spool, if_there);
  if (done || !is_by_tenant() || done.error().code == Errc::conflict) return done;
  const std::string container = place_of(key).container;
  const AzureCall look{
      .method = "HEAD", .container = container, .query = {{"restype", "container"}}};
  const Tried looked = client_->call(look);
  if (!looked.reply || looked.reply->status != 404) return done;
  WEIR_CHECK(make_container(container));
  return put_into(key, spool, if_there);
}

Result<void> AzureBlobStore::put_into(const std::string& key, Spool& spool, IfThere if_there) {
  const std::string token = random_id(services_.random, "", 22);
  AzureCall call = call_of("PUT", key);
  std::string body;
  if (spool.size() > settings_.block_bytes) {
    WEIR_CHECK(send_blocks(key, spool, token, body));
    call.query.emplace_back("comp", "blocklist");
  } else {
    auto bytes = spool.read(0, spool.size());
    if (!bytes) return fail_while("writing " + key, std::move(bytes).error());
    body = *std::move(bytes);
    call.headers.emplace_back("x-ms-blob-type", "BlockBlob");
  }
  call.body = body;
  return finish(std::move(call), key, token, if_there);
}

Result<void> AzureBlobStore::send_blocks(const std::string& key, Spool& spool,
                                         const std::string& token, std::string& list) {
  const std::uint64_t size = spool.size();
  const std::uint64_t bytes = std::max(settings_.block_bytes, (size + blocks_max - 1) / blocks_max);
  list = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
  unsigned number = 0;
  for (std::uint64_t offset = 0; offset < size; offset += bytes) {
    auto block = spool.read(offset, bytes);
    if (!block) return fail_while("writing " + key, std::move(block).error());
    char place[16];
    std::snprintf(place, sizeof place, "-%05u", ++number);
    const std::string id = to_base64(token + place);  // all ids of a blob are of one length
    AzureCall call = call_of("PUT", key);
    call.query = {{"comp", "block"}, {"blockid", id}};
    call.body = *block;
    WEIR_CHECK(expect(call, "putting block " + std::to_string(number) + " of " + key, 201));
    list += "<Latest>" + id + "</Latest>";
  }
  list += "</BlockList>";
  return {};
}

Result<void> AzureBlobStore::finish(AzureCall call, const std::string& key,
                                    const std::string& token, IfThere if_there) {
  call.headers.emplace_back(token_header, token);
  if (if_there == IfThere::refuse) call.headers.emplace_back("if-none-match", "*");
  const Tried tried = client_->call(call);
  if (!tried.reply) return fail_while("putting " + key, tried.reply.error());
  if (tried.reply->status == 201) return {};
  const std::string code = azure_error_code(*tried.reply);
  const bool is_taken =
      if_there == IfThere::refuse && (tried.reply->status == 409 || tried.reply->status == 412);
  // The blocks are gone where a list, ours or another writer's, was taken.
  const bool is_ended = code == "InvalidBlockList";
  if (is_taken || is_ended) {
    const auto there = head(key);
    const bool is_ours = there && there->header(token_header) == token;
    if (is_ours && tried.is_ambiguous) return {};  // by a try whose answer was lost
    if (is_taken || (there && if_there == IfThere::refuse)) return already_there(key);
  }
  Error error = client_->explain(*tried.reply, call, "putting " + key);
  if (is_ended || error.code == Errc::not_found) error.code = Errc::unavailable;
  return fail(std::move(error));
}

}  // namespace weir::store
