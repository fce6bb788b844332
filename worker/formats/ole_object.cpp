#include "worker/formats/ole_object.h"

#include <gsf/gsf-infile-msole.h>
#include <gsf/gsf-infile.h>
#include <gsf/gsf-input-memory.h>
#include <gsf/gsf-input.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace docket::worker {
namespace {

constexpr std::size_t largest_object = std::size_t{256} << 20;

struct UnrefObject {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Object = std::unique_ptr<T, UnrefObject>;

std::optional<std::string> stream(GsfInfile* file, const char* name) {
  const Object<GsfInput> input(gsf_infile_child_by_name(file, name));
  if (!input) return {};
  const gsf_off_t size = gsf_input_size(input.get());
  if (size <= 0 || static_cast<std::size_t>(size) > largest_object) return {};
  std::string content(static_cast<std::size_t>(size), '\0');
  if (gsf_input_read(input.get(), content.size(), reinterpret_cast<guint8*>(content.data())) == nullptr)
    return {};
  return content;
}

std::uint32_t number_of(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

/// `\1Ole10Native`: a size, a number, name, path, two numbers, the path again with its size, size, content.
std::optional<std::string> native_content(std::string_view native) {
  const auto skip = [&](std::size_t size) { native.remove_prefix(std::min(size, native.size())); };
  const auto skip_text = [&] { skip(std::min(native.find('\0'), native.size()) + 1); };
  skip(4 + 2);
  skip_text();
  skip_text();
  skip(4);
  if (native.size() < 4) return {};
  const std::uint32_t path = number_of(native);
  skip(std::size_t{4} + path);
  if (native.size() < 4) return {};
  const std::uint32_t size = number_of(native);
  skip(4);
  if (size == 0 || size > native.size()) return {};
  return std::string(native.substr(0, size));
}

}  // namespace

std::optional<std::string> unwrapped_ole_object(std::string_view bytes) {
  if (!bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) return {};
  const Object<GsfInput> input(gsf_input_memory_new(reinterpret_cast<const guint8*>(bytes.data()),
                                                    static_cast<gsf_off_t>(bytes.size()), FALSE));
  if (!input) return {};
  const Object<GsfInfile> file(gsf_infile_msole_new(input.get(), nullptr));
  if (!file) return {};
  if (const auto native = stream(file.get(), "\1Ole10Native")) {
    if (auto content = native_content(*native)) return content;
  }
  for (const char* name : {"CONTENTS", "Package"})
    if (auto content = stream(file.get(), name)) return content;
  return {};
}

}  // namespace docket::worker
