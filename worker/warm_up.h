#pragma once

namespace docket::worker {

/// Reads a PDF of a few words, so that poppler has loaded what it loads once, and every document finds the
/// same state.
void warm_up();

}  // namespace docket::worker
