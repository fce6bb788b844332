// A message that Outlook has saved: nothing in it brings the worker down.
#include "worker/formats/msg.h"

#include <cstdint>

#include "tests/fuzz/members.h"
#include "worker/formats/compressed_rtf.h"
#include "worker/formats/tnef.h"

/// libgsf lets go of what it has read of the directory where a file ends too early. Who asked GLib for the
/// memory is seen by the slow unwinder alone.
extern "C" const char* __lsan_default_suppressions() { return "leak:gsf_infile_msole_new\n"; }
extern "C" const char* __asan_default_options() { return "fast_unwind_on_malloc=0"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docket;
  using namespace docket::worker;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto as_it_is = [](std::string_view text) { return std::string(text); };
  static_cast<void>(decompressed_rtf(bytes));
  static_cast<void>(files_in_tnef(bytes));
  const auto message = read_msg(bytes, as_it_is, as_it_is);
  if (message)
    for (const Page& page : message->text.pages)
      if (!is_utf8(page.text)) std::abort();
  MemberBudget budget(small_limits, size);
  std::set<std::string> names;
  static_cast<void>(unpack_msg(bytes, budget, checked_members(names)));
  return 0;
}
