#include <atomic>
#include <mutex>
#include <thread>

#include "core/clock.h"
#include "core/hex.h"
#include "core/http_client.h"
#include "core/random.h"
#include "core/say.h"
#include "core/text.h"
#include "tetrascope/kit/xray.h"
#include "xray/daemon_address.h"
#include "xray/sampling_rules.h"

namespace tetrascope::kit {
namespace {

constexpr std::int64_t kRulesLast = 3'600;  // seconds without a refresh, then local rules again

std::int64_t now_seconds() { return static_cast<std::int64_t>(unix_nanos() / 1'000'000'000U); }
double random_share() { return static_cast<double>(random_bits() >> 11) * 0x1.0p-53; }

std::string new_client_id() {
  const std::uint64_t bits[2] = {random_bits(), random_bits()};
  std::string out;
  append_hex(out, reinterpret_cast<const std::uint8_t*>(bits), 12);
  return out;
}

SamplingRule local_rule() {
  SamplingRule rule;
  rule.reservoir = 1;
  rule.fixed_rate = 0.05;
  rule.service = rule.host = rule.method = rule.path = "*";
  return rule;
}

std::string_view text_of(const Attributes& attributes, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    for (const Attribute& each : attributes) {
      if (each.key == key && each.value.type() == ValueType::kString) return each.value.as_string();
    }
  }
  return {};
}

class XraySampler final : public Sampler {
 public:
  explicit XraySampler(XraySamplerOptions options)
      : options_(std::move(options)), daemon_(daemon_address(options_.daemon).tcp) {
    random_bits();
    state_ = new State;
    start(*state_.load());
  }
  XraySampler(const XraySampler&) = delete;
  XraySampler& operator=(const XraySampler&) = delete;
  ~XraySampler() override {
    State* state = state_.load();
    if (state->generation != fork_generation()) return;  // the parent's
    state->deadline.pull_in(0);
    state->thread.join();
    delete state;
  }

  SamplingDecision decide(const SamplingQuery& query) override {
    const auto target = text_of(query.attributes, {"url.path", "http.target"});
    const SampledRequest request{options_.service, text_of(query.attributes, {"server.address", "http.host"}),
                                 text_of(query.attributes, {"http.request.method", "http.method"}),
                                 target.substr(0, target.find('?'))};
    State& state = current();
    const std::int64_t now = now_seconds();
    std::lock_guard lock(state.mutex);
    if (now - state.fetched_at <= kRulesLast) {
      for (SamplingRule& rule : state.rules) {
        if (rule.matches(request)) return {rule.take(now, random_share()), rule.name};
      }
    }
    return {state.local.take(now, random_share()), nullptr};
  }

 private:
  // As with exporters, a forked child begins anew and leaves the parent's, locked as it may be.
  struct State {
    std::mutex mutex;
    std::vector<SamplingRule> rules;
    SamplingRule local = local_rule();
    std::int64_t fetched_at = -2 * kRulesLast;
    std::uint32_t generation = fork_generation();
    std::string client_id = new_client_id();
    Deadline deadline;
    std::thread thread;
  };

  State& current() {
    State* state = state_.load(std::memory_order_acquire);
    if (state->generation == fork_generation()) [[likely]]
      return *state;
    auto* fresh = new State;
    if (state_.compare_exchange_strong(state, fresh)) {
      start(*fresh);
      return *fresh;
    }
    delete fresh;
    return *state;
  }

  void start(State& state) {
    state.thread = std::thread([this, &state] { poll(state); });
  }

  HttpAnswer ask(HttpClient& http, const char* path, std::string_view body, const Deadline& deadline) const {
    HttpRequest request;
    request.url = "http://" + (daemon_.host.find(':') == std::string::npos ? daemon_.host : "[" + daemon_.host + "]") +
                  ":" + daemon_.port + path;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body;
    request.timeout_ms = 2'000;
    return http.send(request, deadline);
  }

  void fetch_rules(State& state, HttpClient& http) const {
    const HttpAnswer answer = ask(http, "/GetSamplingRules", "{}", state.deadline);
    if (state.deadline.passed()) return;
    std::unique_lock lock(state.mutex);
    auto rules = answer.status == 200 ? parse_rules(answer.body, state.rules) : std::vector<SamplingRule>();
    if (rules.empty()) {
      lock.unlock();  // what is said may be traced
      say_once("sampling rules", "X-Ray sampling rules not read from " + daemon_.host + ":" + daemon_.port + " (" +
                                     (answer.status == 0 ? answer.error : "HTTP " + std::to_string(answer.status)) +
                                     "); sampling one a second and 5 % until they are");
      return;
    }
    state.rules = std::move(rules);
    state.fetched_at = now_seconds();
  }

  /// True: the rules must be fetched again.
  bool report(State& state, HttpClient& http) const {
    std::string body;
    {
      std::lock_guard lock(state.mutex);
      body = take_report(state.rules, state.client_id, now_seconds());
    }
    if (body.empty()) return false;
    const HttpAnswer answer = ask(http, "/SamplingTargets", body, state.deadline);
    std::lock_guard lock(state.mutex);
    return answer.status == 200 && apply_targets(state.rules, answer.body, state.fetched_at);
  }

  void poll(State& state) const {
    HttpClient http;
    std::uint64_t next_rules = 0;
    do {
      if (steady_nanos() >= next_rules) {
        fetch_rules(state, http);
        const std::uint64_t jitter = random_bits() % 5'000'000'000U;  // so that a fleet does not ask at once
        next_rules = steady_nanos() + static_cast<std::uint64_t>(options_.rules_every_ms) * 1'000'000U + jitter;
      }
      if (report(state, http)) next_rules = 0;
    } while (state.deadline.sleep(options_.targets_every_ms));
  }

  const XraySamplerOptions options_;
  const Endpoint daemon_;
  std::atomic<State*> state_{nullptr};
};

}  // namespace

std::shared_ptr<Sampler> make_xray_sampler(XraySamplerOptions options) {
  if (options.service.empty()) options.service = XrayOptions::from_environment().service;
  if (options.service.empty()) options.service = environment("OTEL_SERVICE_NAME").value_or("");
  return std::make_shared<XraySampler>(std::move(options));
}

}  // namespace tetrascope::kit
