#include <fstream>
#include <iostream>
#include <iterator>

#include "worker/pdf.h"

namespace {

using docket::Page;
using docket::worker::Extraction;

void print_text(const Extraction& extraction) {
  bool first = true;
  for (const Page& page : extraction.text.pages) {
    if (!first) std::cout << '\f';
    first = false;
    std::cout << page.text;
  }
}

void print_json(const Extraction& extraction) {
  nlohmann::json pages = nlohmann::json::array();
  for (const Page& page : extraction.text.pages) {
    nlohmann::json words = nlohmann::json::array();
    for (const docket::Word& word : page.words) {
      const docket::Box& box = word.box;
      words.push_back({box.left, box.top, box.right, box.bottom, word.offset, word.length});
    }
    pages.push_back({{"width", page.width}, {"height", page.height}, {"text", page.text}, {"words", words}});
  }
  std::cout << nlohmann::json{{"value", extraction.value}, {"pages", pages}}.dump() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const bool text_only = argc == 3 && std::string_view(argv[1]) == "--text";
  if (argc != 2 && !text_only) {
    std::cerr << "usage: docket-extract [--text] FILE\n";
    return 2;
  }
  std::ifstream file(argv[argc - 1], std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto extraction = docket::worker::read_pdf(content, "");
  if (!extraction) {
    std::cerr << "docket-extract: " << argv[argc - 1] << ": " << extraction.error().message << '\n';
    return 1;
  }
  text_only ? print_text(*extraction) : print_json(*extraction);
  return 0;
}
