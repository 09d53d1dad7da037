#pragma once
// Why an address cannot be listened on, said alike by every server of ours.

#include "base/result.h"
#include "net/http_server.h"

namespace tetrascope {

/// `error_number`: errno of bind or listen. kUnavailable: one line that says what is the matter and what to do.
Error listen_error(const Endpoint& where, int error_number);
/// The same for a host that no name service knows.
Error unknown_host_error(const Endpoint& where);
/// Tries to listen on `where`, to learn why another library could not.
Error diagnose_listen(const Endpoint& where);

}  // namespace tetrascope
