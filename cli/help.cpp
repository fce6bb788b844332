// `docket help`: topics, and the verbs by another way.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/help/format.h"
#include "cli/help/topics.h"
#include "cli/help/verb_help.h"
#include "cli/terminal/words.h"
#include "pipeline/business_terms.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

std::string list_of_topics() {
  std::string text = "\nTopics (docket help TOPIC):\n", settings;
  for (const HelpTopic& topic : help_topics()) {
    if (topic.is_settings)
      settings += (settings.empty() ? "" : ", ") + topic.name;
    else
      text += two_columns("  " + topic.name, topic.about, 14);
  }
  return text + two_columns("  settings", "of the file, of stages and of backends: " + settings, 14) +
         two_columns("  verbs", "each of the verbs above, with all its options", 14) +
         two_columns("  more", "the pages in docs, of the package in /usr/share/doc/docket", 14);
}

/// Of a keyword of a schema, or of what it names: `x-einvoice`, `BT-112`.
std::optional<std::string> text_on_keyword(const std::string& topic) {
  const auto fields = topic_text("fields");
  const bool is_keyword =
      topic.starts_with("x-") && fields && fields->find("\n  " + topic + " ") != std::string::npos;
  if (is_keyword || topic == "einvoices" || topic == "e-invoices") return fields;
  const BusinessTerm* const term = business_term(topic);
  if (term == nullptr) return std::nullopt;
  return topic + ": " + std::string(term->name) +
         ", of e-invoices\n\nA field that is this has `x-einvoice: " + topic + "`" +
         (term->group.empty() ? "" : ",\nin a list that has `x-einvoice: " + std::string(term->group) + "`") +
         ".\n\nMore: docs/einvoices.md. See also: docket help fields.\n";
}

/// Of another name, as people type it.
std::optional<std::string_view> meant_topic(const std::string& topic) {
  const std::string small = to_lower(topic);
  if (small.starts_with("bt") || small.starts_with("bg")) return meant_business_term(topic);
  return std::nullopt;
}

int help_command(const CLI::App& app, const std::string& topic) {
  std::string text;
  if (topic.empty()) {
    text = help_of(app) + list_of_topics();
  } else if (const CLI::App* verb = verb_of(app, topic)) {
    text = help_of(*verb);
  } else if (const auto found = topic_text(topic)) {
    text = *found;
  } else if (const auto keyword = text_on_keyword(topic)) {
    text = *keyword;
  } else {
    const std::vector<HelpTopic> topics = help_topics();
    std::vector<std::string_view> names;
    for (const HelpTopic& one : topics)
      names.push_back(one.name);
    for (const VerbHelp& one : verb_helps())
      names.push_back(one.verb);
    const auto term = meant_topic(topic);
    const auto meant = term ? term : nearest(topic, names);
    print_error("no help on '" + topic + "'" +
                (meant ? did_you_mean(meant) : "; `docket help` lists the topics"));
    return exit_usage;
  }
  std::fputs(text.c_str(), stdout);
  return exit_up_to_date;
}

}  // namespace

void add_help(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("help", "Explain a topic or a verb");
  const auto topic = std::make_shared<std::string>();
  command->add_option("TOPIC", *topic, "A topic or a verb; without one, all of them are listed")
      ->type_name("");
  command->callback([&app, topic, &exit_code] { exit_code = help_command(app, *topic); });
}

}  // namespace docket
