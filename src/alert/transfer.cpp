#include "alert/transfer.hpp"

#include <algorithm>
#include <cstring>
#include <system_error>

#include <curl/curl.h>
#include <sys/socket.h>

#include "alert/private_address.hpp"
#include "base/assert.hpp"
#include "catalog/alert_limits.hpp"

// libcurl's easy interface, a handle for each try: tries of one endpoint are minutes apart, so a
// kept connection would be closed by then. The address is judged where the socket is made: a name
// may resolve to another one each time, so a check beforehand would be of something else. No proxy:
// it would connect on our behalf to what is not looked at.
namespace weir::alert {
namespace {

constexpr std::chrono::seconds retry_after_max{3600};

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void add(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  WEIR_ASSERT(longer != nullptr);
  static_cast<void>(list.release());
  list.reset(longer);
}

class Transfer {
 public:
  Transfer(const NetworkBounds& bounds, const std::stop_token& stop) : stop_(stop) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, by one thread
    WEIR_ASSERT(ready == CURLE_OK);
    curl_.reset(curl_easy_init());
    WEIR_ASSERT(curl_ != nullptr);
    set(CURLOPT_NOSIGNAL, 1L);  // time limits are for all threads
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(bounds.time_max.count()));
    set(CURLOPT_PROXY, "");
    set(CURLOPT_USERAGENT, "weir");
    set(CURLOPT_ERRORBUFFER, error_);
    set(CURLOPT_WRITEFUNCTION, &receive);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &may_go_on);
    set(CURLOPT_XFERINFODATA, this);
    if (!bounds.ca_file.empty()) set(CURLOPT_CAINFO, bounds.ca_file.c_str());
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(curl_.get(), option, value);
    WEIR_ASSERT(code == CURLE_OK);
  }

  /// Metadata services get nothing, whatever is allowed.
  void judge_addresses(bool may_be_private) {
    may_be_private_ = may_be_private;
    set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
  }

  void send_body(const std::string& body) {
    unsent_ = body;
    set(CURLOPT_READFUNCTION, &read);
    set(CURLOPT_READDATA, this);
  }

  Sent perform() {
    const CURLcode code = curl_easy_perform(curl_.get());
    Sent sent;
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    sent.status = static_cast<int>(status);
    // Of the answer only the status counts, which came before its body.
    const bool is_answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && is_too_long_);
    if (!is_answered) sent.error = reason(code, status);
    sent.was_stopped = code == CURLE_ABORTED_BY_CALLBACK && stop_.stop_requested();
    curl_off_t total_us = 0;
    if (curl_easy_getinfo(curl_.get(), CURLINFO_TOTAL_TIME_T, &total_us) == CURLE_OK)
      sent.duration = std::chrono::milliseconds(total_us / 1000);
    curl_off_t wait = 0;
    if (curl_easy_getinfo(curl_.get(), CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
      sent.retry_after = std::min(std::chrono::seconds(wait), retry_after_max);
    return sent;
  }

 private:
  std::string reason(CURLcode code, long status) const {
    if (is_of_metadata_)
      return "the address is one by which clouds hand out the credentials of machines: this server "
             "sends nothing there";
    if (is_forbidden_)
      return "the address is a private one, which this server does not send to "
             "(alerts.private_addresses)";
    if (code == CURLE_OPERATION_TIMEDOUT) return "no answer in time";
    if (*error_ != '\0') return error_;
    if (code == CURLE_WEIRD_SERVER_REPLY && status >= 400)  // of SMTP, after the mail's text
      return "the answer was " + std::to_string(status);
    return curl_easy_strerror(code);
  }

  static Transfer& of(void* transfer) { return *static_cast<Transfer*>(transfer); }

  static std::size_t receive(char*, std::size_t size, std::size_t count, void* transfer) {
    Transfer& self = of(transfer);
    self.received_ += size * count;
    self.is_too_long_ = self.received_ > limits::alert_reply_bytes_max;
    return self.is_too_long_ ? 0 : size * count;
  }

  static std::size_t read(char* room, std::size_t size, std::size_t count, void* transfer) {
    std::string_view& rest = of(transfer).unsent_;
    const std::size_t bytes = std::min(size * count, rest.size());
    std::memcpy(room, rest.data(), bytes);
    rest.remove_prefix(bytes);
    return bytes;
  }

  static int may_go_on(void* transfer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return of(transfer).stop_.stop_requested() ? 1 : 0;
  }

  static curl_socket_t open_socket(void* transfer, curlsocktype, curl_sockaddr* address) {
    Transfer& self = of(transfer);
    self.is_of_metadata_ = is_of_metadata(address->addr);
    self.is_forbidden_ = !self.may_be_private_ && is_private(address->addr);
    if (self.is_of_metadata_ || self.is_forbidden_) return CURL_SOCKET_BAD;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  const std::stop_token& stop_;
  std::unique_ptr<CURL, FreeHandle> curl_;
  char error_[CURL_ERROR_SIZE] = {};
  std::string_view unsent_;
  std::size_t received_ = 0;
  bool is_too_long_ = false;
  bool may_be_private_ = true;
  bool is_of_metadata_ = false;
  bool is_forbidden_ = false;
};

long use_ssl(MailTls tls) {
  switch (tls) {
    case MailTls::required:
      return CURLUSESSL_ALL;
    case MailTls::if_offered:
      return CURLUSESSL_TRY;
    case MailTls::off:
      return CURLUSESSL_NONE;
  }
  return CURLUSESSL_ALL;
}

}  // namespace

Sent post(const WebhookRequest& request, const NetworkBounds& bounds, const std::stop_token& stop) {
  Transfer transfer(bounds, stop);
  transfer.judge_addresses(bounds.are_private_addresses_allowed);
  transfer.set(CURLOPT_PROTOCOLS_STR, "http,https");
  transfer.set(CURLOPT_URL, request.url.c_str());
  transfer.set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  transfer.set(CURLOPT_FOLLOWLOCATION, 0L);
  transfer.set(CURLOPT_POST, 1L);
  transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  transfer.set(CURLOPT_POSTFIELDS, request.body.c_str());
  List headers;
  add(headers, "Expect:");
  add(headers, "Content-Type: application/json");
  for (const auto& [name, value] : request.headers)
    add(headers, name + ": " + value);
  transfer.set(CURLOPT_HTTPHEADER, headers.get());
  Sent sent = transfer.perform();
  if (!sent.error.empty()) return sent;
  sent.is_gone = sent.status == 410;
  if (sent.status < 200 || sent.status > 299)
    sent.error = "the answer was " + std::to_string(sent.status) + ", not 2xx";
  return sent;
}

Sent submit(const Mail& mail, const NetworkBounds& bounds, const std::stop_token& stop) {
  Transfer transfer(bounds, stop);
  transfer.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  transfer.set(CURLOPT_URL, mail.url.c_str());
  transfer.set(CURLOPT_USE_SSL, use_ssl(mail.tls));
  if (!mail.user.empty()) {
    transfer.set(CURLOPT_USERNAME, mail.user.c_str());
    transfer.set(CURLOPT_PASSWORD, mail.password.c_str());
  }
  const std::string from = "<" + mail.from + ">";
  transfer.set(CURLOPT_MAIL_FROM, from.c_str());
  List recipients;
  add(recipients, "<" + mail.to + ">");
  transfer.set(CURLOPT_MAIL_RCPT, recipients.get());
  transfer.set(CURLOPT_UPLOAD, 1L);
  transfer.send_body(mail.text);
  return transfer.perform();
}

}  // namespace weir::alert
