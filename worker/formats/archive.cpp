#include "worker/formats/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <utility>

#include "worker/text/clean_text.h"
#include "worker/text/passwords.h"

namespace docket::worker {
namespace {

constexpr std::string_view compressed[] = {"application/gzip",  "application/x-bzip2", "application/x-xz",
                                           "application/zstd",  "application/x-lz4",   "application/x-lzip",
                                           "application/x-lzma"};
constexpr std::string_view archives[] = {
    "application/zip",   "application/x-tar",   "application/x-7z-compressed",
    "application/x-rar", "application/vnd.rar", "application/vnd.ms-cab-compressed"};

bool is_one_of(std::string_view type, const auto& types) {
  return std::ranges::find(types, type) != std::end(types);
}

using ArchivePtr = std::unique_ptr<archive, int (*)(archive*)>;

/// libarchive converts names by the locale of the thread; that of the process stays as it is.
class NamesInUtf8 {
 public:
  NamesInUtf8() : before_(uselocale(locale())) {}
  ~NamesInUtf8() { uselocale(before_); }
  NamesInUtf8(const NamesInUtf8&) = delete;
  NamesInUtf8& operator=(const NamesInUtf8&) = delete;

  static locale_t locale() {
    static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return utf8;
  }

 private:
  const locale_t before_;
};

enum class Inside { archive, single_file };

/// Only what the type says, so that no text is taken for an archive. None of the filters starts a program.
void support(archive* reader, std::string_view type, Inside inside) {
  if (inside == Inside::single_file) {
    archive_read_support_format_raw(reader);
  } else if (type == "application/zip") {
    archive_read_support_format_zip(reader);
  } else if (type == "application/x-7z-compressed") {
    archive_read_support_format_7zip(reader);
  } else if (type == "application/x-rar" || type == "application/vnd.rar") {
    archive_read_support_format_rar(reader);
    archive_read_support_format_rar5(reader);
  } else if (type == "application/vnd.ms-cab-compressed") {
    archive_read_support_format_cab(reader);
  } else {
    archive_read_support_format_tar(reader);
    archive_read_support_format_gnutar(reader);
  }
  if (!is_one_of(type, compressed)) return;
  archive_read_support_filter_gzip(reader);
  archive_read_support_filter_bzip2(reader);
  archive_read_support_filter_xz(reader);
  archive_read_support_filter_lzma(reader);
  archive_read_support_filter_lzip(reader);
  archive_read_support_filter_zstd(reader);
  archive_read_support_filter_lz4(reader);
  archive_read_support_format_raw(reader);
}

std::string why(archive* reader) {
  const char* text = archive_error_string(reader);
  return text == nullptr ? "it cannot be read" : clean_utf8(text);
}

std::string name_of(archive_entry* entry) {
  if (const char* utf8 = archive_entry_pathname_utf8(entry)) return utf8;
  const char* raw = archive_entry_pathname(entry);
  return raw == nullptr ? std::string() : raw;
}

bool is_file(archive_entry* entry) {
  return archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == nullptr;
}

/// One archive from its beginning to its end.
class Unpacking {
 public:
  Unpacking(archive* reader, bool has_password, MemberBudget& budget, const MemberHandler& handler)
      : reader_(reader), has_password_(has_password), budget_(budget), handler_(handler) {}

  std::optional<Error> run(std::vector<std::string>& problems) {
    std::optional<Error> failed;
    while (!failed && !is_over_)
      failed = next();
    if (failed) return failed;
    if (!damage_.empty() && files_ == 0) return Error{ErrorClass::damaged, "is damaged: " + damage_};
    if (!damage_.empty()) problems.push_back("is damaged behind what was read: " + damage_);
    if (left_out_ > 0)
      problems.push_back(std::to_string(left_out_) +
                         " links, devices or other things that are no files were left out");
    return std::nullopt;
  }
  bool found_nothing() const { return entries_ == 0; }

 private:
  std::optional<Error> next() {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(reader_, &entry);
    if (result == ARCHIVE_EOF) return end();
    if (result == ARCHIVE_RETRY || result == ARCHIVE_FATAL || result == ARCHIVE_FAILED) return broken();
    ++entries_;
    if (auto failed = budget_.add_member()) return failed;
    if (!is_file(entry)) {
      if (archive_entry_filetype(entry) != AE_IFDIR) ++left_out_;
      return std::nullopt;
    }
    if (archive_entry_is_encrypted(entry) != 0 && !has_password_) return locked();
    ++files_;
    std::string name = names_.add(name_of(entry));
    if (!handler_.wants(name, MemberKind::file)) return std::nullopt;
    return take(entry, std::move(name));
  }

  std::optional<Error> end() {
    is_over_ = true;
    if (files_ == 0 && archive_read_has_encrypted_entries(reader_) == 1) return locked();
    return std::nullopt;
  }

  std::optional<Error> broken() {
    if (archive_read_has_encrypted_entries(reader_) == 1 && files_ == 0) return locked();
    damage_ = why(reader_);
    is_over_ = true;
    return std::nullopt;
  }

  std::optional<Error> take(archive_entry* entry, std::string name) {
    UnpackedMember member{std::move(name), {}};
    const la_int64_t stated = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
    const std::size_t expected =
        std::min<std::size_t>(static_cast<std::size_t>(std::max<la_int64_t>(stated, 0)), budget_.room());
    member.content.reserve(expected);
    std::array<char, 65536> block;
    la_ssize_t got = 0;
    while ((got = archive_read_data(reader_, block.data(), block.size())) > 0) {
      if (auto failed = budget_.add_bytes(static_cast<std::size_t>(got))) return failed;
      member.content.append(block.data(), static_cast<std::size_t>(got));
    }
    if (got < 0) {
      if (archive_entry_is_encrypted(entry) != 0) return locked();
      member.problem = why(reader_);
      if (got == ARCHIVE_FATAL) damage_ = member.problem, is_over_ = true;
    }
    const Result<bool> more = handler_.take(std::move(member));
    if (!more) return more.error();
    is_over_ = is_over_ || !*more;
    return std::nullopt;
  }

  Error locked() const { return {ErrorClass::encrypted, has_password_ ? wrong_passwords : wants_password}; }

  archive* const reader_;
  const bool has_password_;
  MemberBudget& budget_;
  const MemberHandler& handler_;
  MemberNames names_;
  std::size_t entries_ = 0, files_ = 0, left_out_ = 0;
  std::string damage_;
  bool is_over_ = false;
};

}  // namespace

bool is_archive(std::string_view media_type) {
  return is_one_of(media_type, compressed) || is_one_of(media_type, archives);
}

std::optional<Error> unpack_archive(std::string_view bytes, std::string_view media_type,
                                    const std::vector<std::string>& passwords, MemberBudget& budget,
                                    const MemberHandler& handler, std::vector<std::string>& problems) {
  const NamesInUtf8 names;
  for (const Inside inside : {Inside::archive, Inside::single_file}) {
    const ArchivePtr reader(archive_read_new(), archive_read_free);
    if (!reader) throw std::bad_alloc();
    support(reader.get(), media_type, inside);
    for (const std::string& password : passwords)
      if (!password.empty()) archive_read_add_passphrase(reader.get(), password.c_str());
    if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
      return Error{ErrorClass::damaged, "is damaged: " + why(reader.get())};
    Unpacking unpacking(reader.get(), !passwords.empty(), budget, handler);
    const bool is_last = inside == Inside::single_file || !is_one_of(media_type, compressed);
    auto failed = unpacking.run(problems);
    // A file that begins with zeros looks like a tar archive that has nothing in it.
    if (failed || is_last || !unpacking.found_nothing()) return failed;
  }
  return std::nullopt;
}

void load_archives() { static_cast<void>(NamesInUtf8::locale()); }

}  // namespace docket::worker
