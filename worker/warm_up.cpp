#include "worker/warm_up.h"

#include "worker/formats/archive.h"
#include "worker/formats/mail_message.h"
#include "worker/formats/msg.h"
#include "worker/pdf/pdf.h"

namespace docket::worker {
namespace {

/// Without a cross-reference table: poppler makes one, which is all the same to us.
constexpr std::string_view small_pdf =
    "%PDF-1.4\n"
    "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
    "2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"
    "3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R"
    "/Resources<</Font<</F 5 0 R>>>>>> endobj\n"
    "4 0 obj <</Length 37>> stream\nBT /F 12 Tf 20 50 Td (Warm up) Tj ET\n\nendstream endobj\n"
    "5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj\n"
    "trailer <</Root 1 0 R>>\n";

}  // namespace

void warm_up() {
  static_cast<void>(read_pdf(small_pdf, {}).has_value());
  load_archives();
  load_mail();
  load_msg();
}

}  // namespace docket::worker
