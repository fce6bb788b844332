#pragma once
#include "pipeline/reading/passage.h"

namespace docket {

/// Does the passage say true or false: yes, no, x, a ticked box? It cannot tell if it says neither or both.
ValueReading read_boolean(bool value, const Passage& passage);

}  // namespace docket
