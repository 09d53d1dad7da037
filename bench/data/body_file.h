#pragma once
// A file of ready request bodies: what generate writes and send reads.
//
// A head of text lines, an empty line, then the bodies, each as
//   u32 size, u32 records, u32 marks, the marks (u32 each), the bytes           (little-endian)
// The lines of the head:
//   tetrascope-bodies 1
//   transport http                 or udp: each body is a datagram
//   path /v1/traces
//   header Content-Type: application/x-protobuf
//   records spans                  what is counted
//   first 1767225600               the Unix second before the first record
//   seconds 3600                   how much time a round covers

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "data/marked_bytes.h"

namespace tetrascope::bench {

struct BodyFileHead {
  bool udp = false;
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string records;
  std::int64_t first_second = 0;
  std::int64_t seconds = 0;
};

class BodyFileWriter {
 public:
  /// Errors: kInternal, with what the system said (of this and of the calls below).
  static Result<BodyFileWriter> create(const std::string& path, const BodyFileHead& head);
  /// `records`: how many `body` holds.
  Result<void> add(const MarkedBytes& body, std::size_t records);
  Result<void> close();

 private:
  struct Close {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  explicit BodyFileWriter(std::FILE* file) : file_(file) {}
  Result<void> write(std::string_view bytes);

  std::unique_ptr<std::FILE, Close> file_;
};

struct Body {
  std::string_view bytes;
  std::span<const Mark> marks;
  std::uint32_t records = 0;
};

/// The whole file in memory.
class BodyFile {
 public:
  /// Errors: kMalformed (not such a file, or its end is missing), kNotFound.
  static Result<BodyFile> read(const std::string& path);
  [[nodiscard]] const BodyFileHead& head() const { return head_; }
  [[nodiscard]] const std::vector<Body>& bodies() const { return bodies_; }

 private:
  /// Marks are copied out of the file, where they may stand at any address.
  std::unique_ptr<char[]> content_;
  std::vector<std::unique_ptr<Mark[]>> marks_;
  std::vector<Body> bodies_;
  BodyFileHead head_;
};

}  // namespace tetrascope::bench
