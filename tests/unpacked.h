#pragma once
#include <map>
#include <string>
#include <vector>

#include "worker/formats/unpacking.h"

namespace docket {

/// What an unpacker tells of.
struct Unpacked {
  std::vector<std::string> names;
  std::map<std::string, std::string> contents;
  std::map<std::string, worker::MemberKind> kinds;
  std::map<std::string, std::string> problems;

  worker::MemberHandler handler() {
    return {[](const std::string&, worker::MemberKind) { return true; },
            [this](worker::UnpackedMember member) -> Result<bool> {
              names.push_back(member.name);
              contents[member.name] = std::move(member.content);
              kinds[member.name] = member.kind;
              if (!member.problem.empty()) problems[member.name] = std::move(member.problem);
              return true;
            }};
  }
};

}  // namespace docket
