#include "worker/formats/msg.h"

#include <gsf/gsf.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>

#include "tests/unpacked.h"

namespace docket::worker {
namespace {

std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> 8 * i & 0xFF);
  return out;
}

std::string wide(const std::string& ascii) {
  std::string out;
  for (const char c : ascii)
    (out += c) += '\0';
  return out;
}

std::string row(unsigned id, unsigned type, std::uint64_t value) {
  return little(type, 2) + little(id, 2) + little(6, 4) + little(value, 8);
}

/// A folder: streams by name, and folders in it.
struct Folder {
  std::map<std::string, std::string> streams;
  std::map<std::string, Folder> folders;
};

void write(GsfOutfile* to, const Folder& folder) {
  for (const auto& [name, bytes] : folder.streams) {
    GsfOutput* stream = gsf_outfile_new_child(to, name.c_str(), FALSE);
    gsf_output_write(stream, bytes.size(), reinterpret_cast<const guint8*>(bytes.data()));
    gsf_output_close(stream);
    g_object_unref(stream);
  }
  for (const auto& [name, inner] : folder.folders) {
    GsfOutput* child = gsf_outfile_new_child(to, name.c_str(), TRUE);
    write(reinterpret_cast<GsfOutfile*>(child), inner);
    gsf_output_close(child);
    g_object_unref(child);
  }
}

std::string file_of(const Folder& folder) {
  load_msg();
  GsfOutput* memory = gsf_output_memory_new();
  GsfOutfile* file = gsf_outfile_msole_new(memory);
  write(file, folder);
  gsf_output_close(reinterpret_cast<GsfOutput*>(file));
  g_object_unref(file);
  const guint8* bytes = gsf_output_memory_get_bytes(GSF_OUTPUT_MEMORY(memory));
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(gsf_output_size(memory)));
  g_object_unref(memory);
  return out;
}

Folder message(const std::string& subject, std::size_t header) {
  Folder folder;
  folder.streams["__properties_version1.0"] =
      std::string(header, '\0') + row(0x0039, 0x40, 133'541'037'000'000'000) + row(0x3FDE, 3, 1252);
  folder.streams["__substg1.0_0037001F"] = wide(subject);
  folder.streams["__substg1.0_0C1A001F"] = wide("Ann");
  folder.streams["__substg1.0_5D01001F"] = wide("ann@a.example");
  Folder receiver;
  receiver.streams["__properties_version1.0"] = std::string(8, '\0') + row(0x0C15, 3, 1);
  receiver.streams["__substg1.0_3001001E"] =
      "B\xF6"
      "b";
  receiver.streams["__substg1.0_39FE001E"] = "bob@a.example";
  folder.folders["__recip_version1.0_#00000000"] = receiver;
  return folder;
}

Folder attachment(const std::string& name, const std::string& content) {
  Folder folder;
  folder.streams["__properties_version1.0"] = std::string(8, '\0');
  folder.streams["__substg1.0_3707001F"] = wide(name);
  folder.streams["__substg1.0_37010102"] = content;
  return folder;
}

const HtmlToText html = [](std::string_view text) { return "html:" + std::string(text); };
const RtfToText rtf = [](std::string_view text) { return "rtf:" + std::string(text); };

std::string text_of_message(const std::string& bytes) {
  const auto out = read_msg(bytes, html, rtf);
  EXPECT_TRUE(out) << out.error().message;
  return out && !out->text.pages.empty() ? out->text.pages[0].text : std::string();
}

TEST(Msg, BeginsWithItsHeaders) {
  Folder folder = message("Invoice 7", 32);
  folder.streams["__substg1.0_1000001F"] = wide("Hello\r\nBob");
  const std::string bytes = file_of(folder);
  EXPECT_TRUE(is_msg(bytes));
  EXPECT_EQ(
      text_of_message(bytes),
      "From: Ann <ann@a.example>\nTo: Böb <bob@a.example>\nDate: 2024-03-05T09:15:00Z\nSubject: Invoice 7\n\n"
      "Hello\nBob\n");
  EXPECT_EQ(read_msg(bytes, html, rtf)->value["metadata"]["subject"], "Invoice 7");
}

TEST(Msg, ShowsTheBestBody) {
  Folder folder = message("x", 32);
  folder.streams["__substg1.0_10090102"] = std::string("\x0f\0\0\0\3\0\0\0MELA\0\0\0\0{x}", 19);
  EXPECT_NE(text_of_message(file_of(folder)).find("rtf:{x}"), std::string::npos);
  folder.streams["__substg1.0_10130102"] =
      "<b>gr\xFC\xDF"
      "e</b>";
  EXPECT_NE(text_of_message(file_of(folder)).find("html:<b>grüße</b>"), std::string::npos);
  folder.streams["__substg1.0_1000001F"] = wide("plain");
  EXPECT_NE(text_of_message(file_of(folder)).find("\n\nplain"), std::string::npos);
}

TEST(Msg, HasFilesAndMessages) {
  Folder folder = message("Outer", 32);
  folder.folders["__attach_version1.0_#00000000"] = attachment("a/b.pdf", std::string(5000, 'x'));
  Folder inner = attachment("", "");
  inner.streams.erase("__substg1.0_37010102");
  Folder nested = message("Inner", 24);
  nested.streams["__substg1.0_1000001F"] = wide("from within");
  nested.folders["__attach_version1.0_#00000000"] = attachment("deep.txt", "deep");
  inner.folders["__substg1.0_3701000D"] = nested;
  folder.folders["__attach_version1.0_#00000001"] = inner;
  const std::string bytes = file_of(folder);
  Unpacked files;
  MemberBudget budget({}, bytes.size());
  ASSERT_FALSE(unpack_msg(bytes, budget, files.handler()));
  EXPECT_EQ(files.names, (std::vector<std::string>{"a_b.pdf", "Inner.msg"}));
  EXPECT_EQ(files.contents["a_b.pdf"], std::string(5000, 'x'));
  ASSERT_TRUE(is_msg(files.contents["Inner.msg"]));
  EXPECT_NE(text_of_message(files.contents["Inner.msg"]).find("from within"), std::string::npos);
  EXPECT_NE(text_of_message(files.contents["Inner.msg"]).find("2024-03-05"), std::string::npos);
  Unpacked deep;
  EXPECT_FALSE(unpack_msg(files.contents["Inner.msg"], budget, deep.handler()));
  EXPECT_EQ(deep.contents["deep.txt"], "deep");
}

TEST(Msg, InAWordDocumentIsNotTheDocument) {
  Folder document;
  document.streams["WordDocument"] = std::string(5000, 'w');
  document.folders["ObjectPool"].folders["_1234"] = message("Inner", 24);
  EXPECT_FALSE(is_msg(file_of(document)));
  EXPECT_TRUE(is_msg(file_of(message("Outer", 32))));
  EXPECT_TRUE(is_msg(file_of(message("Cut", 32)).substr(0, 3000)));
}

TEST(Msg, ThatIsBrokenIsDamaged) {
  const std::string bytes = file_of(message("x", 32));
  for (const std::size_t size : {8U, 100U, 512U, 600U, 1500U})
    EXPECT_FALSE(read_msg(bytes.substr(0, size), html, rtf));
  Folder locked = message("x", 32);
  locked.streams["__substg1.0_001A001F"] = wide("IPM.Note.SMIME");
  EXPECT_EQ(read_msg(file_of(locked), html, rtf).error().error_class, ErrorClass::encrypted);
  EXPECT_FALSE(is_msg("text"));
}

}  // namespace
}  // namespace docket::worker
