#pragma once
#include <span>
#include <string>
#include <string_view>

#include "pipeline/price.h"
#include "pipeline/support/embedded_file.h"
#include "pipeline/support/result.h"

namespace docket {

// What vendors ask for their models: pipeline/prices.json, which is part of the program. docs/prices.md says
// how it is kept and what its members mean.

std::span<const EmbeddedFile> price_table_files();  ///< Only this file.

/// The table's price of a model on a day (ISO 8601), as the vendor itself asks it. `model` may have a day at
/// its end and the names of gateways before it: `openrouter/anthropic/claude-sonnet-4.5-20250929`. Where
/// `host` is not one of the vendor's, Price::source says so. The Error (class `config`): the table does not
/// know the model, or has no price for that day.
Result<Price> listed_price(std::string_view model, std::string_view host, std::string_view day);

}  // namespace docket
