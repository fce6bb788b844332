#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "worker/formats/xml.h"
#include "worker/formats/zip_parts.h"

namespace docket::worker {

/// What a part of an Office document refers to.
struct Relation {
  std::string type;    ///< The last piece of its URI: `worksheet`, `image`, …
  std::string target;  ///< Name of a part.
};
using Relations = std::map<std::string, Relation, std::less<>>;  ///< By id.

/// An Office document (ECMA-376, Open Packaging Conventions): parts of XML in a zip archive, tied by
/// relations.
class OoxmlPackage {
 public:
  /// `usual_main` is the name of the main part where the archive does not say.
  static Result<OoxmlPackage> open(std::string_view bytes, std::string_view usual_main);

  const std::string& main_part() const { return main_; }
  /// An Error (damaged): there is no such part, or it is not well-formed.
  Result<pugi::xml_document> xml(std::string_view name) const;
  const std::string* part(std::string_view name) const { return zip_.part(name); }
  /// Those to other parts; links to the world outside are not among them.
  Relations relations_of(std::string_view part) const;
  /// The part of the first relation of that type; empty: there is none.
  std::string related(std::string_view part, std::string_view type) const;

  /// Title, author and such, as of a PDF.
  nlohmann::json metadata() const;
  /// Files and pictures within the document: name of the part, size, media type.
  nlohmann::json embedded_files() const;

  /// What a chart or a diagram (SmartArt) shows in words, as lines.
  std::string chart_text(std::string_view part) const;
  std::string diagram_text(std::string_view part) const;

 private:
  ZipParts zip_;
  std::string main_;
};

/// `word/media/a.png` for `media/a.png` or `/word/media/a.png` as it is said in `word/document.xml`.
std::string resolved_part(std::string_view part, std::string_view target);

/// Files within a zip document, by the folders that hold them.
nlohmann::json files_within(const std::vector<ZipEntry>& entries, bool (*is_within)(std::string_view name));

/// `image/png` for `a.png`; empty: not known.
std::string_view media_type_of_name(std::string_view name);

/// A date as documents have it, without what is no date.
std::optional<std::string> document_date(std::string_view text);

}  // namespace docket::worker
