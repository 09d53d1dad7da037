#pragma once
// Who may call what: by the key's shape today, by the key itself once keys are managed.

#include "slices/honeycomb_key.h"
#include "slices/slice.h"

namespace tetrascope::honeycomb {

enum class Need {
  kKnown,  ///< any key: /1/auth
  kSend,   ///< events
  kAsk,    ///< queries, datasets, columns: not with a key that may only send
};

/// Errors: kUnauthenticated with the vendor's text (no key, or one that is not known where keys are required);
/// kPermissionDenied.
Result<HoneycombKey> authorize(const Request& request, const Middle& middle, Need need);

/// GET /1/auth and GET /2/auth.
Response answer_auth(Middle& middle, const Request& request);
Response answer_management_auth(Middle& middle, const Request& request);

}  // namespace tetrascope::honeycomb
