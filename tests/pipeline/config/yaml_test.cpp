#include "pipeline/config/yaml.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "pipeline/support/utf8.h"
#include "tests/cpu_time.h"

namespace docket {
namespace {

/// The tree on one line: `{key@2:1 [1@2:6, "q"@3:4]}`.
std::string dump(const Node& node) {
  const std::string place =
      "@" + std::to_string(node.position.line) + ":" + std::to_string(node.position.column);
  std::string text;
  switch (node.kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::scalar:
      return (node.quoted ? "\"" + node.text + "\"" : node.text) + place;
    case Node::Kind::sequence:
      for (const NodePtr& item : node.items) {
        text += (text.empty() ? "" : ", ") + dump(*item);
      }
      return "[" + text + "]";
    case Node::Kind::mapping:
      for (const Node::Entry& entry : node.entries) {
        text += (text.empty() ? "" : ", ") + entry.key + "@" + std::to_string(entry.position.line) + ":" +
                std::to_string(entry.position.column) + " " + dump(*entry.value);
      }
      return "{" + text + "}";
  }
  return text;
}

std::string read(const std::string& text) {
  const Yaml yaml = parse_yaml(text);
  std::string result = yaml.root ? dump(*yaml.root) : "-";
  for (const YamlProblem& problem : yaml.problems) {
    result += "\n" + std::to_string(problem.position.line) + ":" + std::to_string(problem.position.column) +
              " " + problem.message;
  }
  return result;
}

TEST(Yaml, KeepsPlacesAndQuotes) {
  EXPECT_EQ(read("a: 1\nb:\n  - x: ~\n    y: \"1\"\n  - {z: [true, 'f']}\n"),
            "{a@1:1 1@1:4, b@2:1 [{x@3:5 null, y@4:5 \"1\"@4:8}, {z@5:6 [true@5:10, \"f\"@5:16]}]}");
  EXPECT_EQ(read("a: |\n  x\n  y\nb: >-\n  x\n  y\n"), "{a@1:1 \"x\ny\n\"@1:4, b@4:1 \"x y\"@4:4}");
  EXPECT_EQ(read("\xEF\xBB\xBFä: {ö: ü}\r\nb: 1"), "{ä@1:1 {ö@1:5 ü@1:8}, b@2:1 1@2:4}");
  EXPECT_EQ(read("%YAML 1.2\n---\na: 1\n...\n"), "{a@3:1 1@3:4}");
  EXPECT_EQ(read(""), "-");
}

TEST(Yaml, ResolvesAliasesAndMergeKeys) {
  EXPECT_EQ(read("a: &x {k: 1}\nb: *x\n"), "{a@1:1 {k@1:8 1@1:11}, b@2:1 {k@1:8 1@1:11}}");
  EXPECT_EQ(read("a: &x 1\nb: &x 2\nc: *x\n"), "{a@1:1 1@1:4, b@2:1 2@2:4, c@3:1 2@2:4}");
  EXPECT_EQ(read("- &a {x: 1, y: 1}\n- &b {y: 2, z: 2}\n- {<<: [*a, *b], z: 3}\n"),
            "[{x@1:7 1@1:10, y@1:13 1@1:16}, {y@2:7 2@2:10, z@2:13 2@2:16}, "
            "{z@3:18 3@3:21, x@1:7 1@1:10, y@1:13 1@1:16}]");
  EXPECT_EQ(read("\"<<\": 1\n"), "{<<@1:1 1@1:7}");
  EXPECT_EQ(read("- &a {b: 1}\n- {<<: *a, <<: *a}\n"),
            "[{b@1:7 1@1:10}, {b@1:7 1@1:10}]\n2:12 '<<' is given twice, first in line 2");
}

TEST(Yaml, GoesOnAfterWhatItCan) {
  EXPECT_EQ(read("a: 1\na: 2\n[x]: 3\nb: !t 4\n"),
            "{a@1:1 1@1:4, b@4:1 4@4:4}\n2:1 'a' is given twice, first in line 1\n3:1 a key must be text; "
            "put it in "
            "quotes\n4:4 tags ('!…') have no meaning here; remove it, or put text that begins so in quotes");
}

TEST(Yaml, RefusesWhatIsNoText) {
  EXPECT_EQ(read("a: 1\nb: x\xff"), "-\n2:5 not UTF-8; save the file as UTF-8");
  EXPECT_EQ(read("a: \xed\xa0\x80"), "-\n1:4 not UTF-8; save the file as UTF-8");
  EXPECT_EQ(read(std::string("\xff\xfe"
                             "a\0",
                             4)),
            "-\n0:0 the file is UTF-16; save it as UTF-8");
  EXPECT_EQ(read(std::string("a: \0", 4)),
            "-\n1:4 a control character; write it as \"\\x..\" in quotes if it is meant");
  EXPECT_EQ(read("ä: \x1b[31m"),
            "-\n1:4 a control character; write it as \"\\x..\" in quotes if it is meant");
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

std::string alias_bomb() {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string last = std::to_string(i - 1), name = std::to_string(i);
    text += "a" + name + ": &a" + name + " [" + repeated("*a" + last + ", ", 9) + "x]\n";
  }
  return text;
}

std::string merge_bomb() {
  std::string text = "- &a0 {";
  for (int i = 0; i < 1000; ++i) {
    text += "k" + std::to_string(i) + ": 1, ";
  }
  text += "z: 1}\n";
  return text + repeated("- {<<: *a0}\n", 1000);
}

long peak_megabytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

TEST(Yaml, RefusesAttacksFastAndWithLittleMemory) {
  constexpr int n = 100'000;
  const std::string attacks[] = {repeated("[", n),
                                 repeated("[", n) + repeated("]", n),
                                 repeated("{a: ", n),
                                 repeated("{", n),
                                 repeated("[{a: ", n),
                                 repeated("[\n", n),
                                 repeated("{a:\n", n),
                                 repeated("- ", n) + "a",
                                 repeated("? ", n) + "a",
                                 repeated("- ? ", n),
                                 repeated("[? ", n),
                                 repeated("[[],", n),
                                 repeated("a: ", n),
                                 repeated(":", n),
                                 repeated("!", n),
                                 repeated("&a ", n),
                                 repeated("*a ", n),
                                 "a:\n" + repeated("  - ", n),
                                 repeated("---\n", n),
                                 repeated("[\"a\",", n),
                                 repeated("'", n + 1),
                                 "!<" + repeated("a", 900'000),
                                 repeated("k: &x [", n),
                                 repeated("a", 900'000) + ": 1",
                                 repeated("x\n", 2'000'000),
                                 alias_bomb(),
                                 merge_bomb(),
                                 "[" + repeated("1,", 200'000) + "]",
                                 "- &a " + repeated("x", 500'000) + "\n" + repeated("- *a\n", 50'000)};
  const long before = peak_megabytes();
  for (const std::string& attack : attacks) {
    const double start = cpu_seconds();
    const Yaml yaml = parse_yaml(attack);
    EXPECT_FALSE(yaml.root) << attack.substr(0, 20);
    EXPECT_FALSE(yaml.problems.empty()) << attack.substr(0, 20);
    EXPECT_LT(cpu_seconds() - start, one_cpu_second) << attack.substr(0, 20);
  }
  if (!sanitized) {
    EXPECT_LT(peak_megabytes() - before, 300);
  }
}

TEST(Yaml, RefusesBlocksThatNestDeeply) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += repeated(" ", i) + "a:\n";
  }
  EXPECT_EQ(read(text), "-\n65:65 nested more than 64 levels deep");
}

TEST(Utf8, KnowsWellFormedText) {
  EXPECT_EQ(first_invalid_utf8("aä€😀"), std::string::npos);
  EXPECT_EQ(first_invalid_utf8("a\xc0\x80"), 1U);
  EXPECT_EQ(first_invalid_utf8("a\xe0\x9f\xbf"), 1U);
  EXPECT_EQ(first_invalid_utf8("\xf4\x90\x80\x80"), 0U);
  EXPECT_EQ(first_invalid_utf8("€\xe2\x82"), 3U);
  EXPECT_EQ(first_invalid_utf8("\x80"), 0U);
  EXPECT_EQ(characters("aä€😀"), 4U);
}

}  // namespace
}  // namespace docket
