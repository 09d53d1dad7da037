#pragma once
// What made a trace fail or slow (dossier xray 4.2): the way from its root to the part that it began with.

#include <string>
#include <vector>

#include "model/value.h"
#include "slices/xray/filter.h"
#include "slices/xray/trace_model.h"

namespace tetrascope::xray {

struct CauseException {
  std::string type, message;
};
struct CauseEntity {
  std::string name;
  std::vector<CauseException> exceptions;
  double coverage = 0;  ///< share of the root's time; of slow responses
  bool remote = false;
};
struct CauseService {
  std::string name, type;
  bool inferred = false;
  std::vector<CauseEntity> path;  ///< the segment itself first
};
struct RootCause {
  std::vector<CauseService> services;
  bool client_impacting = false;
};
struct RootCauses {
  std::vector<RootCause> fault, error, response_time;
  [[nodiscard]] const std::vector<RootCause>& of(CauseKind kind) const {
    return kind == CauseKind::kFault ? fault : kind == CauseKind::kError ? error : response_time;
  }
};

RootCauses find_root_causes(const Trace& trace);

/// As a TraceSummary has it.
Value to_value(const RootCause& cause, CauseKind kind, const std::string& account);

}  // namespace tetrascope::xray
