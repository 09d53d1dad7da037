// Cruddur's back end in C++: the routes, the answers and the telemetry of ../cruddur/backend-flask. Each block of
// instrumentation is named after its vendor.
//     cruddur [PORT [HOST]]     ends at Ctrl+C
// Where it sends is said by the vendors' own variables, where its database is by DATABASE_URL.
#include <cxxabi.h>
#include <httplib.h>
#include <pthread.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <tetrascope/kit/cloudwatch_logs.h>
#include <tetrascope/kit/integrations/httplib.h>
#include <tetrascope/kit/rollbar.h>
#include <tetrascope/kit/xray.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <typeinfo>

#include "services/activities.h"
#include "services/database.h"
#include "services/errors.h"
#include "services/messages.h"
#include "services/texts_and_times.h"

namespace kit = tetrascope::kit;
using Json = nlohmann::ordered_json;

namespace {

using Work = std::function<Json(const httplib::Request&)>;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// HoneyComb and X-RAY ----------
// Spans go to Honeycomb as OTEL_* say; the same spans are X-Ray's segments and subsegments, as AWS_XRAY_* say.
void start_tracing() {
  auto options = kit::TracingOptions::from_environment();
  auto xray = kit::XrayOptions::from_environment();
  xray.annotations = {"handle", "activity_uuid", "term", "found"};
  xray.metadata_namespace = "cruddur";
  options.exporters.push_back(kit::make_xray_exporter(xray));
  kit::start_tracing(std::move(options));
}

// CloudWatch Logs ----
std::shared_ptr<spdlog::logger> make_logger() {
  auto console = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  kit::CloudWatchLogsOptions options;
  options.log_group = "cruddur";
  const spdlog::sinks_init_list sinks = {console, std::make_shared<kit::CloudWatchLogsSink>(options)};
  auto logger = std::make_shared<spdlog::logger>("app", sinks);
  logger->set_level(spdlog::level::debug);
  logger->info("some message");
  return logger;
}

// Rollbar ------
kit::RollbarOptions rollbar_options() {
  kit::RollbarOptions options;  // ROLLBAR_ACCESS_TOKEN, ROLLBAR_ENDPOINT
  options.environment = "production";
  options.framework = "cpp-httplib";
  options.root = SOURCE_FOLDER;
  return options;
}

kit::RollbarRequest as_rollbar_has_it(const httplib::Request& request) {
  kit::RollbarRequest out;
  out.url = "http://" + request.get_header_value("Host") + request.target;
  out.method = request.method;
  out.user_ip = request.remote_addr;
  for (const auto& [name, value] : request.headers) out.headers.emplace(name, value);
  for (const auto& [name, value] : request.params) out.params.emplace(name, value);
  return out;
}

const char* phrase(int status) {
  static const std::map<int, const char*> all = {{200, "OK"},
                                                 {400, "BAD REQUEST"},
                                                 {404, "NOT FOUND"},
                                                 {422, "UNPROCESSABLE ENTITY"},
                                                 {500, "INTERNAL SERVER ERROR"}};
  const auto found = all.find(status);
  return found == all.end() ? "" : found->second;
}

std::string type_of(const std::exception& error) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(typeid(error).name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : typeid(error).name();
}

void answer(httplib::Response& response, int status, const Json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

class Application {
 public:
  Application() : logger_(make_logger()), rollbar_(rollbar_options()) {
    rollbar_.install_terminate_handler();
    add_routes();
  }

  /// Until a signal comes. False: the port is taken.
  bool serve(const std::string& host, int port) { return server_.listen(host, port); }
  void stop() { server_.stop(); }

 private:
  /// `route` is the span's name after the method, as Flask writes it; `pattern` is what cpp-httplib matches.
  void add(httplib::Server& (httplib::Server::*method)(const std::string&, httplib::Server::Handler),
           const std::string& pattern, const std::string& route, Work work) {
    (server_.*method)(pattern, kit::traced(tracer_, route, [this, route, work](const auto& request, auto& response) {
                        kit::RollbarScope about(route, as_rollbar_has_it(request));
                        run(work, request, response);
                        after_request(request, response);
                      }));
  }
  void get(const std::string& pattern, const std::string& route, Work work) {
    add(static_cast<httplib::Server& (httplib::Server::*)(const std::string&, httplib::Server::Handler)>(
            &httplib::Server::Get),
        pattern, route, std::move(work));
  }
  void post(const std::string& pattern, const std::string& route, Work work) {
    add(static_cast<httplib::Server& (httplib::Server::*)(const std::string&, httplib::Server::Handler)>(
            &httplib::Server::Post),
        pattern, route, std::move(work));
  }

  void run(const Work& work, const httplib::Request& request, httplib::Response& response) {
    try {
      answer(response, 200, work(request));
    } catch (const Refused& refused) {
      answer(response, 422, {{"errors", refused.reasons}});
    } catch (const NotFound& missing) {
      answer(response, 404, {{"errors", {missing.what()}}});
    } catch (const Json::exception&) {
      answer(response, 400, {{"errors", {"the body is not the JSON that this route takes"}}});
    } catch (const std::exception& error) {
      // Nobody expected it: an item for Rollbar, lines for CloudWatch Logs, and the span's exception, from which X-Ray
      // has the segment's cause. The stack is read by the threads that send it, while the visitor has the answer.
      const kit::Stacktrace stack = kit::thrown_stacktrace();
      rollbar_.report_current();
      log_later(stack, "Exception on " + request.path + " [" + request.method + "]",
                type_of(error) + ": " + error.what());
      kit::active_span()->record_exception(error, stack).set_status(kit::StatusCode::kError, error.what());
      answer(response, 500, {{"errors", {"internal server error"}}});
    }
  }

  void log_later(const kit::Stacktrace& stack, std::string first, std::string last) {
    stack.read_later([logger = logger_, context = kit::Context::current(), first = std::move(first),
                      last = std::move(last)](const std::string& frames) {
      const kit::Scope in_the_span(context);
      logger->error("{}\n{}{}", first, frames, last);
    });
  }

  void after_request(const httplib::Request& request, httplib::Response& response) {
    const bool has_query = request.target.find('?') != std::string::npos;
    logger_->error("{} {} {} http {}{} {} {}", time_stamp(), request.remote_addr, request.method, request.target,
                   has_query ? "" : "?", response.status, phrase(response.status));
    response.set_header("X-Amzn-Trace-Id", "Root=" + kit::Context::current().span.trace_id.xray());
    allow_the_page(request, response);
  }

  // The page of the front end is of another origin: it may call, and send the ids of its trace.
  void allow_the_page(const httplib::Request& request, httplib::Response& response) {
    const std::string origin = request.get_header_value("Origin");
    if (origin.empty() || (origin != front_end_ && origin != back_end_)) return;
    response.set_header("Access-Control-Allow-Origin", origin);
    response.set_header("Access-Control-Expose-Headers", "link, location");
    response.set_header("Vary", "Origin");
    if (request.method != "OPTIONS") return;
    response.set_header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS, POST");
    response.set_header("Access-Control-Allow-Headers",
                        "content-type, if-modified-since, traceparent, x-amzn-trace-id");
  }

  void add_routes() {
    get("/api/health-check", "/api/health-check", [](const auto&) { return Json{{"success", true}}; });
    get("/rollbar/test", "/rollbar/test", [this](const auto&) {
      rollbar_.message(kit::RollbarLevel::kWarning, "Hello World!");
      return Json("Hello World!");
    });
    get("/api/activities/home", "/api/activities/home", [](const auto&) { return activities::home(); });
    get("/api/activities/notifications", "/api/activities/notifications",
        [](const auto&) { return activities::notifications(); });
    get("/api/activities/search", "/api/activities/search",
        [](const auto& request) { return activities::search(request.get_param_value("term")); });
    get("/api/activities/@([^/]+)", "/api/activities/@<string:handle>",
        [](const auto& request) { return activities::of_user(request.matches[1]); });
    get("/api/activities/([^/]+)", "/api/activities/<string:activity_uuid>",
        [](const auto& request) { return activities::show(request.matches[1]); });
    post("/api/activities", "/api/activities", [](const auto& request) {
      const Json sent = Json::parse(request.body);
      return activities::create(sent.value("handle", "andrewbrown"), sent.value("message", ""), sent.value("ttl", ""));
    });
    post("/api/activities/([^/]+)/reply", "/api/activities/<string:activity_uuid>/reply", [](const auto& request) {
      const Json sent = Json::parse(request.body);
      return activities::reply(request.matches[1], sent.value("handle", "andrewbrown"), sent.value("message", ""));
    });
    get("/api/message_groups", "/api/message_groups", [](const auto&) { return messages::groups(); });
    get("/api/messages/@([^/]+)", "/api/messages/@<string:handle>",
        [](const auto& request) { return messages::with_user(request.matches[1]); });
    post("/api/messages", "/api/messages", [](const auto& request) {
      const Json sent = Json::parse(request.body);
      return messages::create(sent.value("user_receiver_handle", ""), sent.value("message", ""));
    });
    server_.Options(".*", [this](const auto& request, auto& response) {
      response.status = 200;
      allow_the_page(request, response);
    });
    const Work nothing = [](const auto& request) -> Json { throw NotFound("there is no " + request.path); };
    get(".*", "", nothing);
    post(".*", "", nothing);
  }

  kit::Tracer tracer_ = kit::tracer("app");
  const std::string front_end_ = variable("FRONTEND_URL");
  const std::string back_end_ = variable("BACKEND_URL");
  const std::shared_ptr<spdlog::logger> logger_;
  kit::Rollbar rollbar_;
  httplib::Server server_;
};

}  // namespace

int main(int count, char** arguments) {
  const int port = count > 1 ? std::atoi(arguments[1]) : 4567;
  const std::string host = count > 2 ? arguments[2] : "127.0.0.1";
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // for every thread: one waits for them

  try {
    database();
  } catch (const DatabaseError& error) {
    std::fprintf(stderr, "no database (DATABASE_URL, or PGHOST and the like, say where): %s\n", error.what());
    return 1;
  }
  start_tracing();
  Application application;
  std::thread([&application, signals] {
    int came = 0;
    sigwait(&signals, &came);
    application.stop();
  }).detach();
  if (!application.serve(host, port)) {
    std::fprintf(stderr, "cannot listen on %s:%d\n", host.c_str(), port);
    return 1;
  }
  return 0;  // what is queued is sent by the destructors, and at exit
}
