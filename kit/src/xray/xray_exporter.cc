#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/say.h"
#include "core/text.h"
#include "tetrascope/kit/xray.h"
#include "xray/eks.h"
#include "xray/segment.h"
#include "xray/udp_sender.h"

namespace tetrascope::kit {
namespace {

constexpr std::string_view kHeader = "{\"format\":\"json\",\"version\":1}\n";
constexpr std::size_t kMostDocument = 64'000;  // X-Ray takes 64 KB; a datagram holds 65,507 bytes with the header
constexpr std::size_t kMostHeld = 20'000;      // subsegments in all that wait for their segments
constexpr std::size_t kMostHeldBytes = std::size_t{32} * 1024 * 1024;
constexpr std::size_t kMostStarts = 1'000;
constexpr std::uint64_t kHoldFor = 30'000'000'000;

template <typename Id>
struct IdHash {
  std::size_t operator()(const Id& id) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, id.bytes.data() + id.bytes.size() - sizeof hash, sizeof hash);
    return hash;
  }
};

/// A finished subsegment that waits for its segment.
struct Held {
  SpanId id;
  SpanId parent;
  std::string document;  // open: no closing brace
};

struct HeldTrace {
  std::vector<Held> subsegments;
  std::uint64_t since = 0;
};

struct Begun {
  std::string document;
  std::uint64_t since = 0;
};

struct Waiting {
  std::unordered_map<TraceId, HeldTrace, IdHash<TraceId>> held;
  std::unordered_map<SpanId, Begun, IdHash<SpanId>> begun;
  std::size_t held_count = 0;
  std::size_t held_bytes = 0;
};

class XrayExporter final : public SpanExporter {
 public:
  explicit XrayExporter(XrayOptions options)
      : options_(std::move(options)), udp_(daemon_address(options_.daemon).udp) {}

  void start(const Resource& resource) override {
    writer_ = std::make_unique<SegmentWriter>(options_, resource, detect_origin(resource));
    if (options_.eks && resource.text("cloud.platform").empty()) to_ask_ = resource;
  }
  bool wants_starts() const override { return options_.in_progress_after_ms >= 0; }

  // The parent may have been in the midst of a change: its spans, which it sends itself, are left as they are.
  void after_fork() override {
    (void)waiting_.release();
    waiting_ = std::make_unique<Waiting>();
    counts_ = {};
    spans_under_way_.reset();
    udp_.after_fork();
  }

  ExportCounts export_batch(const SpanBatch& batch, Deadline& deadline) override {
    if (to_ask_) ask_cluster(deadline);
    for (const FinishedSpan* span : batch) {
      if (span->in_progress()) {
        note_start(*span);
      } else if (SegmentWriter::is_segment(*span)) {
        send_segment(*span);
      } else {
        hold(*span);
      }
    }
    return std::exchange(counts_, {});
  }

  ExportCounts tick(bool last, Deadline&) override {
    const std::uint64_t now = steady_nanos();
    for (auto trace = waiting_->held.begin(); trace != waiting_->held.end();) {
      if (last || now - trace->second.since > kHoldFor) {
        stream(trace->first, trace->second);
        trace = waiting_->held.erase(trace);
      } else {
        ++trace;
      }
    }
    for (auto each = waiting_->begun.begin(); each != waiting_->begun.end();) {
      if (now - each->second.since < static_cast<std::uint64_t>(options_.in_progress_after_ms) * 1'000'000U) {
        ++each;
        continue;
      }
      send(each->second.document + "}", 0);
      each = waiting_->begun.erase(each);  // once; its end may never come
    }
    settle();
    return std::exchange(counts_, {});
  }

 private:
  // A child that was forked meanwhile asks for itself.
  void ask_cluster(const Deadline& deadline) {
    Origin origin = ask_eks_origin(*to_ask_, options_.service_account, deadline);
    if (!origin.name.empty()) writer_ = std::make_unique<SegmentWriter>(options_, *to_ask_, std::move(origin));
    to_ask_.reset();
  }

  void note_start(const FinishedSpan& span) {
    if (waiting_->begun.size() == kMostStarts || !SegmentWriter::is_segment(span)) return;
    std::string document = write_within_bounds(span, false);
    if (document.size() > kMostDocument) return;
    waiting_->begun[span.context().span_id] = {std::move(document), steady_nanos()};
  }

  std::string write_within_bounds(const FinishedSpan& span, bool embedded) const {
    std::string document = writer_->write(span, embedded, SegmentWriter::Detail::kAll);
    for (const auto less : {SegmentWriter::Detail::kNoMetadata, SegmentWriter::Detail::kNoStacks}) {
      if (document.size() > kMostDocument) document = writer_->write(span, embedded, less);
    }
    return document;
  }

  // A subsegment goes with its segment or by itself.
  void hold(const FinishedSpan& span) {
    std::string document = write_within_bounds(span, true);
    if (document.size() > kMostDocument) return fail_as_too_large(1, document.size());
    HeldTrace& trace = waiting_->held[span.context().trace_id];
    if (trace.subsegments.empty()) trace.since = steady_nanos();
    ++waiting_->held_count;
    waiting_->held_bytes += document.size();
    trace.subsegments.push_back({span.context().span_id, span.parent_id(), std::move(document)});
    if (trace.subsegments.size() > options_.most_subsegments || waiting_->held_count > kMostHeld ||
        waiting_->held_bytes > kMostHeldBytes) {
      stream(span.context().trace_id, trace);
      waiting_->held.erase(span.context().trace_id);
    }
  }

  /// Each by itself.
  void stream(const TraceId& id, HeldTrace& trace) {
    for (const Held& each : trace.subsegments) {
      waiting_->held_bytes -= each.document.size();
      send(each.document + independent_members(id, each.parent) + "}", 1);
    }
    waiting_->held_count -= trace.subsegments.size();
  }

  void send_segment(const FinishedSpan& span) {
    waiting_->begun.erase(span.context().span_id);
    std::string document = write_within_bounds(span, false);
    const auto trace = waiting_->held.find(span.context().trace_id);
    std::uint64_t spans = 1;
    if (trace != waiting_->held.end()) {
      spans += embed(document, span.context(), trace->second);
      if (trace->second.subsegments.empty()) waiting_->held.erase(trace);
    }
    send(document + "}", spans);
  }

  /// Puts the descendants of `segment` into its document, or sends them by themselves when it would grow too large;
  /// those of other segments stay. Returns how many it put there.
  std::uint64_t embed(std::string& document, const SpanContext& segment, HeldTrace& trace) {
    std::unordered_map<SpanId, std::vector<std::size_t>, IdHash<SpanId>> children;
    for (std::size_t i = 0; i < trace.subsegments.size(); ++i) children[trace.subsegments[i].parent].push_back(i);
    std::vector<bool> taken(trace.subsegments.size(), false);
    std::string nested;
    write_children(nested, segment.span_id, children, trace, taken, 0);
    const bool fits = document.size() + nested.size() < kMostDocument;
    if (fits) document += nested;
    std::vector<Held> left;
    for (std::size_t i = 0; i < taken.size(); ++i) {
      Held& each = trace.subsegments[i];
      if (!taken[i]) {
        left.push_back(std::move(each));
        continue;
      }
      --waiting_->held_count;
      waiting_->held_bytes -= each.document.size();
      if (!fits) send(each.document + independent_members(segment.trace_id, each.parent) + "}", 1);
    }
    trace.subsegments = std::move(left);
    return fits ? static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), true)) : 0;
  }

  void write_children(std::string& out, const SpanId& parent,
                      const std::unordered_map<SpanId, std::vector<std::size_t>, IdHash<SpanId>>& children,
                      const HeldTrace& trace, std::vector<bool>& taken, int depth) {
    constexpr int kDeepest = 100;
    const auto found = children.find(parent);
    if (found == children.end() || depth == kDeepest) return;
    out += ",\"subsegments\":[";
    bool first = true;
    for (const std::size_t i : found->second) {
      if (taken[i]) continue;
      taken[i] = true;
      if (!first) out += ',';
      first = false;
      out += trace.subsegments[i].document;
      write_children(out, trace.subsegments[i].id, children, trace, taken, depth + 1);
      out += '}';
    }
    out += ']';
  }

  /// `spans`: how many the document tells of; none when it is of a segment in progress.
  void send(const std::string& document, std::uint64_t spans) {
    settle();
    datagram_.assign(kHeader).append(document);
    std::string error;
    if (document.size() > kMostDocument + 1'500) return fail_as_too_large(spans, document.size());
    if (udp_.send(datagram_, error)) {
      spans_under_way_ = spans;
      return;
    }
    fail(spans, error);
  }

  // That nobody listens is told after the fact, so a document is counted when the next one goes, or at the next tick.
  void settle() {
    if (!spans_under_way_) return;
    if (udp_.was_refused()) {
      fail(*spans_under_way_, "nobody listens there");
    } else {
      counts_.exported += *spans_under_way_;
    }
    spans_under_way_.reset();
  }

  void fail_as_too_large(std::uint64_t spans, std::size_t bytes) {
    counts_.failed += spans;
    say_once("xray document", "X-Ray document of " + std::to_string(bytes) + " bytes not sent: more than X-Ray takes");
  }

  void fail(std::uint64_t spans, const std::string& error) {
    counts_.failed += spans;
    say_once("xray " + error, "X-Ray segment to the daemon at " + options_.daemon + " not sent: " + error);
  }

  const XrayOptions options_;
  UdpSender udp_;
  std::unique_ptr<SegmentWriter> writer_;
  std::optional<Resource> to_ask_;  // with which the cluster's API is to be asked
  std::unique_ptr<Waiting> waiting_ = std::make_unique<Waiting>();
  ExportCounts counts_;
  std::optional<std::uint64_t> spans_under_way_;
  std::string datagram_;
};

}  // namespace

XrayOptions XrayOptions::from_environment() {
  XrayOptions options;
  if (const auto address = environment("AWS_XRAY_DAEMON_ADDRESS")) options.daemon = *address;
  if (const auto name = environment("AWS_XRAY_TRACING_NAME")) options.service = *name;
  if (const auto pattern = environment("AWS_XRAY_URL")) options.dynamic_naming = *pattern;
  return options;
}

std::unique_ptr<SpanExporter> make_xray_exporter(XrayOptions options) {
  return std::make_unique<XrayExporter>(std::move(options));
}

}  // namespace tetrascope::kit
