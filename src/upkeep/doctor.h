#pragma once
// `tetrascope doctor`, on the server's side: one check at a time, so that the command can say how far it is.

#include <string>
#include <string_view>
#include <vector>

#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// Names of the checks, in a sensible order.
std::vector<std::string> doctor_checks();

/// `body`: {"check","mend"}. Gives {"check","looked_at","found":[…],"mended":[…]}: `found` is what is wrong and still
/// is, in words that say what to do. Errors: kInvalid (no such check), kUnavailable (not now).
Result<std::string> run_doctor_check(const Surroundings& around, std::string_view body);

}  // namespace tetrascope::upkeep
