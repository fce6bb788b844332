#pragma once
#include <string>

namespace docket::reference {

std::string man_docket();           ///< docket(1)
std::string man_docket_pipeline();  ///< docket-pipeline(5)

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

std::string markdown_command_line();
std::string markdown_pipeline();
std::string markdown_exit_codes();
std::string markdown_errors();
std::string markdown_ledger();

}  // namespace docket::reference
