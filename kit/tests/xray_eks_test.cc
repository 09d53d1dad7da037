// The plugin for EKS, against a cluster's API that is played here.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "test_server.h"
#include "tetrascope/kit/diagnostics.h"
#include "tetrascope/kit/tracing.h"
#include "tetrascope/kit/xray.h"
#include "xray_daemon.h"

namespace tetrascope::kit {
namespace {

using nlohmann::json;
using test::Received;
using test::Reply;
using test::TestServer;

constexpr const char* kToken = "eyJhbGciOiJSUzI1NiJ9.pod";

/// Of a pod: the folder with its rights, and the variables that say where the API is.
class Pod {
 public:
  Pod(const std::string& authority, int port) : folder_(testing::TempDir() + "kit_pod_" + std::to_string(port)) {
    mkdir(folder_.c_str(), 0700);
    std::ofstream(folder_ + "/token") << kToken << "\n";
    std::ofstream(folder_ + "/ca.crt") << authority;
    setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1", 1);
    setenv("KUBERNETES_SERVICE_PORT", std::to_string(port).c_str(), 1);
    set_diagnostics([this](std::string_view text) {
      const std::lock_guard lock(mutex_);
      said_.append(text).append("\n");
    });
  }
  Pod(const Pod&) = delete;
  Pod& operator=(const Pod&) = delete;
  ~Pod() {
    set_diagnostics(nullptr);
    unsetenv("KUBERNETES_SERVICE_HOST");
    unsetenv("KUBERNETES_SERVICE_PORT");
    for (const char* each : {"/token", "/ca.crt"}) std::remove((folder_ + each).c_str());
    std::remove(folder_.c_str());
  }

  const std::string& folder() const { return folder_; }
  std::string said() {
    const std::lock_guard lock(mutex_);
    return said_;
  }

 private:
  const std::string folder_;
  std::mutex mutex_;
  std::string said_;
};

/// The two segments of a program in that pod.
std::vector<json> segments(const std::string& folder, const Resource& more = Resource(), bool eks = true) {
  test::XrayDaemon daemon;
  XrayOptions xray;
  xray.daemon = daemon.address();
  xray.eks = eks;
  xray.service_account = folder;
  TracingOptions options;
  options.resource = more;
  options.resource.set("service.name", "s").set("host.name", "web-5c9f").set("container.id", "0af7");
  options.exporters.push_back(make_xray_exporter(xray));
  TracerProvider provider(std::move(options));
  for (const char* name : {"first", "second"}) provider.tracer("t").start_span(name, SpanKind::kServer).end();
  EXPECT_TRUE(provider.flush(10'000));
  return daemon.documents();
}

const json kUnnamed = {{"pod", "web-5c9f"}, {"container_id", "0af7"}};

TEST(Eks, TheClustersApiNamesIt) {
  TestServer api(
      [](const Received&) { return Reply{200, {}, R"({"kind":"ConfigMap","data":{"cluster.name":"prod"}})", 0, -1}; },
      true);
  Pod pod(api.certificate(), api.port());
  const auto all = segments(pod.folder());
  ASSERT_EQ(all.size(), 2U);
  const json named = {{"cluster_name", "prod"}, {"pod", "web-5c9f"}, {"container_id", "0af7"}};
  for (const json& each : all) {
    EXPECT_EQ(each["origin"], "AWS::EKS::Container");
    EXPECT_EQ(each["aws"]["eks"], named);
    EXPECT_EQ(each["aws"]["cloudwatch_logs"],
              json::array({{{"log_group", "/aws/containerinsights/prod/application"}}}));
  }
  const auto asked = api.received();
  ASSERT_EQ(asked.size(), 1U) << "once";
  EXPECT_EQ(asked[0].method + " " + asked[0].path, "GET /api/v1/namespaces/amazon-cloudwatch/configmaps/cluster-info");
  EXPECT_EQ(asked[0].headers.at("authorization"), std::string("Bearer ") + kToken);
  EXPECT_EQ(pod.said(), "");
}

TEST(Eks, WhatTheResourceTellsIsNotAsked) {
  TestServer api([](const Received&) { return Reply{500, {}, "", 0, -1}; }, true);
  Pod pod(api.certificate(), api.port());
  Resource resource;
  resource.set("k8s.cluster.name", "named").set("k8s.pod.name", "web-1");
  const json named = {{"cluster_name", "named"}, {"pod", "web-1"}, {"container_id", "0af7"}};
  EXPECT_EQ(segments(pod.folder(), resource).at(0)["aws"]["eks"], named);
  resource.set("cloud.platform", "aws_eks");
  EXPECT_EQ(segments("/nowhere", resource, false).at(0)["aws"]["eks"], named);
  resource.set("cloud.platform", "aws_ecs");
  EXPECT_EQ(segments(pod.folder(), resource).at(0)["origin"], "AWS::ECS::Container");
  EXPECT_TRUE(api.received().empty());
}

TEST(Eks, NothingIsAskedOutsideAPodOrWithoutBeingTold) {
  TestServer api([](const Received&) { return Reply(); }, true);
  Pod pod(api.certificate(), api.port());
  EXPECT_FALSE(segments("/nowhere").at(0)["aws"].contains("eks"));
  EXPECT_FALSE(segments(pod.folder(), Resource(), false).at(0)["aws"].contains("eks"));
  EXPECT_TRUE(api.received().empty());
}

TEST(Eks, AnApiThatDoesNotTellCostsTheNameAlone) {
  struct Case {
    Reply reply;
    const char* why;
  };
  const Case cases[] = {
      {{403, {}, R"({"reason":"Forbidden"})", 0, -1}, "HTTP 403"},
      {{200, {}, R"({"data":{"cluster.name":7}})", 0, -1}, "no cluster.name"},
      {{200, {}, R"({"data":[]})", 0, -1}, "no cluster.name"},
      {{200, {}, "<html>", 0, -1}, "no cluster.name"},
      {{200, {}, R"({"data":{"cluster.name":")" + std::string(101, 'x') + "\"}}", 0, -1}, "no cluster.name"},
      {{200, {}, R"({"data":{}})", 0, 0}, "returned nothing"}};
  for (const Case& each : cases) {
    TestServer api([&](const Received&) { return each.reply; }, true);
    Pod pod(api.certificate(), api.port());
    const auto all = segments(pod.folder());
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0]["origin"], "AWS::EKS::Container");
    EXPECT_EQ(all[0]["aws"]["eks"], kUnnamed);
    EXPECT_FALSE(all[0]["aws"].contains("cloudwatch_logs"));
    EXPECT_NE(pod.said().find(each.why), std::string::npos) << pod.said();
    EXPECT_EQ(pod.said().find(kToken), std::string::npos);
  }
}

TEST(Eks, AnApiThatIsNotTheClustersNeverSeesTheToken) {
  TestServer other([](const Received&) { return Reply(); }, true);
  TestServer api([](const Received&) { return Reply(); }, true);
  Pod pod(other.certificate(), api.port());
  EXPECT_EQ(segments(pod.folder()).at(0)["aws"]["eks"], kUnnamed);
  EXPECT_TRUE(api.received().empty());
  EXPECT_NE(pod.said(), "");
}

TEST(Eks, AnApiThatHangsHoldsUpNeitherTheStartNorTheSpans) {
  TestServer api([](const Received&) { return Reply{200, {}, "", 60'000, -1}; }, true);
  Pod pod(api.certificate(), api.port());
  test::XrayDaemon daemon;
  XrayOptions xray;
  xray.daemon = daemon.address();
  xray.eks = true;
  xray.service_account = pod.folder();
  TracingOptions options;
  options.exporters.push_back(make_xray_exporter(xray));
  TracerProvider provider(std::move(options));
  EXPECT_TRUE(api.received().empty()) << "the start asks nothing";
  provider.tracer("t").start_span("first", SpanKind::kServer).end();
  ASSERT_TRUE(provider.flush(20'000)) << "the exporter's thread gives up";
  EXPECT_EQ(daemon.documents().size(), 1U);
  EXPECT_EQ(api.received().size(), 1U);
}

}  // namespace
}  // namespace tetrascope::kit
