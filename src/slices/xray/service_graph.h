#pragma once
// Services, the calls between them, and their statistics (dossier xray 3).

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/value.h"
#include "slices/xray/filter.h"
#include "slices/xray/trace_model.h"

namespace tetrascope::xray {

/// Counts by outcome, and response times: of a node or an edge.
class CallStatistics {
 public:
  void add(const Outcome& outcome, double seconds);
  [[nodiscard]] Value summary() const;
  [[nodiscard]] Value histogram() const { return to_histogram(times_); }
  [[nodiscard]] bool empty() const { return total() == 0; }
  [[nodiscard]] std::int64_t total() const { return ok_ + throttle_ + error_ + fault_; }
  [[nodiscard]] std::int64_t faults() const { return fault_; }

  /// Seconds by thousandths: {Value, Count} each.
  using Times = std::map<std::int64_t, std::int64_t>;
  static Value to_histogram(const Times& times);
  static std::int64_t thousandths(double seconds);

 private:
  std::int64_t ok_ = 0, throttle_ = 0, error_ = 0, fault_ = 0;
  double seconds_ = 0;
  Times times_;
};

/// Grows trace by trace; then it is written.
class ServiceGraph {
 public:
  explicit ServiceGraph(std::string account) : account_(std::move(account)) {}
  void add(const Trace& trace);
  /// `Services` of GetServiceGraph and GetTraceGraph.
  [[nodiscard]] Array services() const;

 private:
  using NodeKey = std::pair<std::string, std::string>;  ///< name, type
  struct Span {
    double start = 0, end = 0;
    bool any = false;
    void cover(double from, double to);
  };
  struct Edge {
    CallStatistics calls;
    CallStatistics::Times ages;  ///< of links
    bool link = false;
    Span time;
  };
  struct Node {
    bool root = false, real = false;
    CallStatistics requests;
    CallStatistics::Times durations;
    Span time;
    std::map<NodeKey, Edge> edges;
  };
  static NodeKey key_of(const Part& segment) { return {node_name(segment), node_type(segment)}; }
  void add_segment(const Part& segment);
  void add_call(const Part& segment);
  void add_links(const Trace& trace);
  [[nodiscard]] Value write(const NodeKey& key, const Node& node, const std::map<NodeKey, std::int64_t>& numbers) const;

  std::string account_;
  std::map<NodeKey, Node> nodes_;
};

/// One step of GetTimeSeriesServiceStatistics.
class TimeSeries {
 public:
  TimeSeries(double period, FilterPtr selector, std::string account)
      : period_(period), selector_(std::move(selector)), account_(std::move(account)) {}
  void add(const Trace& trace);
  /// `forecast`: adds the band in which each step's faults were to be expected.
  [[nodiscard]] Array steps(bool forecast) const;

 private:
  void add(double time, const Outcome& outcome, double seconds);
  double period_;
  FilterPtr selector_;
  std::string account_;
  std::map<std::int64_t, CallStatistics> steps_;
};

}  // namespace tetrascope::xray
