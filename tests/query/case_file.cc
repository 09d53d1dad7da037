#include "query/case_file.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace tetrascope {

CaseFile CaseFile::load(const std::filesystem::path& path) {
  constexpr std::string_view kMark = "--- ";
  CaseFile file;
  file.path = path;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(kMark)) {
      const std::string heading = line.substr(kMark.size());
      const std::size_t space = heading.find(' ');
      file.sections.push_back(
          {heading.substr(0, space), space == std::string::npos ? "" : heading.substr(space + 1), ""});
    } else {
      (file.sections.empty() ? file.remark : file.sections.back().body) += line + "\n";
    }
  }
  return file;
}

void CaseFile::save() const {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << remark;
  for (const CaseSection& section : sections) {
    out << "--- " << section.name << (section.title.empty() ? "" : " ") << section.title << "\n" << section.body;
  }
}

std::vector<std::filesystem::path> case_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".case") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace tetrascope
