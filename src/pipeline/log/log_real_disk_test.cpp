// The same log on the machine's own file system.
#include <cstdlib>
#include <filesystem>

#include "env/real/posix_disk.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"
#include "pipeline/log/log_world.hpp"

namespace weir::log {
namespace {

class LogOnARealDiskTest : public testing::TestWithParam<PosixDisk::OnWrite> {
 protected:
  LogOnARealDiskTest() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-log-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    options_.directory = root_ + "/log";
    options_.segment_bytes = 256 * limits::kib;
    options_.commit_bytes_max = 64 * limits::kib;
    options_.spares_ahead = 1;
  }
  ~LogOnARealDiskTest() override {
    log_.reset();
    std::filesystem::remove_all(root_);
  }
  void open() {
    log_.reset();
    auto opened = SegmentedLog::open(disk_, clock_, random_, options_);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    log_ = *std::move(opened);
  }
  static std::string body(std::size_t number) {
    return std::to_string(number) + std::string(number % 900, 'x');
  }

  std::string root_;
  PosixDisk disk_{GetParam()};
  SystemClock clock_;
  SystemRandom random_;
  SegmentedLog::Options options_;
  RememberingSink sink_;
  std::unique_ptr<SegmentedLog> log_;
};

TEST_P(LogOnARealDiskTest, ReadsBackEverythingOverSegmentsAndRestarts) {
  constexpr std::size_t records = 3000;
  std::size_t sent = 0;
  for (const std::size_t until : {records / 2, records}) {
    open();
    while (sent < until) {
      const std::string text = body(sent);
      const Entry entry{
          .stream = orders, .type = PayloadType::xml, .idempotency_key = "k", .body = text};
      const auto appended = log_->append(entry, sink_, sent);
      log_->commit_soon();
      if (appended)
        ++sent;
      else
        sink_.wait_for(sent);
    }
    sink_.wait_for(sent);
  }
  for (const AppendResult& result : sink_.results())
    ASSERT_FALSE(result.error.has_value());
  open();
  EXPECT_EQ(log_->recovered().records, records);
  EXPECT_FALSE(log_->recovered().torn_tail);
  auto reader = log_->read_from(only, {}).value();
  const auto lines = read_lines(*reader);
  ASSERT_EQ(lines.size(), records);
  for (std::size_t i = 0; i < records; ++i) {
    ASSERT_EQ(lines[i].address.sequence.value, i + 1);
    ASSERT_EQ(lines[i].body, body(i));
  }
  reader.reset();
  log_->release(only, log_->durable_end(only));
  options_.catalog = {.checkpoint = log_->durable_end(only),
                      .next_sequences = {{orders, Sequence{records + 1}}}};
  open();
}

std::string name_of(const testing::TestParamInfo<PosixDisk::OnWrite>& parameter) {
  return parameter.param == PosixDisk::OnWrite::direct ? "Direct" : "ThroughCache";
}

INSTANTIATE_TEST_SUITE_P(OnWrite, LogOnARealDiskTest,
                         testing::Values(PosixDisk::OnWrite::direct,
                                         PosixDisk::OnWrite::through_cache),
                         name_of);

}  // namespace
}  // namespace weir::log
