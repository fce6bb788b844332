#include "cli/commands.h"

namespace docket {

AddVerb add_init, add_check, add_run, add_plan, add_status, add_explain, add_egress, add_ack, add_export,
    add_clean, add_report, add_graph, add_schema, add_help, add_runs, add_unlock, add_verify;

std::span<AddVerb* const> verbs() {
  static constexpr AddVerb* all[] = {
      add_init,  add_check,  add_run,  add_plan,   add_status, add_explain, add_egress, add_ack,  add_export,
      add_clean, add_report, add_runs, add_verify, add_unlock, add_graph,   add_schema, add_help,
  };
  return all;
}

}  // namespace docket
