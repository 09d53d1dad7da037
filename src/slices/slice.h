#pragma once
// What a vendor's slice is given and what it offers. A slice owns bytes, words and shapes; it opens no socket and
// writes no SQL.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/store.h"
#include "ingest/batcher.h"
#include "ingest/ingest_stats.h"
#include "model/field_catalogue.h"
#include "net/grpc_server.h"
#include "net/http.h"
#include "net/udp_listener.h"
#include "net/worker_pool.h"
#include "query/removal.h"
#include "query/runner.h"

namespace tetrascope {

/// What an operator chose and slices need to know.
struct SliceSettings {
  bool require_keys = false;          ///< keys are checked; the place is here, the checking comes with key management
  std::string rollbar_account_token;  ///< "" = none: then tokens that nobody made open projects of their own
  std::string public_url;  ///< `http://127.0.0.1:4318`: for links in answers where the request's Host says nothing
  UnixNanos started;
  std::string aws_account = "123456789012";  ///< the account of every caller of an AWS API: twelve digits
  std::optional<std::chrono::seconds> xray_retention = {};  ///< of segments, from their arrival; nullopt: for ever
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
  /// Rows that its vendor would not keep any longer, by what its clients set or its vendor promises. Asked now and
  /// then; empty: nothing goes before the operator says so. Errors: those of the control state.
  std::function<Result<std::vector<plan::Removal>>(UnixNanos now)> expired = {};
  /// Rows were removed by hand, or came back from a backup: what is kept in memory of rows is to be read again. Gives
  /// what it has stored that was derived from rows, which is removed too.
  std::function<std::vector<plan::Removal>()> rows_changed = {};
};

/// The middle as one slice gets it: its questions are counted under `language`.
using MiddleOf = std::function<Middle&(std::string_view language)>;

/// Runs `handler` on the pool for questions; when that is full, `shape` answers kUnavailable.
Handler on_query_pool(Middle& middle, Handler handler, ErrorShape shape);

/// All slices. THE list: a new vendor is one line in slices.cc.
std::vector<Slice> all_slices(const MiddleOf& middle_of);

}  // namespace tetrascope
