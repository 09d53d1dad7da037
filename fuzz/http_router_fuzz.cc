// A connection's bytes through head and body parsing, routing, the Host check and the writing of answers. However they
// are cut into pieces, the same requests must come out, each with one answer, in order.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_conversation.h"

namespace {

using namespace tetrascope;

void take_none(Request&&, Respond) {}

const Router& router() {
  static const Router made = [] {
    Router one;
    const ErrorShape shape = [](const Request& head, const Error& error) {
      return Response{http_status(error.code), {}, head.path + ": " + error.message};
    };
    Route open{"POST", "/v1/traces", take_none, 5000, Origins::kAny};
    Route asks{"*", "/{all...}", take_none, 100};
    asks.accepts = [](const Request& head) { return head.query_value("all").has_value(); };
    one.add({"otlp", {"/v1/"}, {open}, shape});
    one.add({"honeycomb",
             {"/1/"},
             {{"POST", "/1/batch/{dataset}", take_none, 1000}, {"GET", "/1/columns/{a}/{b...}", take_none}},
             shape});
    one.add({"page", {}, {{"GET", "/{path...}", take_none}, asks}, {}});
    return one;
  }();
  return made;
}

/// What came of the bytes when they came in pieces of `piece`: the requests, then what was written. Dates and who
/// closes are left out.
std::string talk(std::string_view bytes, std::size_t piece) {
  const HttpContext context{router(), {.header_bytes = 4096, .bodies_bytes = 6000, .pipelined = 100'000}};
  std::string seen;
  std::string written;
  std::vector<std::uint64_t> open;
  HttpConversation conversation(context, "127.0.0.1:1", [&](HttpConversation::Ready&& ready) {
    const Request& request = ready.request;
    if (request.body.size() > ready.route->body_limit) __builtin_trap();
    seen += request.method + " " + request.path + " " + request.body;
    for (const auto& capture : request.captures) {
      if (!is_utf8(capture)) __builtin_trap();
      seen += "[" + capture + "]";
    }
    for (const auto& [name, value] : request.headers.fields()) seen += name + "=" + value + ";";
    open.push_back(ready.id);
    return open.size() % 7 != 0;
  });
  std::string buffer;
  while (!bytes.empty()) {
    buffer += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    buffer.erase(0, conversation.take(buffer));
    // Nothing may pile up that is neither taken nor refused.
    if (buffer.size() > 4096 + piece) __builtin_trap();
  }
  conversation.end_of_input();
  for (std::size_t i = open.size(); i > 0; --i) conversation.answer(open[i - 1], Response{200, {}, std::to_string(i)});
  for (const auto& part : conversation.output()) written += part;
  for (const std::string_view field : {"\r\nDate: ", "\r\nConnection: "}) {
    for (std::size_t at = 0; (at = written.find(field, at)) != std::string::npos;) {
      written.erase(at, written.find("\r\n", at + 2) - at);
    }
  }
  if (conversation.next() == HttpConversation::Next::kGoOn) __builtin_trap();
  return seen + "\n\n" + written;
}

/// What does not end is refused at its first wrong byte or not at all, depending on the pieces: one may have an answer
/// more.
bool alike(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  return a.starts_with(b) && (a.size() == b.size() || a.substr(b.size()).starts_with("HTTP/1.1 4"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = talk(bytes, size + 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
    if (size / piece < 4000 && !alike(talk(bytes, piece), whole)) __builtin_trap();
  }
  return 0;
}
