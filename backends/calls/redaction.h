#pragma once
#include <memory>

#include "backends/calls/stand_ins.h"
#include "pipeline/backend.h"
#include "pipeline/location.h"
#include "pipeline/pipeline.h"

namespace docket::backends {

/// What the pipeline's policy has redacted.
RedactedKinds redacted_kinds(const Pipeline& pipeline);

/// Asks a cloud model in words that hold no value of the kinds: each has a stand-in, the same in all
/// questions about a document, and the answer has the values again, in its texts, whole numbers and names of
/// members.
///
/// What stands in the schema is redacted too, and what of it a value keeps and its stand-in would not (a
/// pattern, a length) is left out of what the server is told. The answer with the values in it is judged by
/// the schema itself: one that it does not allow is an Error (class `content`). Where a stand-in came back in
/// pieces or changed, Answer::problems says so. A request in whose body a value would still stand in clear is
/// not sent (Request::last_look): `withheld`, "policy: redact". Local models are asked as they are.
std::unique_ptr<Backend> make_redaction(std::unique_ptr<Backend> inner, Location location,
                                        RedactedKinds kinds);

}  // namespace docket::backends
