#pragma once
// The bins of a heatmap.

namespace tetrascope::honeycomb {

/// Equal bins of a heatmap.
struct Bins {
  double low = 0;
  double step = 1;
  int count = 1;
};
/// About 50 bins over [min, max], their width 1, 2 or 5 times a power of ten (4.4).
Bins nice_bins(double min, double max);

}  // namespace tetrascope::honeycomb
