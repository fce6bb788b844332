#pragma once
#include "pipeline/complaints.h"
#include "pipeline/plan.h"

namespace docket {

// What holds between the parts of a pipeline file. Each complains and changes nothing.

/// One stage at most provides the text, and it comes before all that read it.
void check_text(const Plan& plan, const Catalog& catalog, Complaints& complaints);

/// Backends that name other backends (`fallback`) lead to an end.
void check_backend_cycles(const Plan& plan, Complaints& complaints);

/// Conditions read what a record can have: `document` and the stages.
void check_conditions(const Plan& plan, Complaints& complaints);

/// With a budget the price of every cloud backend is known.
void check_budget(const Plan& plan, Complaints& complaints);

}  // namespace docket
