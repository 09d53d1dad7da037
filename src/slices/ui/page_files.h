#pragma once
// The files of the page, as they lie in the program. cmake/embed_page.cmake writes page_files() from ui/dist.

#include <span>
#include <string_view>

#include "net/http.h"

namespace tetrascope::ui {

struct PageFile {
  std::string_view path;  ///< `/index.html`, `/assets/index-CVF-f9Gr.css`
  std::string_view etag;  ///< of the content, with its quotes
  std::string_view body;
  std::string_view gzip;  ///< the same, compressed once and for all
};

std::span<const PageFile> page_files();

/// Null when there is none at that path.
const PageFile* find_page_file(std::span<const PageFile> files, std::string_view path);

/// Sends the file: compressed to those who take that, 304 to those who have it. What lies in /assets/ has its content's
/// hash in its name and may be kept for ever; the rest is asked for again every time.
Response send_page_file(const PageFile& file, const Request& request);

}  // namespace tetrascope::ui
