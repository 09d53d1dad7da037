#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tetrascope/kit/exporter.h"
#include "tetrascope/kit/sampler.h"
#include "tetrascope/kit/tracing.h"  // whose options the exporter and the sampler are for

namespace tetrascope::kit {

struct XrayOptions {
  /// Name of segments. Empty: the resource's service.name.
  std::string service;
  /// A pattern of `*` and `?`: a request to a host that it matches makes a segment named after that host.
  std::string dynamic_naming;
  /// `host:port`, or `tcp:host:port udp:host:port` in either order.
  std::string daemon = "127.0.0.1:2000";
  /// Keys of attributes that become annotations, by which X-Ray filters; the others become metadata. `*` alone: all.
  std::vector<std::string> annotations;
  /// Of the metadata.
  std::string metadata_namespace = "default";
  /// A segment that takes longer is shown as in progress until it ends; looked at every OTEL_BSP_SCHEDULE_DELAY.
  long in_progress_after_ms = 1'000;
  /// A trace with more finished subsegments than this, while its segment runs, sends them ahead one by one.
  std::size_t most_subsegments = 100;

  /// The plugin for EKS: in a pod, segments name its cluster, which is asked of the cluster's API before the first
  /// document goes, on the exporter's thread, for at most 2 s. The pod's service account must be allowed to read the
  /// config map amazon-cloudwatch/cluster-info. Not needed where OTEL_RESOURCE_ATTRIBUTES has cloud.platform=aws_eks
  /// and k8s.cluster.name.
  bool eks = false;
  /// Of the pod: `token` and `ca.crt` in a folder. Without them the program is in no pod, and nothing is asked.
  std::string service_account = "/var/run/secrets/kubernetes.io/serviceaccount";

  /// AWS_XRAY_DAEMON_ADDRESS, AWS_XRAY_TRACING_NAME for `service`, AWS_XRAY_URL for `dynamic_naming`.
  static XrayOptions from_environment();
};

/// Segments and subsegments to the X-Ray daemon by UDP, from the spans that OTLP gets too. A span without a parent in
/// this process, and every server span, is a segment. Source: X-Ray developer guide, segment documents.
std::unique_ptr<SpanExporter> make_xray_exporter(XrayOptions options = XrayOptions::from_environment());

struct XraySamplerOptions {
  /// What the rules' ServiceName is compared with. Empty: AWS_XRAY_TRACING_NAME, then OTEL_SERVICE_NAME.
  std::string service;
  std::string daemon = XrayOptions::from_environment().daemon;
  long rules_every_ms = 300'000;
  long targets_every_ms = 10'000;
};

/// Decides by X-Ray's centralized rules, polled through the daemon's TCP port: a reservoir a second, shared with other
/// processes by quotas, and a fixed rate beyond. Until rules are known: one a second and 5 %. For roots; wrap it in
/// Sampler::parent_based.
std::shared_ptr<Sampler> make_xray_sampler(XraySamplerOptions options = {});

}  // namespace tetrascope::kit
