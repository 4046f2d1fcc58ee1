#include "catalog/paging.hpp"

#include <functional>

#include <gmock/gmock.h>

#include "catalog/batch_fixture.hpp"

namespace weir::catalog {
namespace {

using ::testing::HasSubstr;

/// Goes round a list until there is no next page; what stood where, in order.
template <class List, class NameOf>
std::vector<std::string> go_round(const List& list, std::uint32_t limit, const NameOf& name_of) {
  std::vector<std::string> names;
  PageRequest request{limit, ""};
  do {
    const auto page = list(request);
    if (!page) {
      ADD_FAILURE() << page.error().message;
      return names;
    }
    EXPECT_LE(page->items.size(), limit);
    EXPECT_FALSE(page->items.empty() && !page->next_token.empty());
    for (const auto& item : page->items)
      names.push_back(name_of(item));
    request.next_token = page->next_token;
  } while (!request.next_token.empty());
  return names;
}

class PagingTest : public BatchTest {
 protected:
  void SetUp() override {
    Courier courier;
    for (int i = 0; i < 7; ++i) {
      const std::string name = "n" + std::to_string(i);
      names_.push_back(name);
      for (const std::uint32_t tenant : {acme_, rival_}) {
        const Stream stream =
            catalog_->streams().add(tenant, {name, "", std::nullopt, false}).value();
        EXPECT_TRUE(catalog_->keys().add(tenant, name, {"api-keys:issue"}));
        EXPECT_TRUE(catalog_->ingest_queries().add(tenant, {"", 0, name, "", "SELECT 1", {}}));
        Feed feed;
        feed.source = "S";
        feed.name = name;
        EXPECT_TRUE(catalog_->feeds().add(tenant, feed));
        courier.name = name;
        Run run;
        run.courier_id = catalog_->couriers().add(tenant, courier)->id;
        EXPECT_TRUE(catalog_->runs().add(tenant, run));
        BatchCommit file = one_file(stream, 1, 2, Lsn{next_lsn_ += 4096});
        file.batches[0].path = std::to_string(tenant) + name;
        file.batches[0].records = 1;
        file.batches[0].quarantined = 1;
        file.quarantined = {quarantined(stream, 1)};
        file.quarantined[0].reason = name;
        EXPECT_TRUE(commit(file));
      }
    }
  }

  std::vector<std::string> names_;
  std::uint64_t next_lsn_ = 0;
};

TEST_F(PagingTest, EveryListIsGoneRoundOnceWhateverThePageSize) {
  const auto name_of = [](const auto& item) { return item.name; };
  for (const std::uint32_t limit : {1u, 2u, 3u, 6u, 7u, 8u, 1000u}) {
    SCOPED_TRACE(limit);
    const auto list_of = [&](auto& table) {
      return [&](const PageRequest& page) { return table.list(acme_, page); };
    };
    EXPECT_EQ(go_round(list_of(catalog_->streams()), limit, name_of), names_);
    EXPECT_EQ(go_round(list_of(catalog_->keys()), limit, name_of), names_);
    EXPECT_EQ(go_round(list_of(catalog_->feeds()), limit, name_of), names_);
    EXPECT_EQ(go_round(list_of(catalog_->ingest_queries()), limit, name_of), names_);
    EXPECT_EQ(go_round(list_of(catalog_->couriers()), limit, name_of), names_);
    EXPECT_EQ(go_round([&](const auto& page) { return catalog_->runs().list(acme_, page); }, limit,
                       name_of),
              std::vector<std::string>(names_.rbegin(), names_.rend()))
        << "newest first";
    EXPECT_EQ(go_round([&](const auto& page) { return batches().list(acme_, {}, page); }, limit,
                       [](const Batch& batch) { return batch.path.substr(1); }),
              names_);
    EXPECT_EQ(go_round([&](const auto& page) { return batches().quarantined(acme_, {}, page); },
                       limit, [](const Quarantined& record) { return record.reason; }),
              names_);
  }
}

/// From the first page to the last, and back: each item is seen twice, and in the list's order.
template <class List, class NameOf>
std::vector<std::string> there_and_back(const List& list, PageRequest request,
                                        const NameOf& name_of) {
  std::vector<std::string> there;
  std::vector<std::string> back;
  PageRequest previous = request;
  while (true) {
    const auto page = list(request).value();
    EXPECT_EQ(page.previous_token.empty(), there.empty());
    for (const auto& item : page.items)
      there.push_back(name_of(item));
    if (page.next_token.empty()) {
      for (auto item = page.items.rbegin(); item != page.items.rend(); ++item)
        back.push_back(name_of(*item));
      previous.previous_token = page.previous_token;
      break;
    }
    request.next_token = page.next_token;
  }
  while (!previous.previous_token.empty()) {
    const auto page = list(previous).value();
    EXPECT_FALSE(page.next_token.empty());
    for (auto item = page.items.rbegin(); item != page.items.rend(); ++item)
      back.push_back(name_of(*item));
    previous.previous_token = page.previous_token;
  }
  EXPECT_EQ(back, std::vector<std::string>(there.rbegin(), there.rend()));
  return there;
}

TEST_F(PagingTest, PagesGoBothWaysInBothOrders) {
  const auto name_of = [](const auto& item) { return item.name; };
  const std::vector<std::string> newest(names_.rbegin(), names_.rend());
  for (const std::uint32_t limit : {1u, 2u, 3u, 6u, 7u, 8u}) {
    SCOPED_TRACE(limit);
    const auto both_ways = [&](const auto& list, const auto& name_of_item) {
      EXPECT_EQ(there_and_back(list, {.limit = limit, .order = Order::oldest}, name_of_item),
                names_);
      EXPECT_EQ(there_and_back(list, {.limit = limit, .order = Order::newest}, name_of_item),
                newest);
    };
    const auto list_of = [&](auto& table) {
      return [&](const PageRequest& page) { return table.list(acme_, page); };
    };
    both_ways(list_of(catalog_->streams()), name_of);
    both_ways(list_of(catalog_->keys()), name_of);
    both_ways(list_of(catalog_->feeds()), name_of);
    both_ways(list_of(catalog_->ingest_queries()), name_of);
    both_ways(list_of(catalog_->couriers()), name_of);
    both_ways(list_of(catalog_->runs()), name_of);
    both_ways([&](const auto& page) { return batches().list(acme_, {}, page); },
              [](const Batch& batch) { return batch.path.substr(1); });
    both_ways([&](const auto& page) { return batches().quarantined(acme_, {}, page); },
              [](const Quarantined& record) { return record.reason; });
  }
}

TEST_F(PagingTest, ATextIsFoundInNamesAndIds) {
  const auto found = [&](const std::string& text) {
    return catalog_->streams().list(acme_, {.text = text}).value().items;
  };
  EXPECT_EQ(found("N3").size(), 1u);
  EXPECT_EQ(found("n").size(), names_.size());
  EXPECT_EQ(found("no such").size(), 0u);
  EXPECT_EQ(found("%").size(), 0u) << "it is no pattern";
  const std::string id = found("n3")[0].id;
  ASSERT_FALSE(found(id).empty());
  EXPECT_EQ(found(id)[0].id, id);
  EXPECT_EQ(there_and_back([&](const auto& page) { return catalog_->runs().list(acme_, page); },
                           {.limit = 1, .text = "n5"}, [](const Run& run) { return run.name; }),
            std::vector<std::string>{"n5"});
}

TEST_F(PagingTest, ATokenIsGoodForItsOrderAndDirectionOnly) {
  const auto list = [&](PageRequest page) {
    page.limit = 2;
    return catalog_->streams().list(acme_, page);
  };
  const std::string next = list({})->next_token;
  const std::string previous = list({.next_token = next})->previous_token;
  ASSERT_FALSE(previous.empty());
  EXPECT_TRUE(list({.next_token = next, .order = Order::oldest})) << "the list's own";
  EXPECT_EQ(code_of(list({.next_token = next, .order = Order::newest})), Errc::bad_request);
  EXPECT_EQ(code_of(list({.previous_token = next})), Errc::bad_request);
  EXPECT_EQ(code_of(list({.next_token = previous})), Errc::bad_request);
  EXPECT_EQ(code_of(list({.next_token = next, .previous_token = previous})), Errc::bad_request);
}

TEST_F(PagingTest, WhatIsAddedWhileGoingRoundComesLast) {
  const auto first = catalog_->streams().list(acme_, {4, ""}).value();
  ASSERT_TRUE(catalog_->streams().add(acme_, {"late", "", std::nullopt, false}));
  const auto second = catalog_->streams().list(acme_, {4, first.next_token}).value();
  ASSERT_EQ(second.items.size(), 4u);
  EXPECT_EQ(second.items[0].name, "n4");
  EXPECT_EQ(second.items[3].name, "late");
  EXPECT_EQ(second.next_token, "");
}

TEST_F(PagingTest, AKeyRemovedWhileGoingRoundHidesNoOther) {
  const auto first = catalog_->keys().list(acme_, {3, ""}).value();
  ASSERT_TRUE(catalog_->keys().remove(acme_, first.items[2].id));
  const auto second = catalog_->keys().list(acme_, {3, first.next_token}).value();
  EXPECT_EQ(second.items[0].name, "n3");
}

TEST_F(PagingTest, ATokenIsGoodForItsListOnly) {
  const auto token = catalog_->streams().list(acme_, {1, ""})->next_token;
  ASSERT_FALSE(token.empty());
  EXPECT_EQ(code_of(catalog_->keys().list(acme_, {1, token})), Errc::bad_request);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == '0' ? '1' : '0';
    const auto refused = catalog_->streams().list(acme_, {1, altered});
    EXPECT_EQ(code_of(refused), Errc::bad_request) << altered;
    EXPECT_THAT(message_of(refused), HasSubstr("next_token"));
  }
  for (const std::string& made_up :
       {std::string("2"), std::string("' OR 1=1 --"), std::string(24, 'f'), std::string(24, ' '),
        std::string("-") + std::string(23, '1'), token + "0", std::string(10'000, '0')})
    EXPECT_EQ(code_of(catalog_->streams().list(acme_, {1, made_up})), Errc::bad_request);
}

TEST_F(PagingTest, ATokenOfAnotherTenantShowsOnesOwn) {
  const auto token = catalog_->streams().list(rival_, {3, ""})->next_token;
  const auto page = catalog_->streams().list(acme_, {100, token}).value();
  for (const Stream& stream : page.items)
    EXPECT_EQ(stream.tenant_no, acme_);
  EXPECT_EQ(page.items.size(), 4u);
}

TEST_F(PagingTest, TheLimitHasBounds) {
  for (const std::uint32_t limit : {0u, 1001u, 4'000'000'000u}) {
    const auto refused = catalog_->streams().list(acme_, {limit, ""});
    EXPECT_EQ(code_of(refused), Errc::bad_request);
    EXPECT_THAT(message_of(refused), HasSubstr("1000"));
  }
}

TEST_F(PagingTest, APageOfTheQuarantineTellsTheSizesOfItsBodiesAndHoldsNone) {
  const Stream stream = add_stream(acme_);
  BatchCommit big;
  big.checkpoint = Lsn{next_lsn_ += 4096};
  big.positions = {{stream.no, Sequence{1}, Sequence{5}, PayloadType::xml}};
  for (std::uint64_t i = 1; i <= 4; ++i) {
    big.quarantined.push_back(quarantined(stream, i));
    big.quarantined.back().body = std::string(limits::payload_bytes_ceiling, 'x');
  }
  ASSERT_TRUE(commit(big));
  const auto page = batches().quarantined(acme_, {.stream_id = stream.id}, {}).value();
  EXPECT_EQ(page.items.size(), 4u);
  for (const Quarantined& record : page.items) {
    EXPECT_EQ(record.body_bytes, limits::payload_bytes_ceiling);
    EXPECT_EQ(record.body, "");
  }
}

}  // namespace
}  // namespace weir::catalog
