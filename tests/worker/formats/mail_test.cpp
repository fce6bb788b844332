#include "worker/formats/mail.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

TEST(Mail, HasWhatOnlyMailProgramsWrite) {
  const std::string sender = "From: a@b.example\nSubject: x\n y\n";
  for (const char* field :
       {"MIME-Version: 1.0", "Return-Path: <a@b.example>", "Message-ID:\n <1.2@b.example>",
        "Received: from mx.b.example (mx [192.0.2.1])\n\tby c.example with ESMTP id 7;\n\tFri, 16 Dec 2022",
        "DKIM-Signature: v=1; a=rsa-sha256", "Content-Type: text/plain; charset=utf-8",
        "Content-Type: multipart/mixed;\n boundary=x", "Date: Fri, 16 Dec 2022 17:04:16 -0500",
        "date: 6 Dec 2022 17:04 GMT"}) {
    EXPECT_TRUE(is_mail(sender + field + "\n\nhello\n")) << field;
    EXPECT_TRUE(is_mail(std::string(field) + "\r\n" + sender + "\r\nhello\r\n")) << field;
  }
  EXPECT_TRUE(is_mail("From a@b.example Fri Dec 16 17:04:16 2022\nMIME-Version: 1.0\n\nhello\n"));
  EXPECT_TRUE(is_mail("\xEF\xBB\xBFMIME-Version: 1.0\nSubject: no text"));
}

TEST(Mail, IsNoLetterWithTheSameWords) {
  for (const char* text :
       {"Date: 5 March 2024\nFrom: Acme Ltd\nTo: Buyer plc\n\nINVOICE 4711\n",
        "Date: 5 March 2024\nFrom: Acme Ltd\n",
        "From: Jane Ash\nTo: All staff\nDate: 5 March 2024\nRe: Holidays\n\nPlease note\n",
        "From: the board\nTo: all staff\n\nhello\n",
        "From: billing@acme.example\nTo: a@b.example\n\nINVOICE\n",
        "To: Buyer plc\nSubject: Invoice 4711\nReceived: 7 March 2024\n\nTotal: 3\n",
        "Received: from Acme Ltd on 7 March 2024\nDate: Fri 5 March 2024, 10:00\n\nGoods\n",
        "Date: 05/03/2024 10:15 +0100\nReferences: PO 12, PO 13\n\nINVOICE\n",
        "Content-Type: the kind of the goods\n\nparcels\n", "A letter that mentions\nMIME-Version: 1.0\n\n",
        "MIME-Version: 1.0\nis what mails begin with\n\n", ""})
    EXPECT_FALSE(is_mail(text)) << text;
}

}  // namespace
}  // namespace docket::worker
