#include "net/grpc_server.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <stdexcept>
#include <thread>

#include <protozero/pbf_reader.hpp>

namespace tetrascope {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::size_t kLimit = std::size_t{1} << 20;

struct Answer {
  grpc::Status status;
  std::string message;
  std::multimap<std::string, std::string> trailers;
};

std::string text_of(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return text;
  for (const auto& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return text;
}

/// One unary call through grpc++'s generic stub, as any client library makes it.
Answer call(std::uint16_t port, const std::string& method, const std::string& message,
            grpc_compression_algorithm compression = GRPC_COMPRESS_NONE,
            const std::map<std::string, std::string>& metadata = {}) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  const auto channel =
      grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments);
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 5s);
  context.set_compression_algorithm(compression);
  for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
  grpc::CompletionQueue queue;
  const grpc::Slice slice(message);
  const auto reader = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue);
  reader->StartCall();
  Answer answer;
  grpc::ByteBuffer response;
  reader->Finish(&response, &answer.status, &answer);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  answer.message = text_of(response);
  for (const auto& [name, value] : context.GetServerTrailingMetadata())
    answer.trailers.emplace(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  return answer;
}

class GrpcServerTest : public testing::Test {
 protected:
  GrpcServerTest() {
    methods_.push_back({"/test.Echo/Echo", [](GrpcCall&& call, GrpcRespond respond) {
                          GrpcAnswer answer;
                          answer.message = std::string(call.metadata.get("x-team")) + "|" +
                                           std::string(call.metadata.get("x-raw-bin")) + "|" + call.message;
                          answer.trailers.emplace_back("x-peer", call.remote_address);
                          respond(std::move(answer));
                        }});
    methods_.push_back({"/test.Echo/Fails", [](GrpcCall&&, GrpcRespond respond) {
                          GrpcAnswer answer;
                          answer.status = grpc_status(ErrorCode::kUnauthenticated);
                          answer.error_message = "missing 'x-team' header";
                          answer.status_details = std::string("\x08\x10\x00", 3);
                          answer.trailers.emplace_back("x-more-bin", std::string("\x00\xff", 2));
                          respond(std::move(answer));
                        }});
    methods_.push_back(
        {"/test.Echo/Throws", [](GrpcCall&&, GrpcRespond) { throw std::runtime_error("expected in this test"); }});
    methods_.push_back(
        {"/test.Echo/Keeps", [this](GrpcCall&&, GrpcRespond respond) { kept_.set_value(std::move(respond)); }});
    methods_.push_back({"/test.Echo/Waits", [this](GrpcCall&& call, GrpcRespond respond) {
                          ++waiting_;
                          opened_.wait();
                          GrpcAnswer answer;
                          answer.message = std::move(call.message);
                          respond(std::move(answer));
                        }});
  }
  ~GrpcServerTest() override { open(); }

  void start(std::size_t threads = 2, std::size_t queue = 64) {
    workers_ = std::make_unique<WorkerPool>(threads, queue);
    server_ = std::make_unique<GrpcServer>(methods_, *workers_, kLimit);
    const auto endpoint = server_->start({"127.0.0.1", 0});
    ASSERT_TRUE(endpoint) << endpoint.error().message;
    port_ = endpoint->port;
    ASSERT_NE(port_, 0);
  }
  std::future<Answer> call_later(const std::string& method, const std::string& message) {
    return std::async(std::launch::async, [this, method, message] { return call(port_, method, message); });
  }
  void open() {
    if (!std::exchange(is_open_, true)) open_.set_value();
  }
  bool wait_for(int count) const {
    for (int i = 0; i < 500 && waiting_ < count; ++i) std::this_thread::sleep_for(10ms);
    return waiting_ >= count;
  }

  std::vector<GrpcMethod> methods_;
  std::promise<GrpcRespond> kept_;
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future().share();
  bool is_open_ = false;
  std::atomic<int> waiting_ = 0;
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<GrpcServer> server_;
  std::uint16_t port_ = 0;
};

TEST_F(GrpcServerTest, TakesMessagesHoweverCompressed) {
  start();
  std::string large;
  for (int i = 0; i < 50'000; ++i) large += "span " + std::to_string(i % 100);
  for (const auto compression : {GRPC_COMPRESS_NONE, GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    for (const std::string& message : {std::string(), std::string("\n\x00\xff", 3), large}) {
      const Answer answer = call(port_, "/test.Echo/Echo", message, compression,
                                 {{"x-team", "key"}, {"x-raw-bin", std::string("\x00\x01", 2)}});
      ASSERT_TRUE(answer.status.ok()) << compression << ": " << answer.status.error_message();
      EXPECT_TRUE(answer.message == "key|" + std::string("\x00\x01", 2) + "|" + message)
          << compression << " of " << message.size();
      EXPECT_THAT(answer.trailers.find("x-peer")->second, StartsWith("127.0.0.1:"));
    }
  }
}

TEST_F(GrpcServerTest, RefusesMessagesOverTheLimit) {
  start();
  for (const auto compression : {GRPC_COMPRESS_NONE, GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    EXPECT_TRUE(call(port_, "/test.Echo/Echo", std::string(kLimit, 'x'), compression).status.ok());
    const Answer over = call(port_, "/test.Echo/Echo", std::string(kLimit + 1, 'x'), compression);
    EXPECT_EQ(over.status.error_code(), grpc::RESOURCE_EXHAUSTED) << compression << over.status.error_message();
    // Small on the wire.
    const Answer bomb = call(port_, "/test.Echo/Echo", std::string(16 * kLimit, 'x'), compression);
    EXPECT_EQ(bomb.status.error_code(), grpc::RESOURCE_EXHAUSTED) << compression << bomb.status.error_message();
    EXPECT_TRUE(over.trailers.empty());
  }
}

TEST_F(GrpcServerTest, DoesNotKnowOtherMethods) {
  start();
  for (const std::string method :
       {"/test.Echo/Other", "/test.Echo/", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"}) {
    const Answer answer = call(port_, method, "message");
    EXPECT_EQ(answer.status.error_code(), grpc::UNIMPLEMENTED);
    EXPECT_THAT(answer.status.error_message(), HasSubstr(method));
  }
}

TEST_F(GrpcServerTest, CarriesStatusDetailsAndBinaryTrailers) {
  start();
  const Answer answer = call(port_, "/test.Echo/Fails", "message");
  EXPECT_EQ(answer.status.error_code(), grpc::UNAUTHENTICATED);
  EXPECT_EQ(answer.status.error_message(), "missing 'x-team' header");
  EXPECT_EQ(answer.status.error_details(), std::string("\x08\x10\x00", 3));
  EXPECT_EQ(answer.trailers.find("x-more-bin")->second, std::string("\x00\xff", 2));
}

TEST_F(GrpcServerTest, AnswersForHandlersThatDoNot) {
  start();
  const Answer answer = call(port_, "/test.Echo/Throws", "message");
  EXPECT_EQ(answer.status.error_code(), grpc::INTERNAL);
  EXPECT_THAT(answer.status.error_message(), Not(HasSubstr("expected")));
}

/// Seconds of a RetryInfo, read as a client reads it; -1 for anything else.
std::int64_t retry_seconds(const std::string& retry_info) {
  protozero::pbf_reader info(retry_info);
  if (!info.next(1)) return -1;
  protozero::pbf_reader duration = info.get_message();
  return duration.next(1) ? duration.get_int64() : -1;
}

TEST_F(GrpcServerTest, SaysWhenToRetryWhenTheQueueIsFull) {
  start(1, 1);
  auto running = call_later("/test.Echo/Waits", "1");
  ASSERT_TRUE(wait_for(1));
  auto queued = call_later("/test.Echo/Waits", "2");
  std::this_thread::sleep_for(200ms);
  const Answer busy = call(port_, "/test.Echo/Echo", "message");
  EXPECT_EQ(busy.status.error_code(), grpc::UNAVAILABLE);
  ASSERT_TRUE(busy.trailers.contains("google.rpc.retryinfo-bin"));
  EXPECT_EQ(retry_seconds(busy.trailers.find("google.rpc.retryinfo-bin")->second), 1);
  const std::string details = busy.status.error_details();
  protozero::pbf_reader status(details);
  ASSERT_TRUE(status.next(1));
  EXPECT_EQ(status.get_int32(), 14);
  ASSERT_TRUE(status.next(2));
  EXPECT_EQ(status.get_string(), busy.status.error_message());
  ASSERT_TRUE(status.next(3));
  protozero::pbf_reader any = status.get_message();
  ASSERT_TRUE(any.next(1));
  EXPECT_EQ(any.get_string(), "type.googleapis.com/google.rpc.RetryInfo");
  ASSERT_TRUE(any.next(2));
  EXPECT_EQ(retry_seconds(any.get_bytes()), 1);
  open();
  EXPECT_EQ(running.get().message, "1");
  EXPECT_EQ(queued.get().message, "2");
}

TEST_F(GrpcServerTest, AnswersMayComeFromAnyThreadAndLate) {
  start();
  auto answer = call_later("/test.Echo/Keeps", "message");
  std::thread([respond = kept_.get_future().get()]() mutable {
    GrpcAnswer late;
    late.message = "later";
    respond(std::move(late));
  }).join();
  EXPECT_EQ(answer.get().message, "later");
}

TEST_F(GrpcServerTest, StopsAfterWhatIsInFlight) {
  start();
  auto answer = call_later("/test.Echo/Waits", "in flight");
  ASSERT_TRUE(wait_for(1));
  auto stopped = std::async(std::launch::async, [&] { server_->stop(5s); });
  EXPECT_EQ(stopped.wait_for(100ms), std::future_status::timeout);
  open();
  EXPECT_EQ(answer.get().message, "in flight");
  EXPECT_EQ(stopped.wait_for(3s), std::future_status::ready);
  EXPECT_EQ(call(port_, "/test.Echo/Echo", "late").status.error_code(), grpc::UNAVAILABLE);
  server_->stop(0ms);
}

TEST_F(GrpcServerTest, AnswersMayOutliveTheServer) {
  start();
  auto answer = call_later("/test.Echo/Keeps", "message");
  GrpcRespond respond = kept_.get_future().get();
  const auto before = std::chrono::steady_clock::now();
  server_->stop(50ms);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  server_.reset();
  EXPECT_FALSE(answer.get().status.ok());
  respond({});
}

TEST_F(GrpcServerTest, ManyCallsAtOnce) {
  start();
  std::vector<std::future<int>> clients;
  clients.reserve(4);
  for (int t = 0; t < 4; ++t) {
    clients.push_back(std::async(std::launch::async, [this, t] {
      int good = 0;
      for (int i = 0; i < 25; ++i) {
        const std::string message = std::to_string(t * 100 + i);
        good += call(port_, "/test.Echo/Echo", message).message == "||" + message ? 1 : 0;
      }
      return good;
    }));
  }
  for (auto& client : clients) EXPECT_EQ(client.get(), 25);
}

TEST_F(GrpcServerTest, SaysWhatToDoAboutATakenPort) {
  start();
  GrpcServer second({}, *workers_, kLimit);
  const auto taken = second.start({"127.0.0.1", port_});
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, StartsWith("127.0.0.1:" + std::to_string(port_) + " is taken: "));
  GrpcServer third({}, *workers_, kLimit);
  const auto elsewhere = third.start({"192.0.2.1", 0});
  ASSERT_FALSE(elsewhere);
  EXPECT_THAT(elsewhere.error().message, HasSubstr("choose an address of this machine"));
}

}  // namespace
}  // namespace tetrascope
