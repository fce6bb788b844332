#pragma once
#include <string_view>

#include "backends/protocols/price_settings.h"
#include "pipeline/field.h"

namespace docket::backends {

/// Settings that several protocols have.
namespace fields {

inline constexpr std::string_view locations[] = {"local", "cloud"};

inline constexpr Field model{.name = "model", .help = "the model's name as the server knows it"};
inline constexpr Field required_model{.name = model.name, .help = model.help, .required = true};
inline constexpr Field context{
    .name = "context",
    .type = Field::Type::integer,
    .help = "context window in tokens: always verified, and sent to servers that accept it",
    .minimum = 256,
    .maximum = 100'000'000};
inline constexpr Field max_concurrent{
    .name = "max_concurrent",
    .type = Field::Type::integer,
    .help =
        "concurrency limit per address; where it is absent, as many calls as "
        "the server says that it works on, else the default; `auto` begins there and finds by itself what "
        "the server works on best",
    .fallback = "4",
    .word = "auto",
    .minimum = 1,
    .maximum = 1000,
    .affects_answer = false};
inline constexpr Field timeout{.name = "timeout",
                               .type = Field::Type::duration,
                               .help = "time limit for one whole answer",
                               .fallback = "120s",
                               .minimum = 100,
                               .maximum = 86'400'000,
                               .affects_answer = false};
inline constexpr Field connect_timeout{.name = "connect_timeout",
                                       .type = Field::Type::duration,
                                       .help = "time limit for connecting",
                                       .fallback = "10s",
                                       .minimum = 10,
                                       .maximum = 600'000,
                                       .affects_answer = false};
inline constexpr Field first_byte_timeout{
    .name = "first_byte_timeout",
    .type = Field::Type::duration,
    .help = "time limit for the beginning of an answer; same as `timeout` when absent",
    .minimum = 100,
    .maximum = 86'400'000,
    .affects_answer = false};
inline constexpr Field deadline{
    .name = "deadline",
    .type = Field::Type::duration,
    .help =
        "time limit for one request from when it is sent, including retries and pauses; "
        "waiting behind other requests does not count",
    .fallback = "10m",
    .minimum = 100,
    .maximum = 604'800'000,
    .affects_answer = false};
inline constexpr Field think{.name = "think",
                             .type = Field::Type::boolean,
                             .help = "let a reasoning model think before it answers",
                             .fallback = "false"};
inline constexpr Field keep_alive{
    .name = "keep_alive",
    .help =
        "how long a local server keeps the model after a call, if it can be told: a duration such as 30m, or "
        "seconds; 0: not at all; negative: for ever; 30m with Ollama when absent",
    .affects_answer = false};
inline constexpr Field warm_up{
    .name = "warm_up",
    .type = Field::Type::boolean,
    .help =
        "have a local server load the model when a run takes its first document, and not when the model is "
        "first asked",
    .affects_answer = false};
inline constexpr Field free_at_end{
    .name = "free_at_end",
    .type = Field::Type::boolean,
    .help = "have a local server let go of the model when a run that asked it ends",
    .affects_answer = false};
inline constexpr Field fallback{
    .name = "fallback",
    .type = Field::Type::backend,
    .help = "backend to ask when this one is unreachable or gives no valid answer",
    .affects_answer = false};
inline constexpr Field location{
    .name = "location",
    .type = Field::Type::choice,
    .help =
        "whether documents sent there leave this machine's network; derived from the address when absent: "
        "loopback and private addresses are local",
    .choices = locations,
    .affects_answer = false};
inline constexpr Field price{
    .name = "price",
    .type = Field::Type::group,
    .help =
        "what calls cost; that of docket's own table when absent (docs/prices.md); `unknown-ok`: whatever "
        "it is",
    .choices = price_words,
    .fields = price_fields,
    .affects_answer = false};
inline constexpr Field key{
    .name = "api_key", .type = Field::Type::secret, .help = "sent over TLS or to loopback only"};
inline constexpr Field required_key{.name = key.name, .type = key.type, .help = key.help, .required = true};

inline constexpr std::string_view urls_help =
    "the server's address, or a list: calls go to the least busy healthy one";

}  // namespace fields
}  // namespace docket::backends
