#pragma once
// Services, the calls between them, and their statistics (dossier xray 3): sums of facts.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/value.h"
#include "slices/xray/filter.h"
#include "slices/xray/trace_facts.h"

namespace tetrascope::xray {

/// How often each time was, in thousandths of a second.
class Times {
 public:
  void add(double seconds);
  /// {Value, Count} each, by time.
  [[nodiscard]] Value histogram() const;

 private:
  static constexpr std::int64_t kDense = 4'096, kFew = 256;
  std::map<std::int64_t, std::int64_t> sparse_;
  std::vector<std::int64_t> dense_;  ///< counts by thousandths, once there are more than a few
  std::int64_t total_ = 0;
};

/// Counts by outcome, and response times: of a node or an edge.
class CallStatistics {
 public:
  /// What was in progress is not counted.
  void add(Fact::Outcome outcome, double seconds);
  [[nodiscard]] Value summary() const;
  [[nodiscard]] Value histogram() const { return times_.histogram(); }
  [[nodiscard]] bool empty() const { return total() == 0; }
  [[nodiscard]] std::int64_t total() const { return ok_ + throttle_ + error_ + fault_; }
  [[nodiscard]] std::int64_t faults() const { return fault_; }

 private:
  std::int64_t ok_ = 0, throttle_ = 0, error_ = 0, fault_ = 0;
  std::int64_t micros_ = 0;  ///< whole: the sum is the same in whatever order facts come
  Times times_;
};

/// Grows by facts; then it is written.
class ServiceGraph : public FactSink {
 public:
  explicit ServiceGraph(std::string account) : account_(std::move(account)) {}
  void add(const Places& places, double base, std::span<const Fact> facts) override;
  /// `Services` of GetServiceGraph and GetTraceGraph.
  [[nodiscard]] Array services() const;

 private:
  struct Span {
    double start = 0, end = 0;
    bool any = false;
    void cover(double from, double to);
  };
  struct Edge {
    CallStatistics calls;
    Times ages;  ///< of links
    bool link = false;
    Span time;
  };
  struct Node {
    bool root = false, real = false;
    CallStatistics requests;
    Times durations;
    Span time;
    std::map<NodeKey, Edge> edges;
  };
  struct Known {
    Node* node = nullptr;  ///< of a call or link: the caller
    Edge* edge = nullptr;
  };
  const Known& known(const Places& places, std::uint32_t place);
  static void add_call(const Known& at, double begin, double end, const Fact& fact);
  [[nodiscard]] Value write(const NodeKey& key, const Node& node, const std::map<NodeKey, std::int64_t>& numbers) const;

  std::string account_;
  std::map<NodeKey, Node> nodes_;
  const Places* places_ = nullptr;  ///< what known_ is of
  std::vector<Known> known_;        ///< by place
};

/// GetTimeSeriesServiceStatistics.
class TimeSeries : public FactSink {
 public:
  TimeSeries(double period, FilterPtr selector, std::string account)
      : period_(period), selector_(std::move(selector)), account_(std::move(account)) {}
  void add(const Places& places, double base, std::span<const Fact> facts) override;
  /// `forecast`: adds the band in which each step's faults were to be expected.
  [[nodiscard]] Array steps(bool forecast) const;

 private:
  [[nodiscard]] bool is_selected(const Place& place) const;
  double period_;
  FilterPtr selector_;
  std::string account_;
  std::map<std::int64_t, CallStatistics> steps_;
  const Places* places_ = nullptr;             ///< what selected_ is of
  std::vector<std::optional<bool>> selected_;  ///< by place
};

}  // namespace tetrascope::xray
