// An e-mail message or a mailbox: nothing in it brings the worker down, its text is valid, and so are the
// names of its files.
#include "worker/formats/mail.h"

#include <cstdint>

#include "tests/fuzz/members.h"
#include "worker/formats/mail_message.h"
#include "worker/formats/mbox.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docket;
  using namespace docket::worker;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(is_mail(bytes));
  const auto mail = read_mail(bytes, [](std::string_view html) { return std::string(html); });
  if (mail)
    for (const Page& page : mail->text.pages)
      if (!is_utf8(page.text)) std::abort();
  MemberBudget budget(small_limits, size);
  std::set<std::string> files, messages;
  static_cast<void>(unpack_mail(bytes, budget, checked_members(files)));
  if (is_mbox(bytes)) static_cast<void>(unpack_mbox(bytes, budget, checked_members(messages)));
  return 0;
}
