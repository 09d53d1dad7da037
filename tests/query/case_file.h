#pragma once
// Case files: sections that begin with a line `--- name[ title]`. What stands before the first is a remark.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tetrascope {

struct CaseSection {
  std::string name;   ///< rows, plan, sql, answer, error
  std::string title;  ///< of a plan: what it shows
  std::string body;   ///< lines up to the next section
};

struct CaseFile {
  std::filesystem::path path;
  std::string remark;
  std::vector<CaseSection> sections;

  static CaseFile load(const std::filesystem::path& path);
  void save() const;
};

/// *.case in a folder, by name.
std::vector<std::filesystem::path> case_files(const std::filesystem::path& folder);

}  // namespace tetrascope
