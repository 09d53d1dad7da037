#include "slices/ui/page_files.h"

#include <algorithm>
#include <utility>

#include "slices/page/answers.h"

namespace tetrascope::ui {
namespace {

std::string_view type_of(std::string_view path) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".woff2", "font/woff2"},
      {".json", "application/json"},
      {".map", "application/json"},
  };
  for (const auto& [suffix, type] : kTypes) {
    if (path.ends_with(suffix)) return type;
  }
  return "application/octet-stream";
}

/// Whether one of the words between commas is `gzip` and not refused by q=0.
bool takes_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    const std::size_t end = std::min(accept_encoding.find(','), accept_encoding.size());
    std::string_view word = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    while (word.starts_with(' ')) word.remove_prefix(1);
    if (word.starts_with("gzip") && !word.ends_with("q=0") && !word.ends_with("q=0.0")) return true;
  }
  return false;
}

}  // namespace

const PageFile* find_page_file(std::span<const PageFile> files, std::string_view path) {
  const auto found = std::ranges::find(files, path, &PageFile::path);
  return found == files.end() ? nullptr : &*found;
}

Response send_page_file(const PageFile& file, const Request& request) {
  Response response;
  response.headers.set("ETag", std::string(file.etag));
  response.headers.set("Vary", "Accept-Encoding");
  response.headers.set("Cache-Control",
                       file.path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  add_security_headers(response.headers);
  if (request.headers.get("If-None-Match").contains(file.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", std::string(type_of(file.path)));
  const bool gzip = takes_gzip(request.headers.get("Accept-Encoding"));
  if (gzip) response.headers.set("Content-Encoding", "gzip");
  response.body = gzip ? file.gzip : file.body;
  return response;
}

}  // namespace tetrascope::ui
