#pragma once

#include <string>

#include "tetrascope/kit/resource.h"

namespace tetrascope::kit {

/// Where the program runs, as segments say it: `origin`, and the members of `aws` that go with it, as JSON
/// (`"ec2":{…}`), or both empty.
struct Origin {
  std::string name;
  std::string aws_members;
};

/// From the resource's cloud.platform, else from what the machine shows without asking the network: Elastic Beanstalk's
/// file, ECS's variable, EC2's firmware.
Origin detect_origin(const Resource& resource);

}  // namespace tetrascope::kit
