#include "pipeline/ocr_data.h"

#include <algorithm>
#include <string_view>
#include <system_error>

#include "pipeline/support/ascii.h"

namespace docket {
namespace {

// Where Debian, Fedora and Arch, and whoever builds it, put them.
constexpr const char* folders[] = {"/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract/tessdata",
                                   "/usr/share/tessdata", "/usr/local/share/tessdata"};
constexpr const char* usual[] = {"eng", "deu", "fra"};
constexpr const char* ending = ".traineddata";

}  // namespace

std::filesystem::path ocr_data_folder() {
  std::error_code ignored;
  for (const char* folder : folders)
    if (std::filesystem::is_directory(folder, ignored)) return folder;
  return {};
}

std::vector<std::string> installed_ocr_languages() {
  std::vector<std::string> languages;
  std::error_code error;
  const std::filesystem::path folder = ocr_data_folder();
  if (folder.empty()) return languages;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::filesystem::path name = entry.path().filename();
    if (name.extension() == ending && name.stem() != "osd") languages.push_back(name.stem().string());
  }
  std::ranges::sort(languages);
  return languages;
}

std::vector<std::string> default_ocr_languages() {
  const std::vector<std::string> installed = installed_ocr_languages();
  std::vector<std::string> languages;
  for (const char* language : usual)
    if (std::ranges::find(installed, language) != installed.end()) languages.emplace_back(language);
  return languages;
}

std::string ocr_package(const std::string& language) {
  std::string package = "tesseract-ocr-" + language;
  std::ranges::replace(package, '_', '-');
  return package;
}

std::string ocr_language_meant(const std::string& given) {
  struct Language {
    std::string_view tesseract, iso, english, own;
  };
  static constexpr Language languages[] = {
      {"eng", "en", "english", "english"},      {"deu", "de", "german", "deutsch"},
      {"fra", "fr", "french", "français"},      {"spa", "es", "spanish", "español"},
      {"ita", "it", "italian", "italiano"},     {"nld", "nl", "dutch", "nederlands"},
      {"por", "pt", "portuguese", "português"}, {"pol", "pl", "polish", "polski"},
      {"ces", "cs", "czech", "čeština"},        {"dan", "da", "danish", "dansk"},
      {"swe", "sv", "swedish", "svenska"},      {"nor", "no", "norwegian", "norsk"},
      {"fin", "fi", "finnish", "suomi"},        {"tur", "tr", "turkish", "türkçe"},
      {"rus", "ru", "russian", "русский"},      {"ukr", "uk", "ukrainian", "українська"},
      {"ell", "el", "greek", "ελληνικά"},       {"jpn", "ja", "japanese", "日本語"},
      {"kor", "ko", "korean", "한국어"},        {"ara", "ar", "arabic", "العربية"},
      {"chi_sim", "zh", "chinese", "中文"},     {"heb", "he", "hebrew", "עברית"}};
  const std::string name = to_lower(given);
  for (const Language& language : languages)
    if (name == language.iso || name == language.english || name == language.own)
      return std::string(language.tesseract);
  return given;
}

std::string ocr_data_version(const std::vector<std::string>& languages) {
  std::string version = "tesseract " TESSERACT_VERSION;
  for (const std::string& language : languages) {
    std::error_code error;
    const auto size = std::filesystem::file_size(ocr_data_folder() / (language + ending), error);
    version += ' ' + language + ' ' + std::to_string(error ? 0 : size);
  }
  return version;
}

}  // namespace docket
