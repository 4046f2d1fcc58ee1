#include "engine/duckdb/tables/undo.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"
#include "env/fake/seeded_random.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class UndoTest : public EngineFixture {
 protected:
  std::uint64_t loaded(const std::string& lines) {
    counts(load_of(lines));
    return last_.load;
  }
  /// "back changed deleted", or what is wrong.
  std::string undo(std::uint64_t load, bool dry_run = false) {
    const auto undone = engine_->undo("acme", load, dry_run);
    if (!undone) return undone.error().message;
    undone_ = *undone;
    return std::to_string(undone->back) + " " + std::to_string(undone->changed) + " " +
           std::to_string(undone->deleted);
  }
  std::vector<std::string> as_of(std::uint64_t load) {
    return shown(
        engine_->query_as_of("acme", "SELECT id, v FROM \"Shop:Orders\" ORDER BY id", load, 1000));
  }
  /// "change _pk v before.v" of each key.
  std::vector<std::string> since(std::uint64_t load) {
    const auto changes = engine_->changes("acme", "shop:orders", {.since = load}, 1000);
    if (!changes) return {changes.error().message};
    std::vector<std::string> out;
    for (const auto& row : changes->rows.rows)
      out.push_back(row[0] + " " + row[1] + " " + row[3] + " " + row[5]);
    return out;
  }

  Undone undone_;
};

TEST_F(UndoTest, EachRowGivesPlaceToTheOneBefore) {
  const std::uint64_t first = loaded("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"a\"}\n");
  const std::uint64_t second = loaded("{\"id\":2,\"v\":\"b\"}\n{\"id\":3,\"v\":\"b\"}\n");
  EXPECT_EQ(undo(second, true), "0 1 1");
  EXPECT_EQ(undone_.number, 0u);
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\"", "3|\"b\""));
  EXPECT_EQ(undo(second), "0 1 1");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"a\""));
  EXPECT_THAT(as_of(second), ElementsAre("1|\"a\"", "2|\"b\"", "3|\"b\""))
      << "what was once so stays true";
  EXPECT_THAT(as_of(undone_.number), ElementsAre("1|\"a\"", "2|\"a\""));
  EXPECT_THAT(since(first), IsEmpty());
  EXPECT_THAT(since(second),
              ElementsAre("\"changed\" \"2\" \"a\" \"b\"", "\"removed\" \"3\" null \"b\""));
  EXPECT_EQ(undo(first), "0 0 2");
  EXPECT_THAT(orders(), IsEmpty());
  reopen();
  const auto records = engine_->ledger("acme", {});
  EXPECT_EQ(records->at(0).kind, ChangeKind::undo);
  EXPECT_EQ(records->at(0).undoes, first);
  EXPECT_EQ(records->at(0).counts.deleted, 2u);
  EXPECT_EQ(records->at(2).state, LoadState::undone);
}

TEST_F(UndoTest, ALaterRowStaysAndItsUndoWalksPastTheUndoneOne) {
  loaded("{\"id\":1,\"v\":\"a\"}\n");
  const std::uint64_t second = loaded("{\"id\":1,\"v\":\"b\"}\n");
  const std::uint64_t third = loaded("{\"id\":1,\"v\":\"c\"}\n");
  EXPECT_EQ(undo(second), "0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"c\""));
  EXPECT_EQ(undo(third), "0 1 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  EXPECT_THAT(as_of(second), ElementsAre("1|\"b\""));
  EXPECT_THAT(as_of(third), ElementsAre("1|\"c\""));
}

TEST_F(UndoTest, ARowThatALaterRecordSentAgainStays) {
  const std::uint64_t first = loaded("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"a\"}\n");
  const std::uint64_t again = loaded("{\"id\":1,\"v\":\"a\"}\n");
  EXPECT_EQ(undo(first), "0 0 1");
  EXPECT_THAT(undone_.rejecting, ElementsAre(again));
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  EXPECT_EQ(undo(again), "0 0 1");
  EXPECT_THAT(orders(), IsEmpty());
}

TEST_F(UndoTest, RemovalsAndTruncationsAreUndoneToo) {
  loaded("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"a\"}\n");
  ASSERT_TRUE(engine_->remove_rows({"acme", "Shop:Orders", {.column = "id", .value = "1"}}));
  const std::uint64_t removal = engine_->ledger("acme", {})->front().counts.load;
  Load load = load_of("{\"id\":3,\"v\":\"b\"}\n");
  load.truncate = true;
  counts(load);
  EXPECT_EQ(undo(last_.load), "1 0 1");
  EXPECT_THAT(orders(), ElementsAre("2|\"a\""));
  EXPECT_EQ(undo(removal), "1 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"a\""));
}

TEST_F(UndoTest, AnUndoneLoadIsDoneAgainByANewRunAndNotByItsOwn) {
  Load load = load_of("{\"id\":1,\"v\":\"a\"}\n");
  load.id = {.run = "wr-1", .feed = "df-1", .epoch = 1};
  counts(load);
  const std::uint64_t number = last_.load;
  undo(number);
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_TRUE(last_.repeated) << "it tells what it did then";
  EXPECT_THAT(orders(), IsEmpty());
  load.id.run = "wr-2";
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_FALSE(last_.repeated);
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  EXPECT_THAT(undo(number), HasSubstr("was undone before"));
}

TEST_F(UndoTest, WhatCannotBeUndoneIsRefusedWithTheReason) {
  history_.loads = 2;
  reopen();
  const std::uint64_t first = loaded("{\"id\":1,\"v\":\"a\"}\n");
  EXPECT_THAT(undo(first + 7), HasSubstr("there is no load"));
  EXPECT_THAT(as_of(first + 7), ElementsAre(HasSubstr("there is no load")));
  loaded("{\"id\":1,\"v\":\"b\"}\n");
  const std::uint64_t third = loaded("{\"id\":1,\"v\":\"c\"}\n");
  EXPECT_THAT(undo(first), HasSubstr("history reaches back to load " + std::to_string(first)));
  EXPECT_THAT(as_of(first), ElementsAre("1|\"a\""));
  undo(third);
  EXPECT_THAT(undo(undone_.number), HasSubstr("is an undo itself"));
  EXPECT_THAT(as_of(first), ElementsAre(HasSubstr("is not known any more")));
  EXPECT_THAT(since(first), ElementsAre(HasSubstr("is not known any more")));
  Load load = load_of("{\"id\":\"x\"}\n");
  counts(load);
  const std::uint64_t over = engine_->ledger("acme", {})->front().counts.load;
  EXPECT_THAT(undo(over), HasSubstr("changed nothing"));
  ASSERT_TRUE(engine_->purge("acme", "Shop:Orders"));
  EXPECT_THAT(undo(third + 2), HasSubstr("cannot be undone"));
  EXPECT_THAT(undo(engine_->ledger("acme", {})->front().counts.load), HasSubstr("purged"));
}

TEST_F(UndoTest, AQueryAsOfALoadSeesTheTablesOfThen) {
  const std::uint64_t first = loaded("{\"id\":1,\"v\":\"a\"}\n");
  Load other = load_of("{\"id\":7}\n");
  other.table = "Shop:Others";
  counts(other);
  Load load = load_of("{\"id\":1,\"v\":\"b\",\"n\":3}\n");
  load.fields.push_back(field("n", FieldType::integer));
  counts(load);
  const auto then = [&](const std::string& query) {
    return shown(engine_->query_as_of("acme", query, first, 10));
  };
  EXPECT_THAT(then("SELECT v, n FROM \"Shop:Orders\""), ElementsAre("\"a\"|null"));
  EXPECT_THAT(then("SELECT v FROM main.\"Shop:Orders\""), ElementsAre("\"a\""));
  EXPECT_THAT(then("WITH x AS (SELECT * FROM \"Shop:Orders\") SELECT count(*) FROM x, x AS y"),
              ElementsAre("1"));
  EXPECT_THAT(then("SELECT * FROM \"Shop:Others\""), ElementsAre(HasSubstr("not known any more")));
  EXPECT_THAT(then("SELECT * FROM information_schema.tables"),
              ElementsAre(HasSubstr("without as_of")));
  EXPECT_THAT(then("SELECT * FROM \"weir stored\".h1"),
              ElementsAre(HasSubstr("there is no table")));
  EXPECT_THAT(then("SELECT * FROM h1"), ElementsAre(HasSubstr("there is no table")));
  EXPECT_THAT(orders(), ElementsAre("1|\"b\""));
}

TEST_F(UndoTest, ChangesAreReadInPages) {
  const std::uint64_t first = loaded("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"a\"}\n");
  std::string lines;
  for (int i = 2; i < 30; ++i)
    lines += "{\"id\":" + std::to_string(i) + ",\"v\":\"b\"}\n";
  loaded(lines);
  std::set<std::string> keys;
  ChangesPage page{.since = first};
  for (bool more = true; more;) {
    const auto changes = engine_->changes("acme", "Shop:Orders", page, 10);
    ASSERT_TRUE(changes) << changes.error().message;
    EXPECT_EQ(changes->added, 27u);
    EXPECT_EQ(changes->changed, 1u);
    EXPECT_EQ(changes->removed, 0u);
    for (const auto& row : changes->rows.rows) {
      EXPECT_TRUE(keys.insert(row[1]).second);
      page.after = row[1].substr(1, row[1].size() - 2);
    }
    more = changes->rows.truncated;
  }
  EXPECT_EQ(keys.size(), 28u);
}

/// What a table is made of, said in another way: what each change made of each key.
struct Model {
  struct Row {
    std::string v;
    std::int64_t updated = 0;
    bool operator==(const Row&) const = default;
  };
  using Rows = std::map<int, Row>;

  std::map<int, std::map<std::uint64_t, std::optional<Row>>> made;  // by key and change
  std::set<std::uint64_t> undone;
  std::map<std::uint64_t, Rows> then;  // after each change

  Rows now() const {
    Rows out;
    for (const auto& [id, states] : made) {
      for (auto state = states.rbegin(); state != states.rend(); ++state) {
        if (undone.contains(state->first)) continue;
        if (state->second) out.emplace(id, *state->second);
        break;
      }
    }
    return out;
  }
};

struct SentFile {
  SourceFile file;
  std::vector<std::pair<int, Model::Row>> rows;
};

class RandomUndoTest : public UndoTest {
 protected:
  static std::vector<std::string> shown_rows(const Model::Rows& rows) {
    std::vector<std::string> out;
    for (const auto& [id, row] : rows)
      out.push_back(std::to_string(id) + "|\"" + row.v + "\"|" + std::to_string(row.updated));
    return out;
  }
  static std::vector<std::string> shown_changes(const Model::Rows& before,
                                                const Model::Rows& after) {
    std::map<std::string, std::string> out;
    for (const auto& [id, row] : after) {
      const auto was = before.find(id);
      const std::string pk = "\"" + std::to_string(id) + "\"";
      if (was == before.end())
        out[pk] = "\"added\" " + pk + " \"" + row.v + "\" null";
      else if (was->second.v != row.v)
        out[pk] = "\"changed\" " + pk + " \"" + row.v + "\" \"" + was->second.v + "\"";
    }
    for (const auto& [id, row] : before) {
      const std::string pk = "\"" + std::to_string(id) + "\"";
      if (!after.contains(id)) out[pk] = "\"removed\" " + pk + " null \"" + row.v + "\"";
    }
    std::vector<std::string> list;
    for (const auto& [pk, line] : out)
      list.push_back(line);
    return list;
  }

  SentFile sent(SeededRandom& random) {
    SentFile out;
    std::string lines;
    const int rows = static_cast<int>(random.next() % 5);
    for (int row = 1; row <= rows; ++row) {
      const int id = static_cast<int>(random.next() % 8);
      const std::string v(1, static_cast<char>('a' + random.next() % 3));
      lines += "{\"id\":" + std::to_string(id) + ",\"v\":\"" + v + "\"}\n";
      out.rows.push_back({id, {v, row}});
    }
    out.file = file(lines);
    const std::int64_t ms =
        out.file.first_received_at.time_since_epoch() / std::chrono::milliseconds(1);
    for (auto& [id, row] : out.rows)
      row.updated += ms << 20;
    return out;
  }

  void load(const SentFile& sent, bool truncate) {
    Load load = load_of_files({sent.file});
    load.truncate = truncate;
    counts(load);
    ASSERT_GT(last_.load, 0u);
    Model::Rows standing = model_.now();
    if (truncate) {
      for (const auto& [id, row] : standing)
        model_.made[id][last_.load] = std::nullopt;
      standing.clear();
    }
    for (const auto& [id, row] : sent.rows) {
      const auto found = standing.find(id);
      if (found != standing.end() && found->second.updated >= row.updated) continue;
      standing[id] = row;
      model_.made[id][last_.load] = row;
    }
    model_.then[last_.load] = model_.now();
  }

  void remove(int from) {
    const auto removed = engine_->remove_rows(
        {"acme",
         "Shop:Orders",
         {.column = "id", .from = std::to_string(from), .to = std::to_string(from + 3)}});
    ASSERT_TRUE(removed) << removed.error().message;
    if (removed->rows == 0) return;
    const std::uint64_t number = engine_->ledger("acme", {.most = 1})->front().counts.load;
    for (const auto& [id, row] : model_.now()) {
      if (id >= from && id < from + 3) model_.made[id][number] = std::nullopt;
    }
    model_.then[number] = model_.now();
  }

  /// Changes of the table behind this one.
  std::uint64_t behind(std::uint64_t number) const {
    return static_cast<std::uint64_t>(
        std::distance(model_.then.upper_bound(number), model_.then.end()));
  }

  void undo_one(std::uint64_t number) {
    const auto entry = engine_->ledger("acme", {.before = number + 1, .most = 1})->front();
    const auto undone = engine_->undo("acme", number, false);
    if (entry.kind == ChangeKind::undo || entry.state == LoadState::undone) {
      EXPECT_FALSE(undone);
      return;
    }
    if (!undone) {
      EXPECT_GE(behind(number), history_.loads) << undone.error().message;
      return;
    }
    model_.undone.insert(number);
    model_.then[undone->number] = model_.now();
  }

  void look(std::uint64_t number) {
    const auto then = engine_->query_as_of(
        "acme", "SELECT id, v, _updated FROM \"Shop:Orders\" ORDER BY id", number, 1000);
    if (!then) {
      EXPECT_GE(behind(number), history_.loads) << then.error().message;
      return;
    }
    EXPECT_EQ(shown(then), shown_rows(model_.then.at(number))) << "as of " << number;
    EXPECT_EQ(since(number), shown_changes(model_.then.at(number), model_.now()))
        << "since " << number;
  }

  void tell(int steps) {
    const std::uint64_t seed = seed_from_environment_or_new();
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    SeededRandom random(seed);
    std::vector<SentFile> files;
    for (int i = 0; i < steps / 2; ++i)
      files.push_back(sent(random));
    const auto any = [&] {
      return std::next(model_.then.begin(),
                       static_cast<std::ptrdiff_t>(random.next() % model_.then.size()))
          ->first;
    };
    load(files[0], false);
    for (int i = 0; i < steps && !HasFailure(); ++i) {
      const std::uint64_t what = random.next() % 10;
      if (what < 5)
        load(files[random.next() % files.size()], random.next() % 8 == 0);
      else if (what == 5)
        remove(static_cast<int>(random.next() % 8));
      else
        undo_one(any());
      EXPECT_EQ(rows("SELECT id, v, _updated FROM \"Shop:Orders\" ORDER BY id"),
                shown_rows(model_.now()))
          << "step " << i;
      look(any());
      look(any());
    }
  }

  Model model_;
};

TEST_F(RandomUndoTest, TheTableItsPastAndItsChangesAreThoseOfAModel) {
  history_.loads = 1000;
  reopen();
  tell(60);
}

TEST_F(RandomUndoTest, WhatIsForgottenChangesNothingOfWhatIsStillTold) {
  history_.loads = 6;
  reopen();
  tell(60);
}

}  // namespace
}  // namespace weir::engine::duckdb
