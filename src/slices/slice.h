#pragma once
// What a vendor's slice is given and what it offers. A slice owns bytes, words and shapes; it opens no socket and
// writes no SQL.

#include <string>
#include <vector>

#include "control/store.h"
#include "ingest/batcher.h"
#include "ingest/ingest_stats.h"
#include "model/field_catalogue.h"
#include "net/grpc_server.h"
#include "net/http.h"
#include "net/udp_listener.h"
#include "net/worker_pool.h"
#include "query/runner.h"

namespace tetrascope {

/// What an operator chose and slices need to know.
struct SliceSettings {
  bool require_keys = false;          ///< keys are checked; the place is here, the checking comes with key management
  std::string rollbar_account_token;  ///< "" = none: then tokens that nobody made open projects of their own
  std::string public_url;  ///< `http://127.0.0.1:4318`: for links in answers where the request's Host says nothing
  UnixNanos started;
  std::string aws_account = "123456789012";  ///< the account of every caller of an AWS API: twelve digits
};

/// The middle, as slices see it. Everything here outlives every slice and is thread-safe.
struct Middle {
  Batcher& batcher;
  plan::Runner& runner;
  FieldCatalogue& fields;
  IngestStats& stats;
  ControlStore& control;
  WorkerPool& queries;  ///< where questions run, so that they never hold up a decoder
  const SliceSettings& settings;
};

struct Slice {
  RouteTable http;
  std::vector<GrpcMethod> grpc;
  DatagramSink datagrams = {};  ///< of port 2000; empty for slices that take none
};

/// Runs `handler` on the pool for questions; when that is full, `shape` answers kUnavailable.
Handler on_query_pool(Middle& middle, Handler handler, ErrorShape shape);

/// All slices. THE list: a new vendor is one line in slices.cc.
std::vector<Slice> all_slices(Middle& middle);

}  // namespace tetrascope
