#pragma once
#include "cli/options/document_options.h"

namespace docket {

struct PlanCommand {
  DocumentOptions documents;
  bool offline = false;   ///< As if nothing left this machine.
  bool json = false;      ///< For programs: docs/plan.md.
  bool question = false;  ///< Print nothing; exit code 1: a run would do something.
};

/// Says on standard output what a run would do and why, and what it would cost (`plan`, `run -n`); returns
/// the exit code.
int plan_command(const PlanCommand& command);

}  // namespace docket
