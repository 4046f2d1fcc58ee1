#include "env/fake/test_directory.hpp"
#include "env/real/posix_disk.hpp"
#include "pipeline/store/local_directory_store.hpp"
#include "pipeline/store/store_contract_fixture.hpp"

namespace weir::store {
namespace {

OpenedStore open_directory() {
  static const TestDirectory directory;
  auto disk = std::make_shared<PosixDisk>();
  return {LocalDirectoryStore::open(*disk, directory.file("store")).value(), {disk}};
}

INSTANTIATE_TEST_SUITE_P(Directory, StoreContract,
                         testing::Values(StoreUnderTest{"directory", open_directory}));

}  // namespace
}  // namespace weir::store
