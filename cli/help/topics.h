#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/support/embedded_file.h"

namespace docket {

/// The prose of `docket help TOPIC`: cli/help/topics/*.txt. The first line is what the topic is about;
/// `{{name}}` on a line of its own stands for a table made from the program's own descriptions.
std::span<const EmbeddedFile> topic_files();

/// A topic that is no verb: one of the files, or settings: a group of the pipeline file, a type of stage or
/// of backend.
struct HelpTopic {
  std::string name, about;
  bool is_settings = false;
};
/// As they are listed; settings behind the others.
std::vector<HelpTopic> help_topics();

/// The names of those that are no settings, as a sentence has them.
std::string topic_names();

/// The text of a topic; nothing: there is no such topic.
std::optional<std::string> topic_text(std::string_view name);

}  // namespace docket
