#pragma once
// The gRPC server (grpc++'s generic service inside): raw message bytes in, raw message bytes or a status out.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"
#include "net/http_server.h"
#include "net/worker_pool.h"

namespace tetrascope {

struct GrpcCall {
  std::string method;   ///< `/opentelemetry.proto.collector.trace.v1.TraceService/Export`
  Headers metadata;     ///< binary values (`-bin`) as raw bytes
  std::string message;  ///< one message, decompressed (identity, gzip or deflate; zstd when grpc++ knows it)
  std::string remote_address;
  UnixNanos received;
};
struct GrpcAnswer {
  int status = 0;  ///< grpc::StatusCode's number
  std::string error_message;
  std::string status_details;  ///< google.rpc.Status, serialised: sent as `grpc-status-details-bin`
  std::vector<std::pair<std::string, std::string>>
      trailers;         ///< more trailing metadata, e.g. `google.rpc.retryinfo-bin`
  std::string message;  ///< when `status` is 0
};
using GrpcRespond = std::move_only_function<void(GrpcAnswer)>;
struct GrpcMethod {
  std::string name;                                      ///< as in GrpcCall::method
  std::function<void(GrpcCall&&, GrpcRespond)> handler;  ///< runs on the worker pool; may answer later, exactly once
};

/// gRPC status number that fits an error.
int grpc_status(ErrorCode code);

/// UNAVAILABLE with a RetryInfo, in `grpc-status-details-bin` and, for Python's exporters, in
/// `google.rpc.retryinfo-bin`.
GrpcAnswer grpc_busy(std::string message, std::chrono::seconds retry_after = std::chrono::seconds(1));

class GrpcServer {
 public:
  /// Keeps a reference to `workers`, which must outlive it. Methods not in `methods` answer UNIMPLEMENTED.
  /// `message_limit`: bytes of one message, on the wire and inflated; over it: RESOURCE_EXHAUSTED.
  GrpcServer(std::vector<GrpcMethod> methods, WorkerPool& workers, std::size_t message_limit);
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  /// Errors: kUnavailable, with what to do (`127.0.0.1:4317 is taken: …`).
  Result<Endpoint> start(const Endpoint& where);
  /// Stops accepting, lets calls in flight finish for at most `grace`, then cancels them. Safe to call twice.
  void stop(std::chrono::milliseconds grace);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tetrascope
