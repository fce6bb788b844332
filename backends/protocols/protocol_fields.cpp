#include "backends/protocols/protocol_fields.h"

namespace docket::backends {
namespace {

using Type = Field::Type;

constexpr std::string_view locations[] = {"local", "cloud"};

/// USD per million tokens. Beyond it sums would not fit 64 bits; what is sold costs less than 1,000.
constexpr double dearest = 10'000;

constexpr Field price_fields[] = {
    {.name = "input",
     .type = Type::number,
     .help = "USD per million input tokens",
     .required = true,
     .minimum = 0,
     .maximum = dearest},
    {.name = "cached_input",
     .type = Type::number,
     .help = "of these, read from the server's cache; as `input` when absent",
     .minimum = 0,
     .maximum = dearest},
    {.name = "cache_write",
     .type = Type::number,
     .help = "of these, written to the server's cache; as `input` when absent",
     .minimum = 0,
     .maximum = dearest},
    {.name = "output",
     .type = Type::number,
     .help = "USD per million output tokens",
     .required = true,
     .minimum = 0,
     .maximum = dearest},
    {.name = "as_of", .type = Type::date, .help = "when these prices were looked up"},
};

constexpr Field model{.name = "model", .help = "the model's name as the server knows it"};
constexpr Field required_model{.name = model.name, .help = model.help, .required = true};
constexpr Field context{.name = "context",
                        .type = Type::integer,
                        .help = "tokens that fit: always sent where the server can be told, always verified",
                        .minimum = 256,
                        .maximum = 100'000'000};
constexpr Field max_concurrent{.name = "max_concurrent",
                               .type = Type::integer,
                               .help = "calls at a time, per address",
                               .fallback = "4",
                               .minimum = 1,
                               .maximum = 1000,
                               .affects_answer = false};
constexpr Field timeout{.name = "timeout",
                        .type = Type::duration,
                        .help = "for one whole answer",
                        .fallback = "120s",
                        .minimum = 100,
                        .maximum = 86'400'000,
                        .affects_answer = false};
constexpr Field connect_timeout{.name = "connect_timeout",
                                .type = Type::duration,
                                .help = "for the connection",
                                .fallback = "10s",
                                .minimum = 10,
                                .maximum = 600'000,
                                .affects_answer = false};
constexpr Field first_byte_timeout{.name = "first_byte_timeout",
                                   .type = Type::duration,
                                   .help = "for the beginning of an answer; as `timeout` when absent",
                                   .minimum = 100,
                                   .maximum = 86'400'000,
                                   .affects_answer = false};
constexpr Field deadline{.name = "deadline",
                         .type = Type::duration,
                         .help = "for one question with all its attempts and the waits between them",
                         .fallback = "10m",
                         .minimum = 100,
                         .maximum = 604'800'000,
                         .affects_answer = false};
constexpr Field think{.name = "think",
                      .type = Type::boolean,
                      .help = "let a reasoning model think before it answers",
                      .fallback = "false"};
constexpr Field fallback{.name = "fallback",
                         .type = Type::backend,
                         .help = "who is asked when this one cannot be reached or gives no valid answer",
                         .affects_answer = false};
constexpr Field location{
    .name = "location",
    .type = Type::choice,
    .help =
        "whether documents sent there leave this machine's network; from the address when absent: "
        "loopback and private addresses are local",
    .choices = locations,
    .affects_answer = false};
constexpr Field price{.name = "price",
                      .type = Type::group,
                      .help = "what calls cost; unknown when absent, which a budget refuses for the cloud",
                      .fields = price_fields,
                      .affects_answer = false};
constexpr Field key{.name = "api_key", .type = Type::secret, .help = "sent over TLS or to loopback only"};
constexpr Field required_key{.name = key.name, .type = key.type, .help = key.help, .required = true};

constexpr std::string_view urls_help =
    "the server's address, or a list: calls go to the least busy healthy one";

constexpr Field ollama_fields[] = {
    {.name = "url",
     .type = Type::texts,
     .help = urls_help,
     .fallback = "http://127.0.0.1:11434",
     .affects_answer = false},
    required_model,
    {.name = context.name,
     .type = context.type,
     .help = context.help,
     .fallback = "8192",
     .minimum = context.minimum,
     .maximum = context.maximum},
    max_concurrent,
    timeout,
    connect_timeout,
    first_byte_timeout,
    deadline,
    think,
    fallback,
    location,
    price,
    key,
};

constexpr Field openai_fields[] = {
    {.name = "url", .type = Type::texts, .help = urls_help, .required = true, .affects_answer = false},
    model,
    context,
    max_concurrent,
    timeout,
    connect_timeout,
    first_byte_timeout,
    deadline,
    think,
    fallback,
    location,
    price,
    key,
};

constexpr Field anthropic_fields[] = {
    {.name = "url",
     .type = Type::texts,
     .help = urls_help,
     .fallback = "https://api.anthropic.com",
     .affects_answer = false},
    required_model,
    required_key,
    context,
    max_concurrent,
    timeout,
    connect_timeout,
    first_byte_timeout,
    deadline,
    think,
    fallback,
    location,
    price,
};

}  // namespace

BackendType ollama() {
  return {
      .name = "ollama", .summary = "Ollama's own protocol", .fields = ollama_fields, .answers_prompts = true};
}

BackendType openai() {
  return {.name = "openai",
          .summary = "OpenAI's protocol: llama-server, vLLM, LM Studio, OpenAI and others",
          .fields = openai_fields,
          .answers_prompts = true};
}

BackendType anthropic() {
  return {.name = "anthropic",
          .summary = "Anthropic's Messages",
          .fields = anthropic_fields,
          .answers_prompts = true};
}

}  // namespace docket::backends
