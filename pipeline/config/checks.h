#pragma once
#include <string_view>
#include <vector>

#include "pipeline/config/diagnostics.h"
#include "pipeline/config/yaml.h"
#include "pipeline/pipeline.h"

namespace docket {

// What holds between the parts of a pipeline file. Each complains and changes nothing.

/// One stage at most provides the text, and it comes before all that read it.
void check_text(const Pipeline& pipeline, const Registry& registry, Diagnostics& diagnostics);

/// Backends that name other backends (`fallback`) lead to an end.
void check_backend_cycles(const Pipeline& pipeline, Diagnostics& diagnostics);

/// What `policy.redact_patterns` has are regular expressions.
void check_redaction(const Pipeline& pipeline, const Node& root, Diagnostics& diagnostics);

/// With a budget the price of every cloud backend is known, or the pipeline says that it may be unknown.
void check_budget(const Pipeline& pipeline, Diagnostics& diagnostics);

/// Those of which no budget can know what their calls cost, and for which the pipeline does not allow that.
std::vector<const BackendConfig*> without_price(const Pipeline& pipeline);
/// Those for which it does.
std::vector<const BackendConfig*> with_unknown_price(const Pipeline& pipeline);
inline constexpr std::string_view counts_as_nothing =
    "has `price: unknown-ok`: against the budget its calls count as nothing";
/// The pipeline has a limit of its own, so that check_budget has said what there is to say.
bool has_budget(const Pipeline& pipeline);
/// What is wrong with a backend without_price, and what to do.
inline constexpr std::string_view needs_price =
    "is a cloud model without a `price`, so the budget cannot be enforced; add its price, such as "
    "price: {input: 3.00, output: 15.00}, in USD per million tokens, or `price: unknown-ok`: then its calls "
    "count as nothing";

}  // namespace docket
