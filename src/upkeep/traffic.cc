#include "upkeep/traffic.h"

#include <utility>

namespace tetrascope::upkeep {

void Traffic::count(Slice& slice) {
  Counter& counter = counters_.emplace_back();
  counter.slice = slice.http.slice;
  for (Route& route : slice.http.routes) {
    route.handler = [&counter, handler = std::move(route.handler)](Request&& request, Respond respond) {
      ++counter.requests;
      counter.bytes += request.body.size();
      handler(std::move(request), std::move(respond));
    };
  }
  for (GrpcMethod& method : slice.grpc) {
    method.handler = [&counter, handler = std::move(method.handler)](GrpcCall&& call, GrpcRespond respond) {
      ++counter.requests;
      counter.bytes += call.message.size();
      handler(std::move(call), std::move(respond));
    };
  }
  if (!slice.datagrams.take) return;
  slice.datagrams.take = [&counter, take = std::move(slice.datagrams.take)](std::span<const Datagram> datagrams) {
    counter.datagrams += datagrams.size();
    for (const Datagram& one : datagrams) counter.bytes += one.bytes.size();
    take(datagrams);
  };
  slice.datagrams.dropped = [&counter, dropped = std::move(slice.datagrams.dropped)](std::uint64_t count,
                                                                                     std::string_view why) {
    counter.datagrams_lost += count;
    if (dropped) dropped(count, why);
  };
}

}  // namespace tetrascope::upkeep
