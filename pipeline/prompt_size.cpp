#include "pipeline/prompt_size.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pipeline/json/schema.h"
#include "pipeline/support/base64.h"

namespace docket {

namespace {

/// Squares of 512 pixels, once the image is made smaller until its shorter side has 768.
std::int64_t tiles_of(const Image& image) {
  constexpr double side = 512, shorter_side = 768;
  const double shorter = std::max(std::min(image.width, image.height), 1);
  const double scale = std::min(1.0, shorter_side / shorter);
  const auto tiles = [&](int pixels) { return std::max(std::ceil(pixels * scale / side), 1.0); };
  return static_cast<std::int64_t>(tiles(image.width) * tiles(image.height));
}

ImageTokens tokens_of(const Image& image) {
  constexpr std::int64_t usual_pixels = 750, beside_pixels = 100;
  constexpr std::int64_t dearest_tile = 5'667, beside_tiles = 2'833;
  const std::int64_t pixels = std::int64_t{image.width} * image.height;
  const std::int64_t usual = beside_pixels + pixels / usual_pixels;
  return {usual, std::max(beside_tiles + dearest_tile * tiles_of(image), 2 * usual)};
}

}  // namespace

std::int64_t bytes_of(const PromptPart& part) {
  const auto bytes = static_cast<std::int64_t>(part.text.size());
  return part.image ? bytes + tokens_of(*part.image).usual * usual_bytes_per_token : bytes;
}

std::int64_t bytes_of(const Prompt& prompt) {
  auto bytes =
      static_cast<std::int64_t>(prompt.system.size() + prompt.task.size() + prompt.diagnostic.size());
  for (const PromptPart& part : prompt.document)
    bytes += bytes_of(part);
  if (prompt.schema)
    bytes += static_cast<std::int64_t>(
        prompt.schema->document().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).size());
  return bytes;
}

ImageTokens image_tokens(const Prompt& prompt) {
  ImageTokens all;
  for (const PromptPart& part : prompt.document) {
    if (!part.image) continue;
    const ImageTokens one = tokens_of(*part.image);
    all.usual += one.usual;
    all.most += one.most;
  }
  return all;
}

std::int64_t image_bytes(const Prompt& prompt) {
  std::int64_t bytes = 0;
  for (const PromptPart& part : prompt.document)
    if (part.image) bytes += base64_size(part.image->bytes.size());
  return bytes;
}

}  // namespace docket
