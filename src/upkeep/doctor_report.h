#pragma once
// What one check of the doctor found.

#include <cstdint>
#include <string>
#include <vector>

namespace tetrascope::upkeep {

struct DoctorReport {
  std::string looked_at;            ///< `12 parts, 300000 rows`
  std::vector<std::string> found;   ///< what is wrong and still is
  std::vector<std::string> mended;  ///< what was wrong
};

}  // namespace tetrascope::upkeep
