#include "tetrascope/kit/resource.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <climits>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <vector>

#include "core/hex.h"
#include "core/random.h"
#include "core/say.h"
#include "core/text.h"

namespace tetrascope::kit {
namespace {

bool is_container_id(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The last run of 64 hex digits in a line of the kernel's files: cgroup v1 names the container, v2's mounts do.
std::string container_id() {
  for (const char* path : {"/proc/self/cgroup", "/proc/self/mountinfo"}) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      if (std::string_view(path).find("mountinfo") != std::string_view::npos &&
          line.find("/containers/") == std::string::npos) {
        continue;
      }
      for (std::size_t i = 0; i + 64 <= line.size(); ++i) {
        const std::string_view piece = std::string_view(line).substr(i, 64);
        const bool begins = i == 0 || line[i - 1] == '/' || line[i - 1] == '-';
        if (begins && is_container_id(piece)) return std::string(piece);
      }
    }
  }
  return {};
}

std::vector<std::string> command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::string> words;
  for_each_part(all, '\0', [&](std::string_view word) {
    if (!word.empty()) words.emplace_back(word);
  });
  return words;
}

std::string new_instance_id() {
  std::uint8_t bytes[16];
  for (int half = 0; half < 2; ++half) {
    const std::uint64_t bits = random_bits();
    for (int i = 0; i < 8; ++i) bytes[8 * half + i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);  // a version 4 UUID
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string out;
  append_hex(out, bytes, sizeof bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) out.insert(at, 1, '-');
  return out;
}

void detect_host_and_process(Resource& resource) {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  const std::string executable(path, length > 0 ? static_cast<std::size_t>(length) : 0);
  const std::string name = executable.substr(executable.rfind('/') + 1);
  resource.set("service.name", name.empty() ? "unknown_service" : "unknown_service:" + name);
  resource.set("service.instance.id", new_instance_id());
  utsname machine{};
  if (uname(&machine) == 0) {
    resource.set("host.name", std::string(machine.nodename));
    const std::string_view arch = machine.machine;
    resource.set("host.arch", std::string(arch == "x86_64" ? "amd64" : arch == "aarch64" ? "arm64" : arch));
    resource.set("os.type", to_lower(machine.sysname));
    resource.set("os.version", std::string(machine.release));
  }
  resource.set("process.pid", static_cast<std::int64_t>(getpid()));
  if (!executable.empty()) {
    resource.set("process.executable.name", name);
    resource.set("process.executable.path", executable);
  }
  // The command's first word alone: arguments may hold secrets.
  if (const auto words = command_line(); !words.empty()) resource.set("process.command", words.front());
  if (const std::string id = container_id(); !id.empty()) resource.set("container.id", id);
}

}  // namespace

Resource& Resource::set(std::string_view key, OwnedValue value) {
  for (auto& [name, old] : attributes_) {
    if (name == key) {
      old = std::move(value);
      return *this;
    }
  }
  attributes_.emplace_back(key, std::move(value));
  return *this;
}

std::string_view Resource::text(std::string_view key) const {
  for (const auto& [name, value] : attributes_) {
    if (name == key && std::holds_alternative<std::string>(value)) return std::get<std::string>(value);
  }
  return {};
}

Resource Resource::detect() {
  Resource resource;
  resource.set("telemetry.sdk.name", "tetrascope-kit");
  resource.set("telemetry.sdk.language", "cpp");
  resource.set("telemetry.sdk.version", "0.1.0");
  detect_host_and_process(resource);
  if (const auto list = environment("OTEL_RESOURCE_ATTRIBUTES")) {
    for_each_part(*list, ',', [&](std::string_view pair) {
      const auto equals = pair.find('=');
      const std::string_view key = trim(pair.substr(0, equals));
      if (equals == std::string_view::npos || key.empty()) {
        if (!trim(pair).empty()) say_once("resource", "OTEL_RESOURCE_ATTRIBUTES: a part has no name=value; left out");
        return;
      }
      resource.set(key, percent_decoded(trim(pair.substr(equals + 1))));
    });
  }
  if (const auto name = environment("OTEL_SERVICE_NAME")) resource.set("service.name", *name);
  return resource;
}

}  // namespace tetrascope::kit
