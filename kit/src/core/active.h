#pragma once

#include "tetrascope/kit/context.h"

namespace tetrascope::kit {

/// What is active on a thread. `span` is null where only a context came over.
struct Active {
  Context context;
  Span* span = nullptr;
};

/// Of the calling thread.
inline Active& active() noexcept {
  static thread_local Active mine;
  return mine;
}

}  // namespace tetrascope::kit
