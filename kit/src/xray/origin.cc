#include "xray/origin.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/json_writer.h"
#include "core/text.h"
#include "xray/eks.h"

namespace tetrascope::kit {
namespace {

std::string read_file(const char* path) {
  std::ifstream file(path);
  std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return std::string(trim(all));
}

// Two ids in one line of firmware; Nitro machines put the instance's there.
std::string ec2_instance_id() {
  const std::string tag = read_file("/sys/class/dmi/id/board_asset_tag");
  return tag.rfind("i-", 0) == 0 ? tag : std::string();
}

Origin from_platform(const Resource& resource) {
  constexpr std::pair<const char*, const char*> known[] = {
      {"aws_ec2", "AWS::EC2::Instance"},
      {"aws_ecs", "AWS::ECS::Container"},
      {"aws_elastic_beanstalk", "AWS::ElasticBeanstalk::Environment"},
      {"aws_lambda", "AWS::Lambda::Function"},
      {"aws_app_runner", "AWS::AppRunner::Service"}};
  const std::string_view platform = resource.text("cloud.platform");
  for (const auto& [name, origin] : known) {
    if (platform == name) return {origin, ""};
  }
  if (platform == "aws_eks") return eks_origin(resource);
  return {};
}

Origin from_beanstalk() {
  const std::string text = read_file("/var/elasticbeanstalk/xray/environment.conf");
  const auto file = nlohmann::json::parse(text, nullptr, false);
  if (!file.is_object()) return {};
  nlohmann::json kept = nlohmann::json::object();
  for (const char* key : {"environment_name", "version_label", "deployment_id"}) {
    if (file.contains(key)) kept[key] = file[key];
  }
  return {"AWS::ElasticBeanstalk::Environment", "\"elastic_beanstalk\":" + kept.dump()};
}

}  // namespace

Origin detect_origin(const Resource& resource) {
  Origin origin = from_platform(resource);
  if (origin.name.empty()) origin = from_beanstalk();
  if (!origin.name.empty()) return origin;
  std::string members;
  JsonWriter json(members);
  if (environment("ECS_CONTAINER_METADATA_URI") || environment("ECS_CONTAINER_METADATA_URI_V4")) {
    json.key("ecs").begin_object().member("container", resource.text("host.name"));
    if (const auto id = resource.text("container.id"); !id.empty()) json.member("container_id", id);
    json.end_object();
    return {"AWS::ECS::Container", members};
  }
  if (const std::string id = ec2_instance_id(); !id.empty()) {
    json.key("ec2").begin_object().member("instance_id", id).end_object();
    return {"AWS::EC2::Instance", members};
  }
  return {};
}

}  // namespace tetrascope::kit
