#include "net/grpc_server.h"

#include <grpc/support/log.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include <protozero/pbf_writer.hpp>

#include "base/inflate.h"
#include "base/log.h"
#include "net/listen_error.h"

// One thread polls grpc++'s completion queue; each call has one operation of the queue at a time (accept, read,
// finish), whose tag is the call itself. Handlers run on the worker pool and finish their call from there.

namespace grpc::internal {
/// Named as a friend by ByteBuffer for such purposes. grpc++'s own decompression knows no limit, so it is switched off,
/// and only here does the message still say how it is compressed.
class GrpcByteBufferPeer {
 public:
  static grpc_compression_algorithm compression(ByteBuffer& buffer) { return buffer.c_buffer()->data.raw.compression; }
};
}  // namespace grpc::internal

namespace tetrascope {
namespace {

constexpr int kMetadataBytes = 32 << 10;
constexpr int kStreamsPerConnection = 256;
constexpr int kKeepaliveMillis = 60'000;
constexpr int kLeastPingMillis = 5'000;

/// What all connections may buffer: three of the largest messages, or many small ones. One that declares more than
/// there is gets its stream reset.
std::size_t quota_bytes(std::size_t message_limit) { return std::max(std::size_t{64} << 20, 3 * message_limit); }

std::string_view text(grpc::string_ref ref) { return {ref.data(), ref.size()}; }

/// `ipv4:127.0.0.1:1234` and `ipv6:%5B::1%5D:1234` as Request::remote_address has them.
std::string plain_peer(const std::string& peer) {
  return percent_decode(std::string_view(peer).substr(peer.find(':') + 1));
}

Result<std::string> message_of(grpc::ByteBuffer& buffer, std::size_t limit) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return fail(ErrorCode::kMalformed, "message: cannot be read");
  std::string raw;
  raw.reserve(buffer.Length());
  for (const auto& slice : slices) raw.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  const auto compression = grpc::internal::GrpcByteBufferPeer::compression(buffer);
  if (compression == GRPC_COMPRESS_NONE) return raw;
  std::string message;
  RETURN_IF_ERROR(inflate(compression == GRPC_COMPRESS_GZIP ? "gzip" : "deflate", raw, limit, message));
  return message;
}

GrpcAnswer failure(const Error& error) {
  GrpcAnswer answer;
  answer.status = grpc_status(error.code);
  answer.error_message = error.code == ErrorCode::kInternal ? "internal error" : error.message;
  return answer;
}

/// grpc++ logs what clients do wrong as errors of its own.
void log_quietly(gpr_log_func_args* args) { log_debug("grpc: {}", args->message); }

}  // namespace

int grpc_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
    case ErrorCode::kInvalid:
      return grpc::INVALID_ARGUMENT;
    case ErrorCode::kUnauthenticated:
      return grpc::UNAUTHENTICATED;
    case ErrorCode::kPermissionDenied:
      return grpc::PERMISSION_DENIED;
    case ErrorCode::kNotFound:
      return grpc::NOT_FOUND;
    case ErrorCode::kConflict:
      return grpc::ALREADY_EXISTS;
    case ErrorCode::kTooLarge:
    case ErrorCode::kTooManyRequests:
      return grpc::RESOURCE_EXHAUSTED;
    case ErrorCode::kMethodNotAllowed:
    case ErrorCode::kUnsupportedMedia:
    case ErrorCode::kUnimplemented:
      return grpc::UNIMPLEMENTED;
    case ErrorCode::kUnavailable:
      return grpc::UNAVAILABLE;
    case ErrorCode::kDeadlineExceeded:
      return grpc::DEADLINE_EXCEEDED;
    case ErrorCode::kInternal:
      break;
  }
  return grpc::INTERNAL;
}

GrpcAnswer grpc_busy(std::string message, std::chrono::seconds retry_after) {
  std::string duration;
  protozero::pbf_writer(duration).add_int64(1, retry_after.count());
  std::string retry_info;
  protozero::pbf_writer(retry_info).add_message(1, duration);
  std::string any;
  protozero::pbf_writer any_writer(any);
  any_writer.add_string(1, "type.googleapis.com/google.rpc.RetryInfo");
  any_writer.add_bytes(2, retry_info);
  GrpcAnswer answer;
  answer.status = grpc::UNAVAILABLE;
  protozero::pbf_writer status(answer.status_details);
  status.add_int32(1, answer.status);
  status.add_string(2, message);
  status.add_message(3, any);
  answer.error_message = std::move(message);
  answer.trailers.emplace_back("google.rpc.retryinfo-bin", std::move(retry_info));
  return answer;
}

namespace {

using MethodHandler = decltype(GrpcMethod::handler);

/// One call from its acceptance to the end of its last operation; deleted by the queue's thread.
struct Call {
  enum class Step { kAccept, kRead, kFinish };
  std::atomic<Step> step = Step::kAccept;  ///< told to the queue's thread by whoever answers
  grpc::GenericServerContext context{};
  grpc::GenericServerAsyncReaderWriter stream{&context};
  grpc::ByteBuffer message{};

  /// Starts the last operation.
  void finish(const GrpcAnswer& answer) {
    step = Step::kFinish;
    for (const auto& [name, value] : answer.trailers) context.AddTrailingMetadata(name, value);
    if (answer.status == grpc::OK) {
      const grpc::Slice slice(answer.message);
      stream.WriteAndFinish(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), grpc::Status::OK, this);
    } else {
      stream.Finish(
          grpc::Status(static_cast<grpc::StatusCode>(answer.status), answer.error_message, answer.status_details),
          this);
    }
  }
};

/// Between a call that waits for its handler and whoever answers it: the handler, or the server that stops.
struct Mailbox {
  std::mutex mutex;
  Call* call = nullptr;  ///< null once it is answered

  bool answered() {
    const std::lock_guard lock(mutex);
    return call == nullptr;
  }
  /// False when it was answered before.
  bool answer(const GrpcAnswer& answer) {
    const std::lock_guard lock(mutex);
    if (call == nullptr) return false;
    std::exchange(call, nullptr)->finish(answer);
    return true;
  }
};

/// The GrpcRespond of one call. Going without having been called is answered as a bug of ours.
class Answerer {
 public:
  Answerer(std::shared_ptr<Mailbox> mailbox, std::string method)
      : mailbox_(std::move(mailbox)), method_(std::move(method)) {}
  Answerer(Answerer&&) noexcept = default;
  Answerer& operator=(Answerer&&) = delete;
  ~Answerer() {
    if (!mailbox_) return;
    if (mailbox_->answer(failure({ErrorCode::kInternal, {}}))) log_error("{} went unanswered by its handler", method_);
  }
  void operator()(const GrpcAnswer& answer) {
    if (const auto mailbox = std::exchange(mailbox_, nullptr)) mailbox->answer(answer);
  }

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::string method_;
};

}  // namespace

struct GrpcServer::State {
  State(std::vector<GrpcMethod> list, WorkerPool& pool, std::size_t message_limit)
      : workers(pool), limit(message_limit) {
    for (auto& method : list)
      methods.emplace(method.name, std::make_shared<const MethodHandler>(std::move(method.handler)));
  }

  void accept();
  void run();
  void proceed(Call* call, bool ok);
  void dispatch(Call* call);
  void forget(Call* call);

  WorkerPool& workers;
  std::size_t limit;
  std::unordered_map<std::string, std::shared_ptr<const MethodHandler>> methods;
  grpc::AsyncGenericService service;
  std::unique_ptr<grpc::ServerCompletionQueue> queue;
  std::unique_ptr<grpc::Server> server;
  std::thread thread;

  std::mutex mutex;  ///< guards what follows
  std::condition_variable emptied;
  std::unordered_map<Call*, std::shared_ptr<Mailbox>>
      calls;  ///< all that have an operation to come; mailbox once dispatched
  bool stopping = false;
};

void GrpcServer::State::accept() {
  auto* const call = new Call;
  {
    const std::lock_guard lock(mutex);
    calls.emplace(call, nullptr);
  }
  service.RequestCall(&call->context, &call->stream, queue.get(), queue.get(), call);
}

void GrpcServer::State::run() {
  void* tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) {
    try {
      proceed(static_cast<Call*>(tag), ok);
    } catch (const std::exception& error) {
      log_error("the gRPC loop threw: {}", error.what());
    }
  }
}

void GrpcServer::State::proceed(Call* call, bool ok) {
  switch (call->step.load()) {
    case Call::Step::kAccept:
      if (!ok) return forget(call);  // the server stops
      accept();
      if (!methods.contains(call->context.method())) {
        return call->finish(
            failure({ErrorCode::kUnimplemented, "method '" + call->context.method() + "' is not known here"}));
      }
      call->step = Call::Step::kRead;
      return call->stream.Read(&call->message, call);
    case Call::Step::kRead:
      if (!ok) return call->finish(failure({ErrorCode::kMalformed, "no message came"}));
      return dispatch(call);
    case Call::Step::kFinish:
      return forget(call);
  }
}

void GrpcServer::State::dispatch(Call* call) {
  GrpcCall request;
  request.method = call->context.method();
  request.received = UnixNanos::now();
  request.remote_address = plain_peer(call->context.peer());
  for (const auto& [name, value] : call->context.client_metadata())
    request.metadata.add(std::string(text(name)), std::string(text(value)));
  const auto mailbox = std::make_shared<Mailbox>();
  mailbox->call = call;
  bool refused = false;
  {
    const std::lock_guard lock(mutex);
    refused = stopping;
    if (!refused) calls[call] = mailbox;
  }
  if (refused) return call->finish(grpc_busy("the server is stopping; retry later"));
  // Nothing of this server is captured: the pool may come to the task when the server has gone.
  const auto& found = methods.at(request.method);
  WorkerPool::Task task = [handler = found, bound = limit, request = std::move(request), buffer = call->message,
                           mailbox, respond = Answerer(mailbox, call->context.method())]() mutable {
    if (mailbox->answered()) return respond({});
    auto message = message_of(buffer, bound);
    if (!message) return respond(failure(message.error()));
    buffer.Clear();
    request.message = *std::move(message);
    (*handler)(std::move(request), std::move(respond));
  };
  call->message.Clear();  // the task holds the same slices
  // The refused task goes with its Answerer, which then finds the call answered.
  if (!workers.post(task)) mailbox->answer(grpc_busy("the server is busy; retry later"));
}

void GrpcServer::State::forget(Call* call) {
  std::shared_ptr<Mailbox> mailbox;
  {
    const std::lock_guard lock(mutex);
    mailbox = std::move(calls.at(call));
    calls.erase(call);
    if (calls.empty()) emptied.notify_all();
  }
  // Whoever answered may still be inside finish(), under this lock.
  if (mailbox) {
    const std::lock_guard last(mailbox->mutex);
  }
  delete call;
}

GrpcServer::GrpcServer(std::vector<GrpcMethod> methods, WorkerPool& workers, std::size_t message_limit)
    : state_(std::make_unique<State>(std::move(methods), workers, message_limit)) {}

GrpcServer::~GrpcServer() { stop(std::chrono::milliseconds(0)); }

Result<Endpoint> GrpcServer::start(const Endpoint& where) {
  gpr_set_log_function(log_quietly);
  grpc::ServerBuilder builder;
  grpc::ResourceQuota quota("tetrascope");
  quota.Resize(quota_bytes(state_->limit));
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(static_cast<int>(state_->limit));
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // else a second server would share the port unnoticed
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kLeastPingMillis);
  int port = 0;
  builder.AddListeningPort(where.text(), grpc::InsecureServerCredentials(), &port);
  builder.RegisterAsyncGenericService(&state_->service);
  state_->queue = builder.AddCompletionQueue();
  state_->server = builder.BuildAndStart();
  if (!state_->server || port == 0) {
    state_->server.reset();
    state_->queue->Shutdown();
    void* tag = nullptr;
    for (bool ok = false; state_->queue->Next(&tag, &ok);) {
    }
    return std::unexpected(diagnose_listen(where));
  }
  state_->accept();
  state_->thread = std::thread([state = state_.get()] { state->run(); });
  return Endpoint{where.host, static_cast<std::uint16_t>(port)};
}

void GrpcServer::stop(std::chrono::milliseconds grace) {
  if (!state_->thread.joinable()) return;
  state_->server->Shutdown(std::chrono::system_clock::now() + grace);
  std::vector<std::shared_ptr<Mailbox>> waiting;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    for (const auto& [call, mailbox] : state_->calls) {
      if (mailbox) waiting.push_back(mailbox);
    }
  }
  for (const auto& mailbox : waiting) mailbox->answer(grpc_busy("the server is stopping; retry later"));
  {
    std::unique_lock lock(state_->mutex);
    state_->emptied.wait(lock, [this] { return state_->calls.empty(); });
  }
  state_->queue->Shutdown();
  state_->thread.join();
}

}  // namespace tetrascope
