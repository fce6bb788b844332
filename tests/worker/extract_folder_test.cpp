// Reads every file of the folder that DOCKET_EXTRACT_FOLDER names with a pool of two workers and prints what
// became of each, how long it took and how much memory it needed. Without that variable: nothing to do.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <latch>
#include <map>
#include <vector>

#include "backends/extraction/pool.h"

namespace docket {
namespace {

std::string outcome(const Reply& reply) {
  return reply.answer ? "done, " + reply.answer->value["grade"].get<std::string>()
                      : std::string(name(reply.answer.error().error_class));
}

TEST(ExtractFolder, EveryFileIsDoneOrFailsWithAReason) {
  const char* folder = std::getenv("DOCKET_EXTRACT_FOLDER");
  if (folder == nullptr) GTEST_SKIP() << "DOCKET_EXTRACT_FOLDER names no folder";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Reply> replies(files.size());
  const auto begin = std::chrono::steady_clock::now();
  {
    std::latch open(static_cast<std::ptrdiff_t>(files.size()));
    backends::ExtractPoolOptions options;
    options.worker = EXTRACT_WORKER;
    options.workers = 2;
    const auto pool = backends::make_extract_pool(options, {});
    for (std::size_t i = 0; i < files.size(); ++i) {
      pool->submit({std::string(extraction_workers), ExtractQuestion{files[i], {}}}, [&, i](Reply reply) {
        replies[i] = std::move(reply);
        open.count_down();
      });
    }
    open.wait();
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
  std::map<std::string, int> counts;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Reply& reply = replies[i];
    ++counts[outcome(reply)];
    std::cout << outcome(reply) << '\t' << files[i].filename().string() << '\t' << reply.cpu_ns / 1000000
              << " ms\t" << (reply.answer ? "" : reply.answer.error().message) << '\n';
    EXPECT_TRUE(reply.answer || !reply.answer.error().message.empty());
    EXPECT_TRUE(reply.file || !reply.answer);
  }
  for (const auto& [what, count] : counts) {
    std::cout << count << '\t' << what << '\n';
  }
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  std::cout << files.size() << " files, " << passed.count() << " s; largest worker " << usage.ru_maxrss / 1024
            << " MiB\n";
}

}  // namespace
}  // namespace docket
