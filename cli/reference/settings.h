#pragma once
#include <string>
#include <vector>

namespace docket::reference {

struct Setting {
  std::string path;  ///< From its section on: `paths`, `price.input`.
  std::string help;
  std::string takes;  ///< `a whole number from 1 to 8; required`, `auto, always or never; default auto`
};

/// A part of the pipeline file, with all settings that may stand there.
struct Section {
  std::string name;     ///< A key of the file (`input`), or the type of a stage or backend.
  std::string summary;  ///< In one line.
  std::vector<Setting> settings;
};

struct PipelineFile {
  std::vector<Section> top;       ///< The file's own settings, then each section but the two below.
  Section every_stage;            ///< What a stage of any type has.
  std::vector<Section> stages;    ///< By type.
  std::vector<Section> backends;  ///< By type.
};

/// All settings, from the tables that the program reads the file by.
PipelineFile pipeline_file();

}  // namespace docket::reference
