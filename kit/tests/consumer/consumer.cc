// Uses each installed component once, as C++17.
#include <cstdio>

#ifdef HAS_tracing
#include <tetrascope/kit/tracing.h>
#endif

int main() {
  int used = 0;
#ifdef HAS_tracing
  tetrascope::kit::TracingOptions options;
  tetrascope::kit::TracerProvider provider(std::move(options));
  used +=
      provider.tracer("consumer").in_span("work", [](tetrascope::kit::Span& span) { return span.recording() ? 1 : 0; });
#endif
  std::printf("used %d\n", used);
  return used > 0 ? 0 : 1;
}
