// Goes through a file as the rows were read from it, and makes none. An index of rows would have to
// be written with each load; only rows in error are looked for, and few of them.

#include "engine/duckdb/reader/record_finder.hpp"

#include <utility>

#include "engine/duckdb/reader/batch_file.hpp"
#include "engine/duckdb/reader/file_lines.hpp"
#include "engine/duckdb/reader/file_receipts.hpp"
#include "engine/duckdb/reader/node_json.hpp"
#include "xml/ingest_pack.hpp"

namespace weir::engine::duckdb {

namespace {

class LineFinder : public RecordFinder {
 public:
  LineFinder(FileLines lines, FileReceipts receipts)
      : lines_(std::move(lines)), receipts_(std::move(receipts)) {}

  Result<std::optional<Found>> of_row(std::uint64_t row) override {
    if (!receipts_.needs_every_line())
      return std::optional<Found>({row, std::string(receipts_.of({{}, row, 0}))});
    while (found_.record < row) {
      WEIR_TRY(const auto line, lines_.next());
      if (!line) return std::optional<Found>();
      found_ = {line->number, std::string(receipts_.of(*line))};
    }
    return found_.record == row ? std::optional(found_) : std::nullopt;
  }

  Result<std::optional<std::string>> text_of(std::uint64_t record) override {
    while (true) {
      WEIR_TRY(const auto line, lines_.next());
      if (!line || line->number > record) return std::optional<std::string>();
      if (line->number == record) return std::optional(std::string(line->text));
    }
  }

 private:
  FileLines lines_;
  FileReceipts receipts_;
  Found found_;
};

class PackFinder : public RecordFinder {
 public:
  PackFinder(std::string content, std::string row_tag)
      : content_(std::move(content)), row_tag_(std::move(row_tag)), reader_(content_) {}

  Result<std::optional<Found>> of_row(std::uint64_t row) override {
    while (rows_ < row) {
      WEIR_TRY(const auto more, next());
      if (!more) return std::optional<Found>();
      ++found_.record;
      found_.receipt = record_ ? record_->head.request_id : std::string_view();
      if (record_) xml::find_rows(record_->payload, row_tag_, [this](const auto&) { ++rows_; });
      if (!record_) ++rows_;
    }
    return std::optional(found_);
  }

  Result<std::optional<std::string>> text_of(std::uint64_t record) override {
    while (found_.record < record) {
      WEIR_TRY(const auto more, next());
      if (!more) return std::optional<std::string>();
      ++found_.record;
    }
    if (!record_) return std::optional<std::string>();
    std::string text;
    append_json(text, record_->payload, false);
    return std::optional(std::move(text));
  }

 private:
  /// False at the end; `record_` is empty where there is one that cannot be read.
  Result<bool> next() {
    record_.reset();
    auto record = reader_.next();
    if (!record) {
      WEIR_CHECK(reader_.skip());
      return true;
    }
    if (!*record) return false;
    record_ = *std::move(record);
    return true;
  }

  std::string content_;
  std::string row_tag_;
  xml::PackReader reader_;
  std::optional<xml::PackRecord> record_;
  std::uint64_t rows_ = 0;  // up to and with the record
  Found found_;
};

}  // namespace

Result<std::unique_ptr<RecordFinder>> RecordFinder::open(const ReadPlan& plan) {
  if (plan.format == FileFormat::cbor) {
    WEIR_TRY(std::string content, read_whole(plan.place(0), plan.claim(0)));
    return std::unique_ptr<RecordFinder>(
        std::make_unique<PackFinder>(std::move(content), plan.row_tag));
  }
  WEIR_TRY(FileLines lines, FileLines::open(plan.place(0), plan.claim(0)));
  WEIR_TRY(FileReceipts receipts, FileReceipts::open(plan, 0));
  return std::unique_ptr<RecordFinder>(
      std::make_unique<LineFinder>(std::move(lines), std::move(receipts)));
}

}  // namespace weir::engine::duckdb
