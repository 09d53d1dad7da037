#pragma once
// An HTTP server on a free port with one vendor's routes: what tests of src/net talk to.

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "net/http_server.h"
#include "support/raw_client.h"

namespace tetrascope::test {

using namespace std::chrono_literals;

/// Held requests: tests release them from another thread.
class Gate {
 public:
  void wait() { opened_.wait(); }
  void open() {
    if (!std::exchange(is_open_, true)) open_.set_value();
  }

 private:
  bool is_open_ = false;
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future().share();
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    const auto echo = [](Request&& request, Respond respond) {
      Response response;
      response.headers.set("X-Path", request.path);
      response.headers.set("X-Bytes", std::to_string(request.body.size()));
      response.body = std::move(request.body);
      respond(std::move(response));
    };
    std::vector<Route> routes;
    routes.push_back({"GET", "/v/echo/{n}", [](Request&& request, Respond respond) {
                        respond({200, {}, request.method + " " + request.captures.at(0)});
                      }});
    routes.push_back({"POST", "/v/echo", echo, 100'000, Origins::kAny});
    routes.push_back({"GET", "/v/api", echo, 100'000, Origins::kVendor});
    routes.push_back({"POST", "/v/large", echo, std::size_t{64} << 20});
    routes.push_back({"GET", "/v/text", [](Request&&, Respond respond) {
                        Response response{200, {}, std::string(5000, 'x')};
                        response.headers.set("Content-Type", "text/plain");
                        respond(std::move(response));
                      }});
    routes.push_back({"GET", "/v/encoded", [](Request&&, Respond respond) {
                        Response response{200, {}, std::string(5000, 'x')};
                        response.headers.set("Content-Encoding", "br");
                        respond(std::move(response));
                      }});
    routes.push_back(
        {"GET", "/v/throws", [](Request&&, Respond) { throw std::runtime_error("expected in this test"); }});
    routes.push_back({"GET", "/v/drops", [](Request&&, Respond) {}});
    routes.push_back({"GET", "/v/inject", [](Request&&, Respond respond) {
                        Response response;
                        response.headers.set("X-Value", "a\r\nSet-Cookie: b=c");
                        respond(std::move(response));
                      }});
    routes.push_back({"GET", "/v/keeps", [this](Request&&, Respond respond) { kept_.set_value(std::move(respond)); }});
    routes.push_back({"*", "/v/waits/{n}", [this](Request&& request, Respond respond) {
                        ++waiting_;
                        gate_.wait();
                        respond({200, {}, request.captures.at(0)});
                      }});
    routes.push_back({"GET", "/v/up", [](Request&&, Respond respond) { respond({200, {}, "up"}); }});
    routes.back().at_once = true;
    router_.add({"vendor", {"/v/"}, std::move(routes), [](const Request& head, const Error& error) {
                   Response response{http_status(error.code), {}, "vendor " + head.path + ": " + error.message};
                   return response;
                 }});
  }

  ~HttpServerTest() override { gate_.open(); }

  void start(HttpLimits limits = {}) {
    workers_ = std::make_unique<WorkerPool>(2, 64);
    restart(std::move(limits));
  }
  void restart(HttpLimits limits) {
    server_ = std::make_unique<HttpServer>(router_, *workers_, std::move(limits));
    const auto endpoint = server_->start({"127.0.0.1", 0});
    ASSERT_TRUE(endpoint) << endpoint.error().message;
    port_ = endpoint->port;
  }
  Answer ask(std::string_view request, bool to_head = false) {
    RawClient client(port_);
    client.send(request);
    return client.answer(to_head);
  }
  bool wait_for(const std::atomic<int>& counter, int count) const {
    for (int i = 0; i < 500 && counter < count; ++i) std::this_thread::sleep_for(10ms);
    return counter >= count;
  }

  Router router_;
  Gate gate_;
  std::atomic<int> waiting_ = 0;
  std::promise<Respond> kept_;
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
};

}  // namespace tetrascope::test
