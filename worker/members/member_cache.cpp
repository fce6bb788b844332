#include "worker/members/member_cache.h"

#include <sys/stat.h>

#include <cstdint>
#include <utility>

namespace docket::worker {

std::string file_identity(int descriptor) {
  struct stat now {};
  if (fstat(descriptor, &now) != 0) return {};
  std::string identity;
  for (const auto number :
       {static_cast<std::int64_t>(now.st_dev), static_cast<std::int64_t>(now.st_ino),
        static_cast<std::int64_t>(now.st_size), static_cast<std::int64_t>(now.st_mtim.tv_sec),
        static_cast<std::int64_t>(now.st_mtim.tv_nsec), static_cast<std::int64_t>(now.st_ctim.tv_sec),
        static_cast<std::int64_t>(now.st_ctim.tv_nsec)})
    identity += std::to_string(number) + ' ';
  return identity;
}

std::optional<std::string> MemberCache::take(const std::string& archive, const std::string& name) {
  if (archive != archive_) return std::nullopt;
  const auto found = contents_.find(name);
  if (found == contents_.end()) return std::nullopt;
  std::string content = std::move(found->second);
  bytes_ -= content.size();
  contents_.erase(found);
  return content;
}

void MemberCache::begin(std::string archive) {
  archive_ = std::move(archive);
  contents_.clear();
  bytes_ = 0;
}

bool MemberCache::keep(const std::string& name, std::string content) {
  if (content.size() > most_bytes - bytes_) return false;
  bytes_ += content.size();
  contents_.insert_or_assign(name, std::move(content));
  return true;
}

}  // namespace docket::worker
