// One pass that keeps what was seen in each place of the records, merged by Spark's rules. DuckDB's
// own inference looks at a sample and takes dates out of text, which Spark does not. Threads share
// the files by blocks of lines, and what each has seen is merged: types are joined, which knows no
// order. What knows one, bounds that were met, is left to one thread: such data are rare.

#include "engine/duckdb/reader/infer.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/case_fold.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/reader/file_lines.hpp"
#include "engine/duckdb/reader/json_text.hpp"

namespace weir::engine::duckdb {

namespace {

namespace ondemand = simdjson::ondemand;
using spark::Kind;
using spark::Type;

constexpr int decimal_precision_max = 38;
constexpr int long_digits = 20;  // Spark's DecimalType.forType(LongType)

/// A line of a file: which it is.
using Place = std::pair<std::int64_t, std::uint64_t>;

/// The types seen in one place of all records so far. `null` fits every later type.
struct Seen {
  Kind kind = Kind::null_;
  int precision = 0;
  std::string name;           // of a field: the spelling it was met in first
  Place first;                // likewise: where
  std::uint64_t records = 0;  // of a field: that had it
  std::vector<Seen> fields;   // in the order they were met in
  std::map<std::string, std::size_t, std::less<>> places;  // of fields, by every spelling met
  std::map<std::string, std::size_t> folded;               // of fields, by their folded name
  std::unique_ptr<Seen> element;

  /// Nothing finer than raw text can be said of this place any more.
  void give_up() {
    kind = Kind::string;
    fields.clear();
    places.clear();
    folded.clear();
    element.reset();
  }
};

void observe_scalar(Kind kind, Seen& seen);

class Inference {
 public:
  Inference() : misfits_(0) {
    root_.kind = Kind::struct_;
    nothing_.give_up();
  }

  void observe_record(const Place& place, ondemand::object object) {
    place_ = place;
    misfits_.begin_row(place.first, static_cast<std::int64_t>(place.second));
    observe_fields(object, root_, 0);
    if (names_ > 2 * std::size_t{limits::inferred_fields_max}) give_up_names();
  }

  /// Adds what another one has seen; neither observes any more. False where the order of the
  /// records counts, since there are more names or levels than there may be.
  bool merge(Inference other);
  /// Once, at the end.
  Inferred result();

 private:
  void observe(ondemand::value value, Seen& seen, std::uint32_t depth);
  void observe_fields(ondemand::object object, Seen& seen, std::uint32_t depth);
  void observe_number(std::string_view token, Seen& seen);
  void observe_as_text(ondemand::value value, Seen& seen);
  Seen& field(Seen& seen, std::string_view name, std::size_t& next);
  void give_up_names();
  void forget_rare_names(std::size_t most);

  Seen root_;
  Place place_;            // of the record
  Seen nothing_;           // of what lies in raw text; stays as it is
  std::size_t names_ = 0;  // of fields anywhere, or more
  bool forgot_ = false;
  MisfitLog misfits_;
};

void Inference::observe(ondemand::value value, Seen& seen, std::uint32_t depth) {
  const ondemand::json_type type = value.type();
  switch (type) {
    case ondemand::json_type::null:
      return check_null(value);
    case ondemand::json_type::boolean:
      static_cast<void>(bool(value.get_bool()));
      return observe_scalar(Kind::boolean, seen);
    case ondemand::json_type::string: {
      // Whether there is any text is all that counts; escapes can be malformed.
      const std::string_view token = value.raw_json_token();
      if (token.find('\\') != std::string_view::npos)
        static_cast<void>(std::string_view(value.get_string()));
      return observe_scalar(token.starts_with("\"\"") ? Kind::null_ : Kind::string, seen);
    }
    case ondemand::json_type::number:
      return observe_number(trimmed(value.raw_json_token()), seen);
    case ondemand::json_type::object:
      if (depth == limits::inferred_depth_max) return observe_as_text(value, seen);
      observe_scalar(Kind::struct_, seen);
      return observe_fields(value.get_object(), seen, depth + 1);
    case ondemand::json_type::array:
      if (depth == limits::inferred_depth_max) return observe_as_text(value, seen);
      observe_scalar(Kind::array, seen);
      if (seen.kind == Kind::array && !seen.element) seen.element = std::make_unique<Seen>();
      // Values that are raw text by now are parsed to their end too, to find malformed text.
      for (ondemand::value each : value.get_array())
        observe(each, seen.kind == Kind::array ? *seen.element : nothing_, depth + 1);
      return;
  }
}

/// Queries could not use a type with more levels, and it would hinder the use of all other
/// columns.
void Inference::observe_as_text(ondemand::value value, Seen& seen) {
  seen.give_up();
  misfits_.add(trimmed(value.raw_json_token()), "nests deeper than " +
                                                    std::to_string(limits::inferred_depth_max) +
                                                    " levels; its JSON text is there as a STRING");
}

void Inference::observe_fields(ondemand::object object, Seen& seen, std::uint32_t depth) {
  std::size_t next = 0;
  for (ondemand::field each : object) {
    const std::string_view name = each.unescaped_key();
    Seen& place = seen.kind == Kind::struct_ ? field(seen, name, next) : nothing_;
    const std::size_t mark = misfits_.mark();
    observe(each.value(), place, depth);
    if (misfits_.mark() > mark) misfits_.below(mark, place.name);
  }
}

/// Most records have their fields in the order in which those before had them: `next` is the place
/// after that of the field before.
Seen& Inference::field(Seen& seen, std::string_view name, std::size_t& next) {
  if (next < seen.fields.size() && seen.fields[next].name == name) {
    Seen& found = seen.fields[next++];
    ++found.records;
    return found;
  }
  const auto known = seen.places.find(name);
  if (known != seen.places.end()) {
    next = known->second + 1;
    Seen& found = seen.fields[known->second];
    ++found.records;
    return found;
  }
  ++names_;
  const auto [place, is_new] = seen.folded.emplace(folded_name(name), seen.fields.size());
  if (is_new) {
    Seen& made = seen.fields.emplace_back();
    made.name = name;
    made.first = place_;
  }
  seen.places.emplace(name, place->second);
  next = place->second + 1;
  Seen& found = seen.fields[place->second];
  ++found.records;
  return found;
}

std::size_t names_of(const Seen& seen) {
  std::size_t count = seen.fields.size() + (seen.element ? names_of(*seen.element) : 0);
  for (const Seen& field : seen.fields)
    count += names_of(field);
  return count;
}

/// The struct below `seen` with the most fields.
void find_widest(Seen& seen, Seen*& widest) {
  const auto look_at = [&widest](Seen& inner) {
    if (widest == nullptr || inner.fields.size() > widest->fields.size()) widest = &inner;
    find_widest(inner, widest);
  };
  if (seen.element) look_at(*seen.element);
  for (Seen& field : seen.fields)
    look_at(field);
}

/// Keys that are data (ids, days) make more names than a table can have columns. A nested object of
/// such keys becomes text; of the record's own names those go that the fewest records have.
void Inference::give_up_names() {
  constexpr std::size_t most = limits::inferred_fields_max;
  constexpr std::size_t many = 1000;  // more own names than a record of a person's making has
  for (names_ = names_of(root_); names_ > most; names_ = names_of(root_)) {
    Seen* widest = nullptr;
    find_widest(root_, widest);
    const std::size_t width = widest == nullptr ? 0 : widest->fields.size();
    if (width == 0 || (root_.fields.size() > many && root_.fields.size() >= width)) {
      forget_rare_names(most);
      continue;
    }
    widest->give_up();
    misfits_.add("",
                 "holds too many different names, so keys seem to be data; its JSON text is "
                 "there as a STRING; declare it as a map in the load operation's schema");
    misfits_.below(misfits_.mark() - 1, widest->name);
  }
}

void Inference::forget_rare_names(std::size_t most) {
  std::vector<std::size_t> order(root_.fields.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return root_.fields[a].records > root_.fields[b].records;
  });
  std::size_t kept = 0;
  for (std::size_t names = 0; kept < order.size(); ++kept) {
    names += 1 + names_of(root_.fields[order[kept]]);
    if (names > most) break;
  }
  order.resize(kept);
  std::sort(order.begin(), order.end());
  Seen rest;
  rest.kind = Kind::struct_;
  for (const std::size_t place : order) {
    Seen& field = rest.fields.emplace_back(std::move(root_.fields[place]));
    rest.places.emplace(field.name, rest.fields.size() - 1);
    rest.folded.emplace(folded_name(field.name), rest.fields.size() - 1);
  }
  root_ = std::move(rest);
  forgot_ = true;
}

void Inference::observe_number(std::string_view token, Seen& seen) {
  if (checked_number(token) == NumberForm::fraction) return observe_scalar(Kind::double_, seen);
  std::string_view digits = token.substr(token.starts_with('-') ? 1 : 0);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error == std::errc{}) return observe_scalar(Kind::long_, seen);
  const int precision = static_cast<int>(std::min<std::size_t>(digits.size(), 1000));
  if (precision > decimal_precision_max) return observe_scalar(Kind::double_, seen);
  observe_scalar(Kind::decimal, seen);
  if (seen.kind == Kind::decimal) seen.precision = std::max(seen.precision, precision);
}

/// Spark's compatibleType, in place.
void observe_scalar(Kind kind, Seen& seen) {
  if (seen.kind == kind || kind == Kind::null_) return;
  if (seen.kind == Kind::null_) {
    seen.kind = kind;
    return;
  }
  const auto numeric = [](Kind k) {
    return k == Kind::long_ || k == Kind::decimal || k == Kind::double_;
  };
  if (!numeric(seen.kind) || !numeric(kind)) return seen.give_up();
  if (seen.kind == Kind::double_ || kind == Kind::double_) {
    seen.kind = Kind::double_;
  } else {  // a long beside a decimal
    seen.kind = Kind::decimal;
    seen.precision = std::max(seen.precision, long_digits);
  }
}

/// Joins the types, as if the records of both had been observed by one.
void join(Seen& seen, Seen other);

void join_fields(Seen& seen, std::vector<Seen> others) {
  for (Seen& other : others) {
    const auto [place, is_new] = seen.folded.emplace(folded_name(other.name), seen.fields.size());
    if (is_new) {
      seen.fields.push_back(std::move(other));
      continue;
    }
    Seen& field = seen.fields[place->second];
    field.records += other.records;
    if (other.first < field.first) {
      field.first = other.first;
      field.name = other.name;
    }
    join(field, std::move(other));
  }
}

void join(Seen& seen, Seen other) {
  if (other.kind == Kind::null_) return;
  if (seen.kind == Kind::null_) {
    seen.kind = other.kind;
    seen.precision = other.precision;
    seen.fields = std::move(other.fields);
    seen.folded = std::move(other.folded);
    seen.element = std::move(other.element);
    return;
  }
  observe_scalar(other.kind, seen);
  if (seen.kind == Kind::decimal) seen.precision = std::max(seen.precision, other.precision);
  if (seen.kind == Kind::struct_) join_fields(seen, std::move(other.fields));
  if (seen.kind == Kind::array) join(*seen.element, std::move(*other.element));
}

bool Inference::merge(Inference other) {
  join(root_, std::move(other.root_));
  names_ = names_of(root_);
  return !forgot_ && !other.forgot_ && misfits_.total() == 0 && other.misfits_.total() == 0 &&
         names_ <= limits::inferred_fields_max;
}

/// Spark's canonicalizeType; nullopt for a type that is dropped.
std::optional<Type> canonical(const Seen& seen) {
  switch (seen.kind) {
    case Kind::null_:
      return Type(Kind::string);
    case Kind::decimal:
      return Type::decimal(seen.precision, 0);
    case Kind::array: {
      auto element = canonical(*seen.element);
      if (!element) return std::nullopt;
      return Type::array(*std::move(element));
    }
    case Kind::struct_: {
      std::vector<spark::Field> fields;
      for (const Seen& field : seen.fields) {
        // As Spark does; and a name with a NUL in it cannot be said in SQL.
        if (field.name.empty() || field.name.find('\0') != std::string::npos) continue;
        if (auto found = canonical(field)) fields.push_back({field.name, *std::move(found)});
      }
      if (fields.empty()) return std::nullopt;
      std::sort(fields.begin(), fields.end(),
                [](const spark::Field& a, const spark::Field& b) { return a.name < b.name; });
      return Type::structure(std::move(fields));
    }
    default:
      return Type(seen.kind);
  }
}

Inferred Inference::result() {
  give_up_names();
  auto type = canonical(root_);
  return {type ? *std::move(type) : Type::structure({}), forgot_, std::move(misfits_)};
}

/// The files' lines in blocks, for threads that take one at a time.
class SharedLines {
 public:
  SharedLines(const ReadPlan& plan, const std::function<Result<void>()>& may_go_on)
      : plan_(plan), may_go_on_(may_go_on) {}

  struct Taken {
    LineBlock block;
    std::size_t file = 0;
  };
  /// False at the end of all files, and once there was an error.
  Result<bool> take(Taken& taken) {
    const std::lock_guard lock(mutex_);
    Result<bool> more = next(taken);
    if (!more) next_file_ = plan_.paths.size();
    if (!more || !*more) lines_.reset();
    return more;
  }

 private:
  Result<bool> next(Taken& taken) {
    while (true) {
      if (may_go_on_) WEIR_CHECK(may_go_on_());
      if (!lines_) {
        if (next_file_ == plan_.paths.size()) return false;
        WEIR_TRY(lines_, LineBlocks::open(plan_.place(next_file_), std::nullopt));
        ++next_file_;
      }
      taken.file = next_file_ - 1;
      WEIR_TRY(const bool more, lines_->next(taken.block));
      if (more) return true;
      lines_.reset();
    }
  }

  const ReadPlan& plan_;
  const std::function<Result<void>()>& may_go_on_;
  std::mutex mutex_;
  std::optional<LineBlocks> lines_;
  std::size_t next_file_ = 0;
};

/// What one thread does.
struct Observer {
  ondemand::parser parser;
  Inference inference;
  std::set<Place> found;  // lines that are no JSON objects
  Result<void> done;

  void work(SharedLines& lines, const ReadPlan& plan, const std::set<Place>& bad) {
    done = observe(lines, plan, bad);
  }
  /// Observes the records but those in `bad`.
  Result<void> observe(SharedLines& lines, const ReadPlan& plan, const std::set<Place>& bad);
};

Result<void> Observer::observe(SharedLines& lines, const ReadPlan& plan,
                               const std::set<Place>& bad) {
  SharedLines::Taken taken;
  std::string mended;
  while (true) {
    WEIR_TRY(const bool more, lines.take(taken));
    if (!more) return {};
    BlockLines block;
    block.begin(taken.block, plan.mended_of(taken.file));
    while (const auto line = block.next()) {
      const Place place(taken.file, line->number);
      if (bad.contains(place)) continue;
      try {
        const std::string_view text = without_half_pairs(line->text, mended);
        ondemand::document document =
            parser.iterate(text.data(), text.size(), text.size() + line_padding_bytes);
        inference.observe_record(place, document.get_object());
        if (!at_end(document)) found.insert(place);
      } catch (const simdjson::simdjson_error&) {
        found.insert(place);
      }
    }
  }
}

/// One pass over the files; adds the lines that are no JSON objects to `bad`. nullopt where it
/// takes a single thread.
Result<std::optional<Inference>> observe_files(const ReadPlan& plan,
                                               const std::function<Result<void>()>& may_go_on,
                                               unsigned threads, std::set<Place>& bad) {
  SharedLines lines(plan, may_go_on);
  std::vector<Observer> observers(threads);
  {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i)
      others.emplace_back([&, i] { observers[i].work(lines, plan, bad); });
    observers[0].work(lines, plan, bad);
  }
  for (const Observer& each : observers)
    WEIR_CHECK(each.done);
  std::optional<Inference> out(std::move(observers[0].inference));
  bool any_order = true;
  for (std::size_t i = 1; i < observers.size(); ++i)
    any_order = out->merge(std::move(observers[i].inference)) && any_order;
  if (!any_order) return std::optional<Inference>();
  for (Observer& each : observers)
    bad.merge(each.found);
  return out;
}

}  // namespace

Result<Inferred> infer_ndjson(const ReadPlan& plan, const std::function<Result<void>()>& may_go_on,
                              unsigned threads) {
  threads = static_cast<unsigned>(std::clamp<std::size_t>(plan.pieces(), 1, std::max(1U, threads)));
  std::set<Place> bad;
  while (true) {
    const std::size_t known = bad.size();
    WEIR_TRY(auto inference, observe_files(plan, may_go_on, threads, bad));
    if (!inference) {
      threads = 1;
      continue;
    }
    // A line that broke off left its beginning in what was observed: once more without it.
    if (bad.size() == known) return inference->result();
  }
}

}  // namespace weir::engine::duckdb
