#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace docket {

/// Where tesseract's data for languages lie on this machine; empty: nowhere that is known.
std::filesystem::path ocr_data_folder();

/// Languages that are installed there, by tesseract's names, sorted.
std::vector<std::string> installed_ocr_languages();

/// Those of English, German and French that are installed.
std::vector<std::string> default_ocr_languages();

/// `tesseract-ocr-deu`, of Debian and what comes from it.
std::string ocr_package(const std::string& language);

/// tesseract's name of a language that is given by another: `deu` for `de` and `German`; else as it is given.
std::string ocr_language_meant(const std::string& given);

/// What tells the data of these languages, and the library, from others: for the ledger.
std::string ocr_data_version(const std::vector<std::string>& languages);

}  // namespace docket
