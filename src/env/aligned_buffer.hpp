#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace weir {

/// Memory aligned to 4096 bytes, as Durability::on_write requires of buffers that are read into or
/// written from. The contents start unspecified. Move-only.
class AlignedBuffer {
 public:
  static constexpr std::size_t alignment = 4096;

  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t bytes)
      : data_(static_cast<char*>(::operator new (bytes, std::align_val_t{alignment}))),
        size_(bytes) {}

  char* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }

 private:
  struct Free {
    void operator()(char* bytes) const noexcept {
      ::operator delete (bytes, std::align_val_t{alignment});
    }
  };
  std::unique_ptr<char, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace weir
