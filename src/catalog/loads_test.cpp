#include "catalog/loads.hpp"

#include <map>
#include <string>

#include <gmock/gmock.h>

#include "catalog/batch_fixture.hpp"

namespace weir::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A load, and what the test calls the run it is of.
struct NamedLoad : TableLoad {
  std::string run;
};

/// One stream with a file of 2027-03-02, hour 8.
class LoadsTest : public BatchTest {
 protected:
  LoadsTest() : stream_(add_stream(acme_)) {
    Courier courier;
    courier.name = "Hourly";
    courier.stream_id = stream_.id;
    courier_id_ = catalog_->couriers().add(acme_, courier)->id;
    file(1, 3);
  }

  Loads& loads() { return catalog_->loads(); }
  void file(std::uint64_t first, std::uint64_t last) {
    files_.push_back(one_file(stream_, first, last, Lsn{4096 * last}).batches[0]);
    ASSERT_TRUE(commit(one_file(stream_, first, last, Lsn{4096 * last})));
  }
  NamedLoad load(const std::string& run, const std::string& table = "Shop:Orders") {
    NamedLoad load;
    load.run = run;
    load.tenant_no = acme_;
    load.table = table;
    load.chosen.stream_id = stream_.id;
    load.committed = loads().committed().value();
    return load;
  }
  RunLease claim_new_run() {
    Run run;
    run.courier_id = courier_id_;
    EXPECT_TRUE(catalog_->runs().add(acme_, run));
    return catalog_->runs().claim("test", std::chrono::seconds(30)).value()->lease;
  }
  void done(const NamedLoad& load) {
    const RunLease lease = claim_new_run();
    names_[lease.run_id] = load.run;
    const auto added = loads().add(lease, load);
    ASSERT_TRUE(added) << added.error().message;
  }
  std::vector<std::string> runs_of(std::size_t file) {
    std::vector<std::string> out;
    const auto found = loads().of(files_[file]).value();
    for (const LoadedInto& into : found)
      out.push_back(names_[into.run_id] + " " + into.table);
    return out;
  }

  const Stream stream_;
  std::string courier_id_;
  std::vector<Batch> files_;
  std::map<std::string, std::string> names_;  // of runs, by their ids
};

TEST_F(LoadsTest, AFileIsWhereItWasLoadedToLast) {
  EXPECT_THAT(runs_of(0), IsEmpty());
  done(load("wf-1"));
  done(load("wf-2"));
  done(load("wf-3", "Shop:Lines"));
  EXPECT_THAT(runs_of(0), ElementsAre("wf-3 Shop:Lines", "wf-2 Shop:Orders"));
  EXPECT_EQ(loads().of(files_[0])->at(0).at, clock_.now());
}

TEST_F(LoadsTest, AFileCommittedWhileTheRunLookedIsNotClaimed) {
  const NamedLoad looking = load("wf-1");
  file(4, 6);
  done(looking);
  EXPECT_THAT(runs_of(0), ElementsAre("wf-1 Shop:Orders"));
  EXPECT_THAT(runs_of(1), IsEmpty());
  done(load("wf-2"));
  EXPECT_THAT(runs_of(1), ElementsAre("wf-2 Shop:Orders"));
}

TEST_F(LoadsTest, AFileOfAnotherDayHourOrStreamWasNotChosen) {
  NamedLoad day_before = load("wf-1");
  day_before.chosen.to = parse_day("2027-03-02");
  NamedLoad day_after = load("wf-2");
  day_after.chosen.from = parse_day("2027-03-03");
  NamedLoad other_hour = load("wf-3");
  other_hour.chosen.hour = 9;
  NamedLoad other_stream = load("wf-4");
  other_stream.chosen.stream_id = add_stream(acme_).id;
  for (const NamedLoad& one : {day_before, day_after, other_hour, other_stream})
    done(one);
  EXPECT_THAT(runs_of(0), IsEmpty());
  NamedLoad that_hour = load("wf-5");
  that_hour.chosen = {stream_.id, parse_day("2027-03-02"), parse_day("2027-03-03"), 8};
  done(that_hour);
  EXPECT_THAT(runs_of(0), ElementsAre("wf-5 Shop:Orders"));
}

TEST_F(LoadsTest, WhatATruncatingLoadTookOutOfTheTableIsLoadedNoMore) {
  done(load("wf-1"));
  NamedLoad emptied = load("wf-2");
  emptied.chosen.from = parse_day("2027-03-03");
  emptied.truncates = true;
  done(emptied);
  EXPECT_THAT(runs_of(0), IsEmpty());
  NamedLoad anew = load("wf-3");
  anew.truncates = true;
  done(anew);
  EXPECT_THAT(runs_of(0), ElementsAre("wf-3 Shop:Orders"));
  anew.run = "wf-4";
  anew.fills = false;
  done(anew);
  EXPECT_THAT(runs_of(0), IsEmpty());
}

TEST_F(LoadsTest, AStreamOfAnotherTenantCannotBeNamed) {
  NamedLoad wrong = load("wf-1");
  wrong.tenant_no = rival_;
  EXPECT_EQ(code_of(loads().add(claim_new_run(), wrong)), Errc::not_found);
}

TEST_F(LoadsTest, ARunThatIsAnothersByNowNotesNothing) {
  const RunLease lease = claim_new_run();
  clock_.turn(std::chrono::seconds(30));
  const auto taken = catalog_->runs().claim("another", std::chrono::seconds(30)).value();
  ASSERT_TRUE(taken);
  EXPECT_EQ(code_of(loads().add(lease, load("late"))), Errc::conflict);
  EXPECT_THAT(runs_of(0), IsEmpty());
  EXPECT_TRUE(loads().add(taken->lease, load("in time")));
}

}  // namespace
}  // namespace weir::catalog
