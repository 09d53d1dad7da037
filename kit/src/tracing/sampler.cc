#include "tetrascope/kit/sampler.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "core/say.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

class Always final : public Sampler {
 public:
  explicit Always(bool sampled) : sampled_(sampled) {}
  SamplingDecision decide(const SamplingQuery&) override { return {sampled_, nullptr}; }

 private:
  const bool sampled_;
};

class Ratio final : public Sampler {
 public:
  explicit Ratio(double share)
      : all_(share >= 1), below_(share > 0 && share < 1 ? static_cast<std::uint64_t>(std::ldexp(share, 63)) : 0) {}
  SamplingDecision decide(const SamplingQuery& query) override {
    std::uint64_t low = 0;
    std::memcpy(&low, query.trace_id.bytes.data() + 8, 8);
    return {all_ || (__builtin_bswap64(low) >> 1) < below_, nullptr};
  }

 private:
  const bool all_;
  const std::uint64_t below_;
};

class ParentBased final : public Sampler {
 public:
  explicit ParentBased(std::shared_ptr<Sampler> root) : root_(std::move(root)) {}
  SamplingDecision decide(const SamplingQuery& query) override {
    if (query.parent.trace_id.valid() && !query.parent.sampling_deferred) return {query.parent.sampled, nullptr};
    return root_->decide(query);
  }

 private:
  const std::shared_ptr<Sampler> root_;
};

double share_from_environment() {
  const auto text = environment("OTEL_TRACES_SAMPLER_ARG");
  if (!text) return 1;
  char* end = nullptr;
  const double share = std::strtod(text->c_str(), &end);
  if (end != text->c_str() && *end == '\0' && share >= 0 && share <= 1) return share;
  say_once("sampler argument", "OTEL_TRACES_SAMPLER_ARG: want a share from 0 to 1; using 1");
  return 1;
}

}  // namespace

std::shared_ptr<Sampler> Sampler::always_on() { return std::make_shared<Always>(true); }
std::shared_ptr<Sampler> Sampler::always_off() { return std::make_shared<Always>(false); }
std::shared_ptr<Sampler> Sampler::ratio(double share) { return std::make_shared<Ratio>(share); }
std::shared_ptr<Sampler> Sampler::parent_based(std::shared_ptr<Sampler> root) {
  return std::make_shared<ParentBased>(std::move(root));
}

std::shared_ptr<Sampler> Sampler::from_environment() {
  const std::string name = to_lower(environment("OTEL_TRACES_SAMPLER").value_or("parentbased_always_on"));
  if (name == "always_on") return always_on();
  if (name == "always_off") return always_off();
  if (name == "traceidratio") return ratio(share_from_environment());
  if (name == "parentbased_always_off") return parent_based(always_off());
  if (name == "parentbased_traceidratio") return parent_based(ratio(share_from_environment()));
  if (name != "parentbased_always_on") {
    say_once("sampler", "OTEL_TRACES_SAMPLER: \"" + name + "\" is not known here; using parentbased_always_on");
  }
  return parent_based(always_on());
}

}  // namespace tetrascope::kit
