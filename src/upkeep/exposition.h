#pragma once
// Prometheus' text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/histogram.h"

namespace tetrascope::upkeep {

/// Writes families one after the other; all samples of a family follow its head. Names begin with a letter and hold
/// letters, digits and `_`; label values may be any text.
class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  enum class Kind { kCounter, kGauge, kHistogram };
  /// Begins a family. A counter's name ends in `_total`; a quantity's in its unit.
  void family(std::string_view name, Kind kind, std::string_view help);
  /// A sample of the family that was begun last.
  void sample(Labels labels, double value);
  void sample(Labels labels, std::uint64_t value);
  /// Its steps, sum and count.
  void histogram(Labels labels, const Histogram::Reading& reading);

  /// A family of one sample without labels.
  template <class Number>
  void single(std::string_view name, Kind kind, std::string_view help, Number value) {
    family(name, kind, help);
    sample({}, value);
  }

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value);

  std::string text_;
  std::string name_;
};

}  // namespace tetrascope::upkeep
