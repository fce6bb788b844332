#include "worker/formats/picture.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>

namespace docket::worker {
namespace {

constexpr std::size_t most_frames = 5000;
constexpr double inch = 2.54;                      ///< Centimetres.
constexpr double least_dpi = 40, most_dpi = 5000;  ///< Others are not meant.

enum class Order { big, little };

/// Numbers of a file, by place; 0 beyond its end.
class Numbers {
 public:
  Numbers(std::string_view bytes, Order order) : bytes_(bytes), order_(order) {}
  std::uint32_t number(std::size_t at, std::size_t size) const {
    std::uint32_t value = 0;
    if (at > bytes_.size() || bytes_.size() - at < size) return 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t place = order_ == Order::big ? at + i : at + size - 1 - i;
      value = value << 8 | static_cast<unsigned char>(bytes_[place]);
    }
    return value;
  }
  std::uint32_t u8(std::size_t at) const { return number(at, 1); }
  std::uint32_t u16(std::size_t at) const { return number(at, 2); }
  std::uint32_t u32(std::size_t at) const { return number(at, 4); }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
  Order order_;
};

int pixels(std::uint32_t count) { return count > 1'000'000 ? 0 : static_cast<int>(count); }

double sensible(double dpi) { return dpi >= least_dpi && dpi <= most_dpi ? dpi : 0; }

/// TIFF 6.0, section 2: a directory of entries {tag, type, count, value} for each page.
struct Directory {
  PictureFrame frame;
  std::size_t next = 0;
};

Directory read_directory(const Numbers& file, std::size_t at) {
  enum : std::uint32_t { width = 256, height = 257, orientation = 274, x_resolution = 282, unit = 296 };
  constexpr std::uint32_t shorts = 3, rational = 5, centimetres = 3, no_unit = 1;
  Directory found;
  double resolution = 0;
  std::uint32_t counted_in = 2;
  const std::size_t entries = file.u16(at);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = at + 2 + 12 * i;
    const std::uint32_t type = file.u16(entry + 2);
    const std::uint32_t value = type == shorts ? file.u16(entry + 8) : file.u32(entry + 8);
    switch (file.u16(entry)) {
      case width:
        found.frame.width = pixels(value);
        break;
      case height:
        found.frame.height = pixels(value);
        break;
      case orientation:
        if (value >= 1 && value <= 8) found.frame.orientation = static_cast<int>(value);
        break;
      case x_resolution:
        if (type == rational && file.u32(value + 4) > 0)
          resolution = static_cast<double>(file.u32(value)) / file.u32(value + 4);
        break;
      case unit:
        counted_in = value;
        break;
      default:
        break;
    }
  }
  if (counted_in == centimetres) resolution *= inch;
  if (counted_in != no_unit) found.frame.dpi = sensible(resolution);
  found.next = file.u32(at + 2 + 12 * entries);
  return found;
}

std::vector<PictureFrame> tiff(std::string_view bytes) {
  const Numbers file(bytes, bytes.starts_with("II") ? Order::little : Order::big);
  std::vector<PictureFrame> frames;
  std::set<std::size_t> seen;  // Directories may go round in a circle.
  for (std::size_t at = file.u32(4); at >= 8 && at < file.size() && frames.size() < most_frames;) {
    if (!seen.insert(at).second) break;
    const Directory directory = read_directory(file, at);
    frames.push_back(directory.frame);
    at = directory.next;
  }
  return frames;
}

/// PNG specification, chunks IHDR and pHYs.
std::vector<PictureFrame> png(std::string_view bytes) {
  const Numbers file(bytes, Order::big);
  PictureFrame frame{.width = pixels(file.u32(16)), .height = pixels(file.u32(20))};
  for (std::size_t at = 8; at + 12 <= file.size();) {
    const std::string_view name = bytes.substr(at + 4, 4);
    if (name == "IDAT") break;
    constexpr double metre = 100;
    if (name == "pHYs" && file.u8(at + 16) == 1) frame.dpi = sensible(file.u32(at + 8) * inch / metre);
    at += std::size_t{12} + file.u32(at);
  }
  return {frame};
}

/// Exif 2.3: an APP1 segment with a TIFF directory.
void read_exif(std::string_view segment, PictureFrame& frame) {
  constexpr std::string_view name("Exif\0\0", 6);
  if (!segment.starts_with(name)) return;
  const std::vector<PictureFrame> directories = tiff(segment.substr(name.size()));
  if (directories.empty()) return;
  frame.orientation = directories.front().orientation;
  if (frame.dpi == 0) frame.dpi = directories.front().dpi;
}

/// JPEG (ITU T.81), segments APP0, APP1 and the frame header.
std::vector<PictureFrame> jpeg(std::string_view bytes) {
  const Numbers file(bytes, Order::big);
  PictureFrame frame;
  for (std::size_t at = 2; at + 4 <= file.size();) {
    if (file.u8(at) != 0xFF) return {};
    const std::uint32_t marker = file.u8(at + 1);
    if (marker == 0xFF) {  // Fill.
      ++at;
      continue;
    }
    const std::uint32_t length = file.u16(at + 2);
    const std::string_view segment = bytes.substr(at + 4, length < 2 ? 0 : length - 2);
    if (marker == 0xE0 && segment.starts_with(std::string_view("JFIF\0", 5))) {
      const std::uint32_t unit = file.u8(at + 11);
      if (unit == 1 || unit == 2) frame.dpi = sensible(file.u16(at + 12) * (unit == 2 ? inch : 1));
    }
    if (marker == 0xE1) read_exif(segment, frame);
    const bool is_frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_frame) {
      frame.height = static_cast<int>(file.u16(at + 5));
      frame.width = static_cast<int>(file.u16(at + 7));
      return {frame};
    }
    if (marker == 0xD9 || marker == 0xDA || length < 2) break;
    at += std::size_t{2} + length;
  }
  return {};
}

/// WebP container specification (RFC 9649): VP8, VP8L or VP8X comes first.
std::vector<PictureFrame> webp(std::string_view bytes) {
  const Numbers file(bytes, Order::little);
  const std::string_view kind = bytes.substr(12, 4);
  PictureFrame frame;
  if (kind == "VP8 ") {
    frame.width = static_cast<int>(file.u16(26) & 0x3FFF);
    frame.height = static_cast<int>(file.u16(28) & 0x3FFF);
  } else if (kind == "VP8L") {
    const std::uint32_t bits = file.u32(21);
    frame.width = static_cast<int>(bits & 0x3FFF) + 1;
    frame.height = static_cast<int>(bits >> 14 & 0x3FFF) + 1;
  } else if (kind == "VP8X") {
    frame.width = static_cast<int>(file.number(24, 3)) + 1;
    frame.height = static_cast<int>(file.number(27, 3)) + 1;
  } else {
    return {};
  }
  return {frame};
}

bool is_tiff(std::string_view bytes) {
  return bytes.starts_with(std::string_view("II*\0", 4)) || bytes.starts_with(std::string_view("MM\0*", 4));
}

}  // namespace

std::vector<PictureFrame> picture_frames(std::string_view bytes) {
  std::vector<PictureFrame> frames;
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) frames = png(bytes);
  if (bytes.starts_with("\xFF\xD8")) frames = jpeg(bytes);
  if (is_tiff(bytes)) frames = tiff(bytes);
  if (bytes.starts_with("RIFF") && bytes.size() > 30 && bytes.substr(8, 4) == "WEBP") frames = webp(bytes);
  const bool has_sizes =
      std::ranges::all_of(frames, [](const PictureFrame& f) { return f.width > 0 && f.height > 0; });
  return has_sizes ? frames : std::vector<PictureFrame>();
}

bool is_picture(std::string_view media_type) {
  constexpr std::string_view known[] = {"image/png", "image/jpeg", "image/tiff", "image/webp"};
  return std::ranges::find(known, media_type) != std::end(known);
}

Result<Extraction> read_picture(std::string_view bytes, std::string_view media_type) {
  const std::vector<PictureFrame> frames = picture_frames(bytes);
  if (frames.empty())
    return Error{ErrorClass::damaged, "is a broken picture (" + std::string(media_type) + ")"};
  Extraction out;
  for (const PictureFrame& frame : frames) {
    Page page;
    const double width = frame.width * frame.points(), height = frame.height * frame.points();
    page.width = static_cast<float>(frame.lies() ? height : width);
    page.height = static_cast<float>(frame.lies() ? width : height);
    out.text.pages.push_back(std::move(page));
    PageGrade drawn;
    drawn.images = 1;
    drawn.paints = 1;
    out.drawn_pages.push_back(drawn);
  }
  out.value["metadata"] = {{"width", frames.front().width}, {"height", frames.front().height}};
  if (frames.front().dpi > 0) out.value["metadata"]["dpi"] = std::lround(frames.front().dpi);
  out.value["embedded_files"] = nlohmann::json::array();
  return out;
}

}  // namespace docket::worker
