#pragma once
#include <cstdlib>
#include <set>
#include <string>

#include "pipeline/support/utf8.h"
#include "worker/formats/unpacking.h"

namespace docket::worker {

/// What must hold of any member, whatever it is in: its name leads nowhere else and comes once.
inline MemberHandler checked_members(std::set<std::string>& names) {
  return {[](const std::string&, MemberKind) { return true; },
          [&names](const UnpackedMember& member) -> Result<bool> {
            const std::string path = '/' + member.name + '/';
            const bool is_good = !member.name.empty() && is_utf8(member.name) && member.name.front() != '/' &&
                                 path.find("/../") == std::string::npos &&
                                 path.find("//") == std::string::npos && names.insert(member.name).second;
            if (!is_good) std::abort();
            return true;
          }};
}

inline constexpr MemberLimits small_limits = {.count = 1000, .total = 8 << 20, .ratio = 250};

}  // namespace docket::worker
