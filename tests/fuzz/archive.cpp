// An archive: one letter for its type, then its bytes. Nothing in it brings the worker down, and no name
// leads out of it.
#include "worker/formats/archive.h"

#include <cstdint>

#include "tests/fuzz/members.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docket::worker;
  constexpr std::string_view types[] = {
      "application/zip",   "application/x-tar",   "application/x-7z-compressed",
      "application/gzip",  "application/x-bzip2", "application/x-xz",
      "application/zstd",  "application/x-rar",   "application/vnd.ms-cab-compressed",
      "application/x-lzip"};
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  MemberBudget budget(small_limits, bytes.size());
  std::set<std::string> names;
  std::vector<std::string> problems;
  static_cast<void>(unpack_archive(bytes, types[data[0] % std::size(types)], {"sesame"}, budget,
                                   checked_members(names), problems));
  return 0;
}
