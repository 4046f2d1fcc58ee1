#include "cli/client/event_stream.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace weir::cli {
namespace {

std::vector<std::string> read(EventStream& stream, std::string_view bytes) {
  std::vector<std::string> events;
  stream.feed(bytes,
              [&](const ServerEvent& event) { events.push_back(event.name + "=" + event.data); });
  return events;
}

TEST(EventStreamTest, EventsAreTheSameHoweverTheirBytesAreCut) {
  const std::string_view text =
      "retry: 1000\n\nid: 7\nevent: tail\ndata: {\"a\":1}\n\n: a comment\ndata:x\r\ndata: y\r\n\r\n"
      "event: none\n\n";
  const std::vector<std::string> events{"tail={\"a\":1}", "message=x\ny"};
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EventStream stream;
    std::vector<std::string> seen = read(stream, text.substr(0, cut));
    for (std::string& event : read(stream, text.substr(cut)))
      seen.push_back(std::move(event));
    EXPECT_EQ(seen, events) << cut;
    EXPECT_EQ(stream.last_id(), "7");
  }
}

TEST(EventStreamTest, AnEventThatWasCutOffIsNoneAndItsIdIsNotTheLastOne) {
  EventStream stream;
  read(stream, "id: 1\ndata: a\n\nid: 2\ndata: b");
  EXPECT_EQ(stream.last_id(), "1");
  stream.restart();
  EXPECT_EQ(read(stream, "data: c\n\n"), std::vector<std::string>{"message=c"});
  EXPECT_EQ(stream.last_id(), "1");
}

}  // namespace
}  // namespace weir::cli
