#include "story/server_in_process.h"

#include <pthread.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <utility>

#include "control/sqlite/sqlite_store.h"

namespace tetrascope {

class ServerInProcess::RecordingStorage : public Storage {
 public:
  explicit RecordingStorage(Storage& inner) : inner_(inner) {}

  Result<void> insert(const Insert& rows) override { return inner_.insert(rows); }
  Result<Rows> execute(const Statement& statement, const QueryBounds& bounds) override {
    if (!in_background()) {
      const std::lock_guard lock(mutex_);
      statements_.push_back(statement);
    }
    return inner_.execute(statement, bounds);
  }
  Result<void> change_schema(std::string_view ddl) override { return inner_.change_schema(ddl); }
  Result<Usage> usage() override { return inner_.usage(); }

  std::vector<Statement> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(statements_, {});
  }

 private:
  /// What the server asks at moments of its own belongs to no question of a story.
  static bool in_background() {
    std::array<char, 16> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    return std::string_view(name.data()) == "graph keeper";
  }

  Storage& inner_;
  std::mutex mutex_;
  std::vector<Statement> statements_;
};

ServerInProcess::ServerInProcess(TestEngine engine) : store_(engine), control_dir_(make_temporary_directory()) {
  auto recording = std::make_unique<RecordingStorage>(*store_);
  recording_ = recording.get();
  auto control = open_sqlite_store(control_dir_ / "control.sqlite");
  AppOptions options;
  options.settings.started = UnixNanos::now();
  auto app = control ? App::open(std::move(recording), *std::move(control), options)
                     : Result<std::unique_ptr<App>>(std::unexpected(control.error()));
  if (!app) {
    std::fprintf(stderr, "no server to test: %s\n", app.error().message.c_str());
    std::exit(1);
  }
  app_ = *std::move(app);
}

ServerInProcess::~ServerInProcess() {
  app_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(control_dir_, ignored);
}

Response ServerInProcess::send(Request request) {
  auto match = app_->router().find(request);
  if (match.route == nullptr) return app_->router().shape(request, match.error);
  if (request.body.size() > match.route->body_limit) {
    return app_->router().shape(request, {ErrorCode::kTooLarge, "the body is too large"});
  }
  request.captures = std::move(match.captures);
  // Shared: a handler may answer after this thread has given up.
  auto answered = std::make_shared<std::promise<Response>>();
  auto answer = answered->get_future();
  match.route->handler(std::move(request), [answered](Response response) { answered->set_value(std::move(response)); });
  if (answer.wait_for(std::chrono::seconds(30)) != std::future_status::ready)
    return Response{599, {}, "no answer within 30 s"};
  return answer.get();
}

std::vector<Statement> ServerInProcess::take_statements() { return recording_->take(); }

}  // namespace tetrascope
