#include "cli/reference/command_line.h"
#include "cli/reference/meanings.h"
#include "cli/reference/outputs.h"
#include "cli/reference/settings.h"
#include "pipeline/ledger/schema.h"
#include "pipeline/ledger/tables.h"

namespace docket::reference {
namespace {

std::string code(const std::string& text) { return "`" + text + "`"; }

/// As a cell of a table, where a bar would be a border, and what looks like HTML would be some. Not in what
/// is code.
std::string cell(const std::string& text) {
  std::string out;
  bool in_code = false;
  for (const char c : text) {
    if (c == '`') in_code = !in_code;
    if (c == '|')
      out += "\\|";
    else if (c == '<' && !in_code)
      out += "&lt;";
    else
      out += c;
  }
  return out;
}

std::string row(const std::string& first, const std::string& second) {
  return "| " + cell(first) + " | " + cell(second) + " |\n";
}

std::string table(const std::string& first, const std::string& second, const std::vector<Meaning>& meanings) {
  std::string text = "| " + first + " | " + second + " |\n|---|---|\n";
  for (const Meaning& meaning : meanings)
    text += row(code(meaning.name), meaning.text);
  return text;
}

std::string as_it_is(const std::string& text) { return text; }

std::string verb_page(const Verb& verb) {
  std::string text =
      "\n## docket " + verb.name + "\n\n```text\n" + usage(verb) + "\n```\n\n" + verb.help + "\n\n";
  text += "| option | does |\n|---|---|\n";
  for (const Option& positional : verb.positionals)
    text += row(code(positional.names[0]), positional.help);
  for (const Option& option : verb.options)
    text += row(code(heading(option, as_it_is, as_it_is)), option.help);
  if (!verb.examples.empty()) text += "\n| example | does |\n|---|---|\n";
  for (const Example& example : verb.examples)
    text += row(code(example.command), example.does);
  return text;
}

std::string settings_table(const Section& section) {
  std::string text = "\n| setting | takes | what it is |\n|---|---|---|\n";
  for (const Setting& setting : section.settings)
    text += "| " + code(setting.path) + " | " + cell(setting.takes) + " | " + cell(setting.help) + " |\n";
  return section.settings.empty() ? "\nNo settings.\n" : text;
}

std::string section_tables(const std::vector<Section>& sections, const std::string& before) {
  std::string text;
  for (const Section& section : sections)
    text +=
        "\n### " + before + section.name + "\n\n" + cell(section.summary) + "\n" + settings_table(section);
  return text;
}

}  // namespace

std::string markdown_command_line() {
  std::string text =
      "# Verbs and options\n\n`docket help VERB` says the same, `docket VERB --help` what is used most. What "
      "each exit code means: [exit "
      "codes](exit-codes.md).\n";
  for (const Verb& each : command_line())
    text += verb_page(each);
  return text;
}

std::string markdown_pipeline() {
  const PipelineFile file = pipeline_file();
  std::string text =
      "# The pipeline file\n\nEvery setting, from the tables by which docket reads the file; `man "
      "docket-pipeline` has the same, and "
      "`docket schema` prints it as JSON Schema.\n\n## Top level\n" +
      settings_table(file.top.front());
  text += section_tables({file.top.begin() + 1, file.top.end()}, "");
  text +=
      "\n## Stages\n\n### Every stage\n" + settings_table(file.every_stage) + section_tables(file.stages, "");
  return text + "\n## Backends\n" + section_tables(file.backends, "");
}

std::string markdown_exit_codes() {
  return "# Exit codes\n\nA contract with scripts. If several apply, the first of 2, 5, 130 and 143, 4, 1, 3 "
         "wins.\n\n" +
         table("code", "means", exit_codes()) + "\n## Environment\n\n" +
         table("variable", "is", environment()) + "\n## Files\n\n" + table("file", "is", files());
}

std::string markdown_errors() {
  return "# Classes of errors\n\n`error.class` of a record, of `errors` in the report, and of the ledger's "
         "rows: what went wrong, by what "
         "follows from it.\n\n" +
         table("class", "means", error_classes());
}

std::string markdown_ledger() {
  std::string text =
      "# Tables of the ledger\n\nThe statements that make a ledger, as they stand in the program; what the "
      "tables are for, and queries: "
      "[the ledger](../ledger.md).\n";
  for (const LedgerMigration migration : ledger_migrations())
    text += "\n```sql\n" + std::string(migration).substr(1) + "```\n";
  text +=
      "\nColumns that came later, and that an older docket does not name:\n\n| column | is |\n|---|---|\n";
  for (const AddedColumn& column : added_columns())
    text += row(code(column.table + "." + column.name), code(column.declaration));
  return text;
}

}  // namespace docket::reference
