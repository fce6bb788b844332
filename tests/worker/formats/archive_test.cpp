#include "worker/formats/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/unpacked.h"

namespace docket::worker {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

/// An archive as libarchive writes it.
std::string packed(int (*format)(archive*), int (*filter)(archive*), const Files& files,
                   const char* password = nullptr) {
  std::array<char, 1 << 20> bytes;
  std::size_t used = 0;
  archive* writer = archive_write_new();
  format(writer);
  filter(writer);
  archive_write_set_bytes_in_last_block(writer, 1);
  if (password != nullptr) {
    archive_write_set_options(writer, "zip:encryption=aes256");
    archive_write_set_passphrase(writer, password);
  }
  archive_write_open_memory(writer, bytes.data(), bytes.size(), &used);
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_perm(entry, 0644);
    archive_write_header(writer, entry);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  return std::string(bytes.data(), used);
}

int no_filter(archive*) { return ARCHIVE_OK; }

struct Opened {
  Unpacked found;
  std::vector<std::string> problems;
  std::optional<Error> error;
};

Opened open(const std::string& bytes, std::string_view type, const std::vector<std::string>& passwords = {},
            const MemberLimits& limits = {}) {
  Opened opened;
  MemberBudget budget(limits, bytes.size());
  opened.error = unpack_archive(bytes, type, passwords, budget, opened.found.handler(), opened.problems);
  return opened;
}

const Files letters = {{"dir/", ""}, {"dir/a.txt", "first"}, {"b.txt", "second"}, {"empty", ""}};

TEST(Archive, OfEachKindIsOpened) {
  const std::vector<std::pair<std::string, std::string>> all = {
      {"application/zip", packed(archive_write_set_format_zip, no_filter, letters)},
      {"application/x-tar", packed(archive_write_set_format_gnutar, no_filter, letters)},
      {"application/x-tar", packed(archive_write_set_format_pax, no_filter, letters)},
      {"application/x-7z-compressed", packed(archive_write_set_format_7zip, no_filter, letters)},
      {"application/gzip", packed(archive_write_set_format_ustar, archive_write_add_filter_gzip, letters)},
      {"application/x-bzip2",
       packed(archive_write_set_format_ustar, archive_write_add_filter_bzip2, letters)},
      {"application/x-xz", packed(archive_write_set_format_ustar, archive_write_add_filter_xz, letters)},
      {"application/zstd", packed(archive_write_set_format_ustar, archive_write_add_filter_zstd, letters)},
  };
  for (const auto& [type, bytes] : all) {
    EXPECT_TRUE(is_archive(type));
    Opened opened = open(bytes, type);
    EXPECT_FALSE(opened.error) << type << opened.error->message;
    EXPECT_EQ(opened.found.names.size(), 3U) << type;
    EXPECT_EQ(opened.found.contents["dir/a.txt"], "first") << type;
    EXPECT_EQ(opened.found.contents["b.txt"], "second") << type;
    EXPECT_TRUE(opened.problems.empty());
  }
  EXPECT_FALSE(is_archive("text/plain"));
}

TEST(Archive, OfASingleFileHasOneMember) {
  const std::string bytes =
      packed(archive_write_set_format_raw, archive_write_add_filter_xz, {{"x", "only"}});
  Opened opened = open(bytes, "application/x-xz");
  EXPECT_EQ(opened.found.names, std::vector<std::string>{"data"});
  EXPECT_EQ(opened.found.contents["data"], "only");
}

TEST(Archive, IsOpenedByAPasswordOrNot) {
  const std::string bytes = packed(archive_write_set_format_zip, no_filter, letters, "sesame");
  EXPECT_EQ(open(bytes, "application/zip").error->error_class, ErrorClass::encrypted);
  EXPECT_EQ(open(bytes, "application/zip", {"wrong"}).error->error_class, ErrorClass::encrypted);
  Opened opened = open(bytes, "application/zip", {"wrong", "sesame"});
  EXPECT_FALSE(opened.error);
  EXPECT_EQ(opened.found.contents["b.txt"], "second");
}

TEST(Archive, ThatIsCutGivesWhatIsWhole) {
  const std::string large(100'000, 'x');
  const std::string tar = packed(archive_write_set_format_ustar, no_filter, {{"a", "first"}, {"b", large}});
  Opened cut = open(tar.substr(0, 50'000), "application/x-tar");
  EXPECT_FALSE(cut.error);
  EXPECT_EQ(cut.found.contents["a"], "first");
  EXPECT_FALSE(cut.found.problems["b"].empty());
  EXPECT_FALSE(cut.problems.empty());
  for (const char* type :
       {"application/zip", "application/x-7z-compressed", "application/x-rar", "application/gzip"})
    EXPECT_EQ(open("not at all", type).error->error_class, ErrorClass::damaged) << type;
}

TEST(Archive, StopsAtItsLimits) {
  const Files many(50, {"a", ""});
  EXPECT_EQ(open(packed(archive_write_set_format_zip, no_filter, many), "application/zip", {}, {.count = 49})
                .error->error_class,
            ErrorClass::output_limit);
  const Files zeros(40, {"z", std::string(1 << 20, '\0')});
  const std::string bomb = packed(archive_write_set_format_zip, no_filter, zeros);
  EXPECT_NE(open(bomb, "application/zip").error->message.find("ratio"), std::string::npos);
  EXPECT_NE(
      open(bomb, "application/zip", {}, {.total = 1 << 20, .ratio = 100'000}).error->message.find("total"),
      std::string::npos);
}

TEST(Archive, SurvivesEveryCut) {
  for (const auto& [type, bytes] :
       {std::pair<std::string, std::string>("application/zip",
                                            packed(archive_write_set_format_zip, no_filter, letters)),
        std::pair<std::string, std::string>("application/x-7z-compressed",
                                            packed(archive_write_set_format_7zip, no_filter, letters)),
        std::pair<std::string, std::string>(
            "application/zstd",
            packed(archive_write_set_format_ustar, archive_write_add_filter_zstd, letters))})
    for (std::size_t size = 4; size < bytes.size(); ++size) {  // What is shorter has no type.
      const Opened opened = open(bytes.substr(0, size), type);
      for (const auto& [name, content] : opened.found.contents) {
        if (opened.found.problems.contains(name)) continue;
        EXPECT_TRUE(content == "first" || content == "second" || content.empty()) << type << size;
      }
    }
}

}  // namespace
}  // namespace docket::worker
