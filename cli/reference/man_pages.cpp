#include "cli/reference/command_line.h"
#include "cli/reference/meanings.h"
#include "cli/reference/outputs.h"
#include "cli/reference/roff.h"
#include "cli/reference/settings.h"

namespace docket::reference {
namespace {

std::string options(const std::vector<Option>& options, std::string (*name_of)(const std::string&)) {
  std::string text;
  for (const Option& option : options)
    text += tagged(heading(option, name_of, italic), roff(option.help));
  return text;
}

/// A positional's value is its name.
std::string positionals(const Verb& verb) {
  std::string text;
  for (const Option& positional : verb.positionals)
    text += tagged(italic(positional.names[0]), roff(positional.help));
  return text;
}

std::string verb(const Verb& verb) {
  std::string text = subheading("docket " + verb.name) + paragraph(bold(usage(verb))) + literal(verb.help) +
                     positionals(verb) + options(verb.options, bold);
  std::string examples;
  for (const Example& example : verb.examples)
    examples += example.command + "\n    " + example.does + "\n";
  return examples.empty() ? text : text + paragraph("Examples:") + literal(examples);
}

std::string list(const std::vector<Meaning>& meanings) {
  std::string text;
  for (const Meaning& meaning : meanings)
    text += tagged(bold(meaning.name), sentence(meaning.text));
  return text;
}

std::string settings(const Section& section) {
  std::string text;
  for (const Setting& setting : section.settings)
    text += tagged(bold(setting.path), sentence(setting.help) + "\n.br\n" + sentence(setting.takes));
  return text;
}

std::string sections(const std::vector<Section>& sections, const std::string& before) {
  std::string text;
  for (const Section& section : sections)
    text += subheading(before + section.name) + paragraph(sentence(section.summary)) + settings(section);
  return text;
}

}  // namespace

std::string man_docket() {
  std::string text = title("DOCKET", 1, "User Commands") + heading("NAME") +
                     "docket \\- run a batch of documents through a pipeline\n" + heading("SYNOPSIS") +
                     bold("docket") + " " + italic("VERB") + " [" + italic("OPTIONS") + "] [" +
                     italic("ARGUMENTS") + "]\n" + heading("DESCRIPTION");
  text += roff(
              "`docket` runs documents through a pipeline that is written in YAML, and writes one JSON "
              "record for each: "
              "rules first, a local model where the rules are not confident, a cloud model only for a "
              "recorded reason. "
              "A second run does only what is new, changed or failed.") +
          "\n";
  text +=
      paragraph(roff("What a verb is asked for goes to standard output and to files; progress and messages "
                     "go to standard error."));
  text += paragraph(roff("Without a verb:")) +
          tagged(bold("-h, --help"),
                 "Print the verbs; behind a verb, its most used options. `docket help VERB` prints all.") +
          tagged(bold("--version"), "Print the version.");
  text += heading("VERBS");
  for (const Verb& each : command_line())
    text += verb(each);
  text += heading("EXIT STATUS") +
          paragraph(roff("If several apply, the first of 2, 5, 130 and 143, 4, 1, 3 wins.")) +
          list(exit_codes());
  text += heading("ENVIRONMENT") + list(environment());
  text += heading("FILES") + list(files());
  text += heading("SEE ALSO") + bold("docket-pipeline") + "(5)\n";
  return page(text);
}

std::string man_docket_pipeline() {
  const PipelineFile file = pipeline_file();
  std::string text = title("DOCKET\\-PIPELINE", 5, "File Formats") + heading("NAME") +
                     "docket\\-pipeline \\- the pipeline file of docket\n" + heading("DESCRIPTION");
  text += roff(
              "A pipeline is a YAML file that says which documents are read, which backends can be asked, "
              "and which stages the "
              "documents pass. `docket init` writes one to begin with, `docket check` says what is wrong "
              "with one, and `docket "
              "schema` prints its JSON Schema, which editors complete it by.") +
          "\n";
  text += paragraph(roff(
      "A stage is `- TYPE: {SETTINGS}`; stages run in order. Conditions and checks are jq expressions over "
      "the "
      "record so far, such as `.classify.label == \"invoice\"`. `${NAME}` is taken from the environment and "
      "must be set; `${NAME:-DEFAULT}` need not be. Keys that begin with `x-` are left to the user."));
  text += heading("EXAMPLE");
  text += literal(
      "version: 1\nname: accounts-payable\ninput: { paths: [inbox/] }\noutput: { dir: out }\nbackends:\n"
      "  rules: { type: builtin }\nstages:\n  - extract:\n  - classify:\n      backends: [rules]\n      "
      "labels:\n"
      "        invoice: { description: a bill from a supplier, keywords: [invoice, Rechnung] }\n        "
      "other: {}\n"
      "  - escalate:");
  text += heading("TOP LEVEL");
  for (const Section& section : file.top)
    text += (section.name.empty() ? "" : subheading(section.name) + paragraph(sentence(section.summary))) +
            settings(section);
  text +=
      heading("STAGES") + subheading("every stage") + settings(file.every_stage) + sections(file.stages, "");
  text += heading("BACKENDS") + sections(file.backends, "type: ");
  text += heading("SEE ALSO") + bold("docket") + "(1)\n";
  return page(text);
}

}  // namespace docket::reference
