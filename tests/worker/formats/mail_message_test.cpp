#include "worker/formats/mail_message.h"

#include <gtest/gtest.h>

#include "tests/unpacked.h"

namespace docket::worker {
namespace {

const HtmlToText shown = [](std::string_view html) { return "html:" + std::string(html) + "\n"; };

Extraction read_message(const std::string& bytes) {
  auto mail = read_mail(bytes, shown);
  EXPECT_TRUE(mail) << mail.error().message;
  return mail ? std::move(*mail) : Extraction();
}

std::string text_of(const std::string& bytes) {
  std::string text;
  for (const Page& page : read_message(bytes).text.pages)
    text += page.text;
  return text;
}

Unpacked files_of(const std::string& bytes) {
  Unpacked files;
  MemberBudget budget({}, bytes.size());
  const auto failed = unpack_mail(bytes, budget, files.handler());
  EXPECT_FALSE(failed) << failed->message;
  return files;
}

const std::string head = "From: =?utf-8?Q?J=C3=B6rg?= <j@a.example>\nTo: b@a.example\nMIME-Version: 1.0\n";

TEST(MailMessage, BeginsWithItsHeaders) {
  const std::string mail =
      "From: =?iso-8859-1?Q?J=F6rg_M=FCller?= <j@a.example>\r\nTo: Bob\r\n <b@a.example>, c@a.example\r\n"
      "Cc: \"D, E\" <d@a.example>\r\nSubject: =?utf-8?B?UmVjaG51bmc=?=\r\n =?utf-8?B?IE3DpHJ6?=\r\n"
      "Date: Tue, 05 Mar 2024 10:15:00 +0100\r\nMessage-ID: <1@a.example>\r\n\r\nHello\r\n";
  EXPECT_EQ(
      text_of(mail),
      "From: Jörg Müller <j@a.example>\nTo: Bob <b@a.example>, c@a.example\nCc: \"D, E\" <d@a.example>\n"
      "Date: Tue, 05 Mar 2024 10:15:00 +0100\nSubject: Rechnung März\n\nHello\n");
  const nlohmann::json metadata = read_message(mail).value["metadata"];
  EXPECT_EQ(metadata["subject"], "Rechnung März");
  EXPECT_EQ(metadata["date"], "2024-03-05T10:15:00+01:00");
  EXPECT_EQ(metadata["message_id"], "1@a.example");
  EXPECT_EQ(metadata["to"], "Bob <b@a.example>, c@a.example");
}

TEST(MailMessage, ShowsTheBestBody) {
  const auto alternative = [](const std::string& plain) {
    return head + "Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain\n\n" +
           plain + "\n--x\nContent-Type: text/html; charset=utf-8\n\n<b>bold</b>\n--x--\n";
  };
  EXPECT_NE(text_of(alternative("plain words")).find("\nplain words"), std::string::npos);
  EXPECT_EQ(text_of(alternative("plain words")).find("bold"), std::string::npos);
  EXPECT_NE(text_of(alternative("  \n")).find("html:<b>bold</b>"), std::string::npos);
  const std::string mixed = head +
                            "Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\n\ntwo\n--x\n"
                            "Content-Type: text/plain; name=notes.txt\n\nthree\n--x--\n";
  EXPECT_NE(text_of(mixed).find("one\n\ntwo"), std::string::npos);
  EXPECT_EQ(text_of(mixed).find("three"), std::string::npos);
}

TEST(MailMessage, DecodesWhatCharsetsAreMeant) {
  const auto with = [](const std::string& type, const std::string& encoding, const std::string& body) {
    return text_of(head + "Content-Type: text/plain" + type + "\nContent-Transfer-Encoding: " + encoding +
                   "\n\n" + body);
  };
  EXPECT_NE(with("; charset=iso-8859-1", "8bit",
                 "Gr\xFC\xDF"
                 "e")
                .find("Grüße"),
            std::string::npos);
  EXPECT_NE(with("; charset=windows-1252", "quoted-printable", "5 =80").find("5 €"), std::string::npos);
  EXPECT_NE(with("; charset=utf-8", "base64", "R3LDvMOfZQ==").find("Grüße"), std::string::npos);
  EXPECT_NE(with("; charset=us-ascii", "8bit",
                 "Gr\xC3\xBC\xC3\x9F"
                 "e")
                .find("Grüße"),
            std::string::npos);
  EXPECT_NE(with("; charset=no-such", "8bit",
                 "Gr\xC3\xBC\xC3\x9F"
                 "e")
                .find("Grüße"),
            std::string::npos);
  EXPECT_NE(with("; charset = \"UTF-8\"Content-Transfer-Encoding: 8bit", "8bit",
                 "Gr\xC3\xBC\xC3\x9F"
                 "e")
                .find("Grüße"),
            std::string::npos);
  EXPECT_NE(with("; format=flowed", "7bit", "one \ntwo\n> a \n> b\n").find("one two\n> a b\n"),
            std::string::npos);
}

TEST(MailMessage, HasFilesOfThreeKinds) {
  const std::string mail =
      head +
      "Content-Type: multipart/signed; boundary=s\n\n--s\nContent-Type: multipart/mixed; boundary=m\n\n--m\n"
      "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<img "
      "src='cid:1'>\n--r\n"
      "Content-Type: image/png; name=logo.png\nContent-ID: <1>\nContent-Transfer-Encoding: "
      "base64\n\naGk=\n--r--\n--m\n"
      "Content-Type: application/pdf\nContent-Disposition: attachment; "
      "filename*=utf-8''Rechnung%20M%C3%A4rz.pdf\n"
      "Content-Transfer-Encoding: base64\n\naGVsbG8=\n--m\nContent-Type: application/pdf\n\nx\n--m\n"
      "Content-Type: message/rfc822\n\nSubject: In/ner\nFrom: c@a.example\n\nbody\n--m--\n--s\n"
      "Content-Type: application/pgp-signature; name=signature.asc\n\nxyz\n--s--\n";
  Unpacked files = files_of(mail);
  EXPECT_EQ(files.names, (std::vector<std::string>{"logo.png", "Rechnung März.pdf", "attachment.pdf",
                                                   "In_ner.eml", "signature.asc"}));
  EXPECT_EQ(files.contents["Rechnung März.pdf"], "hello");
  EXPECT_EQ(files.kinds["logo.png"], MemberKind::picture);
  EXPECT_EQ(files.kinds["signature.asc"], MemberKind::signature);
  EXPECT_NE(files.contents["In_ner.eml"].find("Subject: In/ner"), std::string::npos);
}

TEST(MailMessage, ThatIsEnciphered) {
  for (const char* type :
       {"multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=x",
        "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "application/x-pkcs7-mime"}) {
    const auto mail = read_mail(head + "Content-Type: " + type + "\n\n--x\n\nx\n--x--\n", shown);
    ASSERT_FALSE(mail) << type;
    EXPECT_EQ(mail.error().error_class, ErrorClass::encrypted);
  }
}

TEST(MailMessage, SurvivesWhatIsBroken) {
  const std::string mail =
      head +
      "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nHello\n--x\n"
      "Content-Type: application/pdf; name=\"a.pdf\"\nContent-Transfer-Encoding: base64\n\naGVs";
  for (std::size_t size = head.size(); size < mail.size(); ++size) {
    static_cast<void>(read_mail(mail.substr(0, size), shown).has_value());
    static_cast<void>(files_of(mail.substr(0, size)));
  }
  EXPECT_EQ(files_of(mail).names, std::vector<std::string>{"a.pdf"});
  std::string nested = head;
  for (int i = 0; i < 3000; ++i)
    nested += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
              std::to_string(i) + "\n";
  static_cast<void>(read_mail(nested, shown).has_value());
}

TEST(MailMessage, IsNamedByDateAndSubject) {
  EXPECT_EQ(name_of_message("Date: Tue, 05 Mar 2024 10:15:00 +0100\nSubject: a/b\n\n"), "2024-03-05 a_b.eml");
  EXPECT_EQ(name_of_message("From: a@b.example\n\n"), "message.eml");
}

}  // namespace
}  // namespace docket::worker
