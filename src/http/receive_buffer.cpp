#include "http/receive_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "http/request.hpp"

namespace weir::http {
namespace {

constexpr std::size_t fixed = limits::connection_buffer_bytes;
// Below this size a read is not worth a system call if moving the rest makes more room.
constexpr std::size_t worth_reading = fixed / 4;

}  // namespace

ReceiveBuffer::ReceiveBuffer(MemoryBudget& budget)
    : budget_(&budget), bytes_(std::make_unique_for_overwrite<char[]>(fixed + body_padding)) {}

ReceiveBuffer::~ReceiveBuffer() {
  discard();
}

void ReceiveBuffer::discard() {
  budget_->release(capacity_ - fixed);
  bytes_.reset();
  capacity_ = fixed;
  begin_ = end_ = 0;
}

std::span<char> ReceiveBuffer::room(std::size_t bytes_wanted) {
  if (begin_ > 0 && capacity_ - end_ < worth_reading) {
    std::memmove(bytes_.get(), begin(), size());
    end_ = size();
    begin_ = 0;
  }
  if (end_ == capacity_) {
    // Doubles, so that memory is allocated only for bytes that were really sent.
    const std::size_t capacity = std::min(std::max(bytes_wanted, capacity_ + 1), capacity_ * 2);
    if (!budget_->reserve(capacity - capacity_)) return {};
    move_to(capacity);
  }
  return {bytes_.get() + end_, capacity_ - end_};
}

bool ReceiveBuffer::charge_to(MemoryBudget& budget) {
  const std::size_t grown = capacity_ - fixed;
  if (!budget.reserve(grown)) return false;
  budget_->release(grown);
  budget_ = &budget;
  return true;
}

void ReceiveBuffer::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
  if (capacity_ > fixed && size() <= fixed) {
    budget_->release(capacity_ - fixed);
    move_to(fixed);
  }
}

void ReceiveBuffer::move_to(std::size_t capacity) {
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity + body_padding);
  std::memcpy(bytes.get(), begin(), size());
  end_ = size();
  begin_ = 0;
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

}  // namespace weir::http
