#pragma once
// The server without sockets: requests in, answers out, and every statement that went to the engine.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app.h"
#include "storage/test_store.h"

namespace tetrascope {

class ServerInProcess {
 public:
  explicit ServerInProcess(TestEngine engine);
  ~ServerInProcess();
  ServerInProcess(const ServerInProcess&) = delete;
  ServerInProcess& operator=(const ServerInProcess&) = delete;

  /// As a connection would hand it to the router: body limit, route, handler, or the shape of an error. Waits for the
  /// answer.
  Response send(Request request);
  /// Statements executed since the last call, in order.
  std::vector<Statement> take_statements();

 private:
  class RecordingStorage;
  TestStore store_;
  std::filesystem::path control_dir_;
  RecordingStorage* recording_ = nullptr;  // owned by app_
  std::unique_ptr<App> app_;
};

}  // namespace tetrascope
