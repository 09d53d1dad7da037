#include "slices/http_refusals.h"

#include <algorithm>

namespace tetrascope {
namespace {

struct Known {
  std::string_view message;  ///< how it begins
  RefusalWords words;
};

constexpr RefusalWords kBroken{
    "broken HTTP",
    "this is not what HTTP clients send: look for something else that calls this port, or for "
    "a proxy that changes requests on the way"};

/// The first that fits counts.
constexpr Known kKnown[] = {
    {"Host: ",
     {"unknown host name",
      "the request calls this server by a name that it does not know, as pages of other sites do to get in: call it "
      "localhost, or by its IP address or the machine's own name"}},
    {"Origin: ",
     {"page of another site",
      "a page of another address asked, and only the server's own may: open the page on this server, and let programs "
      "send no Origin header"}},
    {"request body: came too slowly",
     {"client too slow",
      "the rest of the body did not come in time: look for a slow or lossy network, a proxy that holds requests back, "
      "or "
      "a Content-Length that is larger than what is sent; smaller batches help"}},
    {"request head: came too slowly",
     {"client too slow",
      "the connection was opened, and no whole request came: look for a port scanner or a health check that only "
      "connects, or for a client that speaks TLS or another protocol to this port"}},
    {"request body: ended after",
     {"connection broken off",
      "the client hung up in the middle of its request: look whether its timeout is too short, whether it was killed, "
      "or "
      "whether something on the way cuts connections"}},
    {"request body: ",
     {"request too large",
      "send smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE, the Collector's send_batch_max_size)"}},
    {"request head: too large", {"headers too large", "send fewer or shorter headers; look at cookies and at proxies"}},
    {"request head: more than", {"headers too large", "send fewer or shorter headers; look at cookies and at proxies"}},
    {"request head: ", kBroken},
    {"request line: ", kBroken},
    {"request target: ", kBroken},
    {"chunked body: ", kBroken},
    {"Content-Length: ", kBroken},
    {"Transfer-Encoding: ", kBroken},
    {"path: ", kBroken},
    {"query string: ", kBroken},
};

}  // namespace

std::optional<RefusalWords> http_refusal_words(const Error& error) {
  const auto* found =
      std::ranges::find_if(kKnown, [&](const Known& one) { return error.message.starts_with(one.message); });
  return found == std::end(kKnown) ? std::nullopt : std::optional(found->words);
}

}  // namespace tetrascope
