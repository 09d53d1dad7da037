#pragma once

#include <string>

#include "core/deadline.h"
#include "tetrascope/kit/resource.h"
#include "xray/origin.h"

namespace tetrascope::kit {

/// A pod of EKS as the plugins of X-Ray's SDKs tell of it: the cluster's name, the pod and the container, and the group
/// in which Container Insights keeps the cluster's logs. From the resource alone (k8s.cluster.name, k8s.pod.name).
Origin eks_origin(const Resource& resource);

/// The same; a name that the resource lacks is asked of the cluster's API, where Container Insights has written it.
/// `service_account`: the folder with the pod's token and the API's certificate authority. Waits up to 2 s, not past
/// `deadline`. Without a token there the program runs elsewhere: empty. Says once why a name could not be had.
/// Source: Container Insights' quick start, config map amazon-cloudwatch/cluster-info, key cluster.name.
Origin ask_eks_origin(const Resource& resource, const std::string& service_account, const Deadline& deadline);

}  // namespace tetrascope::kit
