#pragma once
// Projects and their access tokens (dossier 4.1 and 4.5), kept in the control state.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "control/store.h"
#include "model/value.h"

namespace tetrascope::rollbar {

struct Project {
  std::int64_t id = 0;
  std::string name;
  std::int64_t date_created = 0, date_modified = 0;  ///< Unix seconds
  /// Of a project that shows what OpenTelemetry sent: whose errors it holds. Both empty for all others.
  std::string service, environment;
  [[nodiscard]] bool is_opentelemetry() const { return !environment.empty(); }
};

struct AccessToken {
  std::string token, public_id, name;
  std::int64_t project_id = 0;
  std::vector<std::string> scopes;
  bool enabled = true;
  bool opened_itself = false;  ///< nobody made it: it came with a request, and the project was made for it
  std::int64_t rate_limit_window_size = 0, rate_limit_window_count = 0;  ///< seconds, calls; 0: no limit
  std::int64_t date_created = 0, date_modified = 0;
  [[nodiscard]] bool may(std::string_view scope) const;
};

inline constexpr std::size_t kMaxToken = 256;        ///< bytes
inline constexpr std::size_t kMaxProjects = 10'000;  ///< so that guessed tokens cannot fill the disk
inline constexpr std::int64_t kAccountId = 1;

/// Thread-safe.
class Projects {
 public:
  explicit Projects(ControlStore& control) : control_(control) {}

  /// nullopt when nobody made it.
  Result<std::optional<AccessToken>> find_token(std::string_view token);
  /// A project of its own for a token that came with a request.
  Result<AccessToken> open_project(std::string_view token);

  Result<std::optional<Project>> find(std::int64_t id);
  Result<std::vector<Project>> list();
  /// With the four tokens that the vendor makes, one a scope. Errors: kInvalid (the name), kConflict (it is taken).
  Result<Project> create(std::string_view name);
  /// The project that shows the errors of an OpenTelemetry service; made when it is missing.
  Result<Project> of_service(std::string_view environment, std::string_view service);
  Result<void> remove(const Project& project);

  Result<std::vector<AccessToken>> tokens_of(std::int64_t project);
  Result<void> put_token(const AccessToken& token);
  Result<void> remove_token(const AccessToken& token);

 private:
  Result<Project> make(Project project, std::vector<AccessToken> tokens, std::vector<ControlWrite> also);
  Result<std::int64_t> next_id();

  ControlStore& control_;
  std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, AccessToken> tokens_;
  std::unordered_map<std::int64_t, Project> projects_;
  std::size_t count_ = 0;
};

/// As the API shows them.
Value project_json(const Project& project);
Value token_json(const AccessToken& token);

}  // namespace tetrascope::rollbar
