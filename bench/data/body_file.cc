#include "data/body_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace tetrascope::bench {
namespace {

constexpr std::string_view kFirstLine = "tetrascope-bodies 1";

std::string head_text(const BodyFileHead& head) {
  std::string text = fmt::format("{}\ntransport {}\npath {}\n", kFirstLine, head.udp ? "udp" : "http", head.path);
  for (const auto& [name, value] : head.headers) text += fmt::format("header {}: {}\n", name, value);
  return text + fmt::format("records {}\nfirst {}\nseconds {}\n\n", head.records, head.first_second, head.seconds);
}

Result<std::int64_t> number_of(std::string_view word, std::string_view line) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size())
    return fail(ErrorCode::kMalformed, fmt::format("`{}`: want a number", line));
  return value;
}

Result<void> read_line(std::string_view line, BodyFileHead& head) {
  const std::size_t blank = line.find(' ');
  const std::string_view name = line.substr(0, blank);
  const std::string_view value = blank == std::string_view::npos ? "" : line.substr(blank + 1);
  if (name == "transport") {
    head.udp = value == "udp";
  } else if (name == "path") {
    head.path = value;
  } else if (name == "header") {
    const std::size_t colon = value.find(": ");
    if (colon == std::string_view::npos) return fail(ErrorCode::kMalformed, fmt::format("`{}`: no colon", line));
    head.headers.emplace_back(value.substr(0, colon), value.substr(colon + 2));
  } else if (name == "records") {
    head.records = value;
  } else if (name == "first") {
    ASSIGN_OR_RETURN(head.first_second, number_of(value, line));
  } else if (name == "seconds") {
    ASSIGN_OR_RETURN(head.seconds, number_of(value, line));
  } else if (line != kFirstLine) {
    return fail(ErrorCode::kMalformed, fmt::format("`{}` is no line of a head", line));
  }
  return {};
}

/// Where the bodies begin.
Result<std::size_t> read_head(std::string_view content, BodyFileHead& head) {
  if (!content.starts_with(kFirstLine)) return fail(ErrorCode::kMalformed, "not a file of bodies");
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = content.find('\n', at);
    if (end == std::string_view::npos) return fail(ErrorCode::kMalformed, "the head has no end");
    const std::string_view line = content.substr(at, end - at);
    at = end + 1;
    if (line.empty()) return at;
    RETURN_IF_ERROR(read_line(line, head));
  }
}

}  // namespace

Result<BodyFileWriter> BodyFileWriter::create(const std::string& path, const BodyFileHead& head) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return fail(ErrorCode::kInternal, fmt::format("{}: {}", path, std::strerror(errno)));
  BodyFileWriter writer(file);
  RETURN_IF_ERROR(writer.write(head_text(head)));
  return writer;
}

Result<void> BodyFileWriter::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size()) return {};
  return fail(ErrorCode::kInternal, fmt::format("cannot write bodies: {}", std::strerror(errno)));
}

Result<void> BodyFileWriter::add(const MarkedBytes& body, std::size_t records) {
  static_assert(sizeof(Mark) == sizeof(std::uint32_t));
  const std::uint32_t sizes[] = {static_cast<std::uint32_t>(body.bytes().size()), static_cast<std::uint32_t>(records),
                                 static_cast<std::uint32_t>(body.marks().size())};
  RETURN_IF_ERROR(write({reinterpret_cast<const char*>(sizes), sizeof sizes}));
  RETURN_IF_ERROR(write({reinterpret_cast<const char*>(body.marks().data()), body.marks().size() * sizeof(Mark)}));
  return write(body.bytes());
}

Result<void> BodyFileWriter::close() {
  if (std::fclose(file_.release()) == 0) return {};
  return fail(ErrorCode::kInternal, fmt::format("cannot write bodies: {}", std::strerror(errno)));
}

Result<BodyFile> BodyFile::read(const std::string& path) {
  std::error_code error;
  const std::size_t size = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) return fail(ErrorCode::kNotFound, fmt::format("{}: cannot be read", path));
  BodyFile file;
  file.content_ = std::make_unique_for_overwrite<char[]>(size);
  if (!stream.read(file.content_.get(), static_cast<std::streamsize>(size)))
    return fail(ErrorCode::kNotFound, fmt::format("{}: cannot be read", path));
  const std::string_view content(file.content_.get(), size);
  ASSIGN_OR_RETURN(std::size_t at, read_head(content, file.head_));
  while (at < size) {
    std::uint32_t sizes[3];
    if (size - at < sizeof sizes) return fail(ErrorCode::kMalformed, fmt::format("{}: the end is missing", path));
    std::memcpy(sizes, content.data() + at, sizeof sizes);
    at += sizeof sizes;
    const std::size_t marks_bytes = std::size_t{sizes[2]} * sizeof(Mark);
    if (size - at < marks_bytes + sizes[0])
      return fail(ErrorCode::kMalformed, fmt::format("{}: the end is missing", path));
    auto& marks = file.marks_.emplace_back(std::make_unique_for_overwrite<Mark[]>(sizes[2]));
    std::memcpy(static_cast<void*>(marks.get()), content.data() + at, marks_bytes);
    at += marks_bytes;
    file.bodies_.push_back({content.substr(at, sizes[0]), {marks.get(), sizes[2]}, sizes[1]});
    at += sizes[0];
  }
  if (file.bodies_.empty()) return fail(ErrorCode::kMalformed, fmt::format("{}: no bodies", path));
  return file;
}

}  // namespace tetrascope::bench
