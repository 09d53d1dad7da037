#pragma once
// Whether what was derived from rows agrees with them.

#include <string_view>

#include "upkeep/doctor_report.h"
#include "upkeep/surroundings.h"

namespace tetrascope::upkeep {

/// The field catalogue knows every dataset that has rows. Mends: reads the newest rows of those that it does not know.
Result<DoctorReport> check_field_catalogue(const Surroundings& around, bool mend);
/// Each exception that is an event of a span stands among the errors too.
Result<DoctorReport> check_errors_of_spans(const Surroundings& around);
/// Each span that was made of an X-Ray segment has the segment's document.
Result<DoctorReport> check_segment_documents(const Surroundings& around);

}  // namespace tetrascope::upkeep
