#include "xray/eks.h"

#include <fstream>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/http_client.h"
#include "core/json_writer.h"
#include "core/say.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

constexpr std::size_t kLongestName = 100;  // as EKS has it

// What kubelet sets in each container; the name is the one that the API's certificate always has.
std::string api_url() {
  const auto host = environment("KUBERNETES_SERVICE_HOST");
  if (!host) return "https://kubernetes.default.svc";
  const bool bare_ipv6 = host->find(':') != std::string::npos && host->front() != '[';
  return "https://" + (bare_ipv6 ? "[" + *host + "]" : *host) + ":" +
         environment("KUBERNETES_SERVICE_PORT").value_or("443");
}

std::string cluster_name_in(const std::string& config_map) {
  const auto answer = nlohmann::json::parse(config_map, nullptr, false);
  if (!answer.is_object() || !answer.contains("data") || !answer["data"].is_object()) return {};
  const auto name = answer["data"].find("cluster.name");
  return name != answer["data"].end() && name->is_string() ? name->get<std::string>() : std::string();
}

std::string ask_cluster_name(const std::string& token, const std::string& authority, const Deadline& deadline) {
  HttpOptions options;
  options.ca_file = authority;
  options.connect_timeout_ms = 1'000;
  HttpClient http(options);
  HttpRequest request;
  request.method = "GET";
  request.url = api_url() + "/api/v1/namespaces/amazon-cloudwatch/configmaps/cluster-info";
  request.headers = {{"Authorization", "Bearer " + token}};
  request.timeout_ms = 2'000;
  const HttpAnswer answer = http.send(request, deadline);
  std::string name;
  std::string why = answer.error;
  if (answer.status == 200) {
    name = cluster_name_in(answer.body);
    why = "the config map has no cluster.name";
  } else if (answer.status != 0) {
    why = "HTTP " + std::to_string(answer.status);
  }
  if (name.size() > kLongestName) name.clear();
  if (name.empty()) say_once("xray eks", "X-Ray: the name of the EKS cluster is not known: " + why);
  return name;
}

}  // namespace

Origin eks_origin(const Resource& resource) {
  const std::string_view cluster = resource.text("k8s.cluster.name");
  std::string_view pod = resource.text("k8s.pod.name");
  if (pod.empty()) pod = resource.text("host.name");  // a pod's host name is its own, unless it was given another
  std::string members;
  JsonWriter json(members);
  json.key("eks").begin_object();
  if (!cluster.empty()) json.member("cluster_name", cluster);
  if (!pod.empty()) json.member("pod", pod);
  if (const auto id = resource.text("container.id"); !id.empty()) json.member("container_id", id);
  json.end_object();
  if (!cluster.empty()) {
    json.key("cloudwatch_logs").begin_array().begin_object();
    json.member("log_group", "/aws/containerinsights/" + std::string(cluster) + "/application")
        .end_object()
        .end_array();
  }
  return {"AWS::EKS::Container", members};
}

Origin ask_eks_origin(const Resource& resource, const std::string& service_account, const Deadline& deadline) {
  std::ifstream file(service_account + "/token");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::string token(trim(text));
  if (token.empty()) return {};
  if (!resource.text("k8s.cluster.name").empty()) return eks_origin(resource);
  Resource named = resource;
  named.set("k8s.cluster.name", ask_cluster_name(token, service_account + "/ca.crt", deadline));
  return eks_origin(named);
}

}  // namespace tetrascope::kit
