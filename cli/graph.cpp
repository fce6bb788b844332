#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/graphviz.h"
#include "cli/options/mistakes.h"
#include "cli/options/pipeline_options.h"
#include "cli/terminal/words.h"

namespace docket {
namespace {

std::string dot_quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string title(const StageConfig& stage) {
  const std::string type(stage.type->name);
  std::string text = stage.id;
  if (type != stage.id) text += " (" + type + ")";
  for (const NamedCondition& named : stage.when)
    text += "\nwhen " + named.name;
  return text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string dot(const Pipeline& pipeline) {
  std::string text = "digraph " + dot_quoted(pipeline.name) +
                     " {\n  rankdir=LR;\n"
                     "  node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=12];\n"
                     "  edge [arrowsize=0.7];\n";
  for (const StageConfig& stage : pipeline.stages) {
    text +=
        "  " + dot_quoted(stage.id) + " [label=" + replaced(dot_quoted(title(stage)), "\n", "\\n") + "];\n";
    for (const std::size_t earlier : stage.after) {
      text += "  " + dot_quoted(pipeline.stages[earlier].id) + " -> " + dot_quoted(stage.id) + ";\n";
    }
  }
  return text + "}\n";
}

/// Mermaid knows no escape in a quoted text but HTML's own.
std::string mermaid(const Pipeline& pipeline) {
  std::string text = "flowchart LR\n";
  for (const StageConfig& stage : pipeline.stages) {
    std::string label = replaced(replaced(title(stage), "&", "&amp;"), "\"", "&quot;");
    label = replaced(replaced(replaced(label, "<", "&lt;"), ">", "&gt;"), "\n", "<br>");
    text += "  " + stage.id + "[\"" + label + "\"]\n";
    for (const std::size_t earlier : stage.after)
      text += "  " + pipeline.stages[earlier].id + " --> " + stage.id + "\n";
  }
  return text;
}

int graph_command(const PipelineOptions& options, const std::string& format) {
  const std::optional<Pipeline> pipeline = load_pipeline(options, SecretUse::none);
  if (!pipeline) return exit_usage;
  if (format == "mermaid") {
    std::fputs(printable(mermaid(*pipeline)).c_str(), stdout);
    return exit_up_to_date;
  }
  const std::string graph = printable(dot(*pipeline));
  const Result<std::string> text = format == "svg" ? svg_of_dot(graph) : Result<std::string>(graph);
  if (!text) {
    print_error(text.error().message);
    return exit_usage;
  }
  std::fwrite(text->data(), 1, text->size(), stdout);
  return exit_up_to_date;
}

}  // namespace

void add_graph(CLI::App& app, int& exit_code) {
  struct GraphOptions {
    PipelineOptions pipeline;
    std::string format = "dot";
  };
  CLI::App* command = app.add_subcommand("graph", "Print the graph of the stages");
  const auto options = std::make_shared<GraphOptions>();
  options->pipeline.add_to(*command);
  command->add_option("--format", options->format, "dot (Graphviz), mermaid, or svg, which Graphviz draws")
      ->check(one_of_names({"dot", "mermaid", "svg"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  command->callback([options, &exit_code] { exit_code = graph_command(options->pipeline, options->format); });
}

}  // namespace docket
