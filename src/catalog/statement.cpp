#include "catalog/statement.hpp"

#include <string_view>
#include <utility>

#include "catalog/secrets.hpp"

// SOCI throws, and its messages contain the statement with all bound values. This is the one place
// that catches: an Error gets the database's message only, since a bound value may be a secret. The
// first error of a statement is kept and returned by run() or next(), so that callers bind values
// without checking after each one.
namespace weir::catalog {
namespace {

std::optional<PayloadType> parse_payload_type(const std::string& text) {
  for (const PayloadType type : {PayloadType::json, PayloadType::xml})
    if (text == to_string(type)) return type;
  return std::nullopt;
}

/// Of bytes as text, both ways.
const std::string hex_head = "\\x";

/// Stores what was read, unless nothing was.
template <class T>
bool take(T& target, const std::optional<T>& read) {
  if (read) target = *read;
  return read.has_value();
}

}  // namespace

template <class Work>
Result<void> Statement::guarded(Work&& work) {
  if (error_) return fail(*error_);
  try {
    work();
    return {};
  } catch (const soci::soci_error& error) {
    error_ = dialect_.error_of(error);
    return fail(*error_);
  }
}

Statement::Statement(soci::session& session, std::string sql)
    : session_(session), dialect_(Dialect::of(session)), sql_(std::move(sql)) {
  static_cast<void>(guarded([&] {
    statement_.emplace(session_);
    statement_->alloc();
    dialect_.prepare(session_, *statement_, sql_);
  }));
}

/// A statement that failed is not kept, whatever it failed for.
Statement::~Statement() {
  if (statement_ && !error_) dialect_.give_back(session_, *statement_, sql_);
}

Statement& Statement::bind(const std::string& text) {
  if (auto fits = dialect_.check_text(text); !fits && !error_) error_ = std::move(fits).error();
  Slot& slot = values_.emplace_back();
  slot.text = text;
  if (statement_) statement_->exchange(soci::use(slot.text));
  return *this;
}

Statement& Statement::bind_number(long long number) {
  Slot& slot = values_.emplace_back();
  slot.number = number;
  if (statement_) statement_->exchange(soci::use(slot.number));
  return *this;
}

Statement& Statement::bind_null() {
  Slot& slot = values_.emplace_back();
  slot.indicator = soci::i_null;
  if (statement_) statement_->exchange(soci::use(slot.text, slot.indicator));
  return *this;
}

Statement& Statement::bind_bytes(const std::string& bytes) {
  if (!dialect_.has_blobs()) return bind(hex_head + to_hex(bytes));
  Slot& slot = values_.emplace_back();
  static_cast<void>(guarded([&] {
    slot.bytes = std::make_unique<soci::blob>(session_);
    statement_->exchange(soci::use(*slot.bytes));
    if (!bytes.empty()) slot.bytes->write(0, bytes.data(), bytes.size());
  }));
  return *this;
}

Statement& Statement::into_slot(std::function<bool(const Slot&)> deliver) {
  Slot& slot = columns_.emplace_back();
  slot.deliver = std::move(deliver);
  if (statement_) statement_->exchange(soci::into(slot.text, slot.indicator));
  return *this;
}

Statement& Statement::into_number(std::function<bool(long long)> deliver) {
  Slot& slot = columns_.emplace_back();
  slot.deliver = [deliver = std::move(deliver)](const Slot& read) {
    return read.indicator == soci::i_ok && deliver(read.number);
  };
  if (statement_) statement_->exchange(soci::into(slot.number, slot.indicator));
  return *this;
}

Statement& Statement::into_bytes(std::string& bytes) {
  if (!dialect_.has_blobs())
    return into_slot([&bytes](const Slot& read) {
      if (!read.text.starts_with(hex_head)) return read.indicator == soci::i_null;
      const auto decoded = from_hex(read.text.substr(hex_head.size()));
      bytes = decoded.value_or("");
      return decoded.has_value();
    });
  Slot& slot = columns_.emplace_back();
  slot.deliver = [&bytes](const Slot& read) {
    bytes.resize(read.bytes->get_len());
    if (!bytes.empty()) read.bytes->read(0, bytes.data(), bytes.size());
    return true;
  };
  static_cast<void>(guarded([&] {
    slot.bytes = std::make_unique<soci::blob>(session_);
    statement_->exchange(soci::into(*slot.bytes, slot.indicator));
  }));
  return *this;
}

Statement& Statement::into_text(std::function<bool(const std::string&)> read) {
  return into_slot([read = std::move(read)](const Slot& slot) {
    return slot.indicator == soci::i_ok && read(slot.text);
  });
}

Statement& Statement::into(std::string& text) {
  return into_slot([&text](const Slot& slot) {
    text = slot.indicator == soci::i_null ? "" : slot.text;
    return true;
  });
}

/// A flag is a number in a column, and may be a truth value where a condition is selected.
Statement& Statement::into(bool& flag) {
  return into_text([&flag](const std::string& text) {
    flag = text == "1" || text == "t";
    return flag || text == "0" || text == "f";
  });
}

Statement& Statement::into(Time& time) {
  return into_text([&time](const std::string& text) { return take(time, parse_time(text)); });
}

Statement& Statement::into(Day& day) {
  return into_text([&day](const std::string& text) { return take(day, parse_day(text)); });
}

Statement& Statement::into(PayloadType& type) {
  return into_text(
      [&type](const std::string& text) { return take(type, parse_payload_type(text)); });
}

Statement& Statement::into(std::optional<Time>& time) {
  return into_slot([&time](const Slot& slot) {
    time = slot.indicator == soci::i_null ? std::nullopt : parse_time(slot.text);
    return time || slot.indicator == soci::i_null;
  });
}

Statement& Statement::into(std::optional<Day>& day) {
  return into_slot([&day](const Slot& slot) {
    day = slot.indicator == soci::i_null ? std::nullopt : parse_day(slot.text);
    return day || slot.indicator == soci::i_null;
  });
}

Statement& Statement::into(std::optional<PayloadType>& type) {
  return into_slot([&type](const Slot& slot) {
    type = slot.indicator == soci::i_null ? std::nullopt : parse_payload_type(slot.text);
    return type || slot.indicator == soci::i_null;
  });
}

Result<void> Statement::start(bool and_fetch) {
  return guarded([&] {
    statement_->define_and_bind();
    statement_->execute(and_fetch);
    started_ = true;
  });
}

Result<std::uint64_t> Statement::run() {
  WEIR_CHECK(start(true));
  std::uint64_t changed = 0;
  WEIR_CHECK(
      guarded([&] { changed = static_cast<std::uint64_t>(statement_->get_affected_rows()); }));
  return changed;
}

Result<bool> Statement::next() {
  if (!started_) WEIR_CHECK(start(false));
  bool found = false;
  WEIR_CHECK(guarded([&] {
    for (Slot& slot : columns_)
      if (slot.bytes) slot.bytes->trim(0);  // SOCI leaves the last row's bytes for an empty value
    found = statement_->fetch();
  }));
  if (!found) return false;
  for (const Slot& slot : columns_)
    if (!slot.deliver(slot))
      return fail(Errc::corrupt, "The catalog database holds a value that weir never wrote: \"" +
                                     slot.text + "\". Restore the data directory from a backup.");
  return true;
}

}  // namespace weir::catalog
