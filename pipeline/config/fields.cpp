#include "pipeline/config/fields.h"

namespace docket {
namespace {

using Type = Field::Type;

constexpr Field input_fields[] = {
    {.name = "paths",
     .type = Type::texts,
     .help = "files, folders and globs, relative to the pipeline file's folder",
     .is_path = true},
    {.name = "exclude",
     .type = Type::texts,
     .help = "globs of files and folders that are left out; without a slash, names in any folder",
     .is_path = true},
    {.name = "may_be_empty",
     .type = Type::boolean,
     .help = "whether a run without a single file is as it should be; not when absent"},
    {.name = "case_sensitive",
     .type = Type::boolean,
     .help = "whether case counts in names and globs of inputs, --only and conditions; in a policy it never "
             "does; false when absent",
     .affects_answer = false},
};
constexpr std::string_view words_choices[] = {"auto", "always", "never"};
constexpr Field output_fields[] = {
    {.name = "dir", .help = "folder for records, results and the report", .fallback = "out", .is_path = true},
    {.name = "mode",
     .help =
         "permissions of the files that docket writes, the ledger too, as chmod has them, such as \"0640\": "
         "who may read; when absent the umask decides, and the ledger is the owner's alone",
     .affects_answer = false},
    {.name = "words",
     .type = Type::choice,
     .help = "whether each document with a layout gets a file of its word boxes; auto: where a stage finds "
             "values or labels, whose places on the page its answers show",
     .fallback = "auto",
     .choices = words_choices,
     .affects_answer = false},
};
constexpr std::string_view redact_choices[] = {"all", "email", "phone", "iban", "card", "national_id"};
constexpr Field policy_fields[] = {
    {.name = "private",
     .type = Type::conditions,
     .help =
         "documents that meet one of these conditions never leave this machine; 'path: GLOB' tests the path"},
    {.name = "redact",
     .type = Type::choices,
     .help = "kinds of values that stand-ins take the place of before a text goes to a cloud model; the "
             "answer has the values again",
     .choices = redact_choices},
    {.name = "redact_patterns",
     .type = Type::texts,
     .help =
         "regular expressions of more such values: national ids of other countries, numbers of customers"},
};
/// USD: beyond it sums of nano-dollars would not fit 64 bits.
constexpr double most_money = 1e9;
constexpr Field limits[] = {
    {.name = "run",
     .type = Type::decimal,
     .help = "USD that one run may spend",
     .minimum = 0,
     .maximum = most_money},
    {.name = "document",
     .type = Type::decimal,
     .help = "USD that one document may cost in one run",
     .minimum = 0,
     .maximum = most_money},
    {.name = "day",
     .type = Type::decimal,
     .help = "USD that all runs of this output may spend in one day (UTC)",
     .minimum = 0,
     .maximum = most_money},
    {.name = "month",
     .type = Type::decimal,
     .help = "USD that all runs of this output may spend in one calendar month (UTC)",
     .minimum = 0,
     .maximum = most_money},
};
constexpr Field weight(std::string_view name, std::string_view help, std::string_view fallback) {
  return {.name = name, .type = Type::number, .help = help, .fallback = fallback, .minimum = 0, .maximum = 1};
}
// The weights of ComplexityRule, with its defaults.
constexpr Field complexity_fields[] = {
    {.name = "classifier", .type = Type::stage, .help = "a stage whose label says how complex a document is"},
    {.name = "label_order",
     .type = Type::texts,
     .help = "its labels from the simplest to the most complex; in the stage's own order when absent"},
    {.name = "known_languages",
     .type = Type::texts,
     .help = "languages (en, de, …) that make a text no harder; none does when absent"},
    weight("length", "weight of the text's length: the score that it alone can give", "0.5"),
    weight("pages", "weight of the number of pages", "0.5"),
    weight("tables", "weight of the number of tables", "0.3"),
    weight("text_grade", "weight of a text layer that is poor or missing", "0.7"),
    weight("doubtful_fields", "weight of fields that are not accepted or missing", "0.6"),
    weight("language", "weight of a language that is not in known_languages", "0.5"),
    weight("label", "weight of the classifier's label", "0.9"),
};
constexpr Field top[] = {
    {.name = "version",
     .type = Type::integer,
     .help = "the version of this file's format",
     .required = true,
     .minimum = 1,
     .maximum = 1},
    {.name = "name", .help = "the pipeline's name, for reports; the file's name when absent"},
    {.name = "input", .type = Type::group, .help = "which documents to read", .fields = input_fields},
    {.name = "output", .type = Type::group, .help = "where results go", .fields = output_fields},
    {.name = "document_time",
     .type = Type::duration,
     .help = "how long a document's questions may be at work in all, after which no model is asked about it; "
             "waiting behind other documents does not count",
     .fallback = "1h",
     .minimum = 1000,
     .maximum = 604'800'000,
     .affects_answer = false},
    {.name = "policy", .type = Type::group, .help = "what may leave this machine", .fields = policy_fields},
    {.name = "budget", .type = Type::group, .help = "what may be spent", .fields = limits},
    {.name = "complexity",
     .type = Type::group,
     .help = "how .complexity.score of a document is reckoned, for conditions",
     .fields = complexity_fields},
};
constexpr Field sections[] = {
    {.name = "backends", .type = Type::groups, .help = "what stages can ask, by names of your choice"},
    {.name = "stages", .type = Type::groups, .help = "the steps, in order", .required = true},
};
constexpr Field stage[] = {
    {.name = "id", .help = "the stage's member in the record; the type, with _ for -, when absent"},
    {.name = "when",
     .type = Type::conditions,
     .help = "the stage runs for documents that meet one of these conditions; for all when absent"},
    {.name = "after",
     .type = Type::stages,
     .help = "stages that must end first; the previous one in the file when absent"},
    {.name = "budget",
     .type = Type::decimal,
     .help = "USD that the stage may spend in one run",
     .minimum = 0,
     .maximum = most_money,
     .affects_answer = false},
};
constexpr Field backend[] = {
    {.name = "type", .help = "the type of backend", .required = true},
};
constexpr std::string_view reserved[] = {"docket", "status",      "document", "complexity", "reasons",
                                         "held",   "held_detail", "error",    "left_out",   "usage"};

}  // namespace

std::span<const Field> top_fields() { return top; }
std::span<const Field> budget_fields() { return limits; }
std::span<const Field> section_fields() { return sections; }
std::span<const Field> stage_fields() { return stage; }
std::span<const Field> backend_fields() { return backend; }
std::span<const std::string_view> reserved_ids() { return reserved; }

}  // namespace docket
