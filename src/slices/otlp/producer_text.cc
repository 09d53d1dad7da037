#include "slices/otlp/producer_text.h"

#include <fmt/core.h>

#include <utility>

#include "slices/otlp/any_value.h"

namespace tetrascope::otlp {
namespace {

/// Writes the members of one JSON object, each where it says something.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_ += '{'; }
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    open(name);
    append_json_string(value, out_);
  }
  void attributes(const Attributes& attributes) {
    if (attributes.empty()) return;
    open("attributes");
    append_json(attributes, out_);
  }
  void count(std::string_view name, std::uint32_t value) {
    if (value == 0) return;
    open(name);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  void texts(std::string_view name, const std::vector<std::string_view>& values) {
    if (values.empty()) return;
    open(name);
    out_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ',';
      append_json_string(values[i], out_);
    }
    out_ += ']';
  }
  void entities(const std::vector<EntityRef>& entities) {
    if (entities.empty()) return;
    open("entity_refs");
    out_ += '[';
    for (std::size_t i = 0; i < entities.size(); ++i) {
      if (i > 0) out_ += ',';
      Members members(out_);
      members.text("type", entities[i].type);
      members.texts("id_keys", entities[i].id_keys);
      members.texts("description_keys", entities[i].description_keys);
      members.text("schema_url", entities[i].schema_url);
      members.close();
    }
    out_ += ']';
  }
  void close() { out_ += '}'; }

 private:
  void open(std::string_view name) {
    if (!std::exchange(first_, false)) out_ += ',';
    append_json_string(name, out_);
    out_ += ':';
  }
  std::string& out_;
  bool first_ = true;
};

std::string json_of(Producer kind, const ProducerRecord& record) {
  std::string json;
  Members members(json);
  if (kind == Producer::kScope) {
    members.text("name", record.name);
    members.text("version", record.version);
  }
  members.attributes(record.attributes);
  members.text("schema_url", record.schema_url);
  members.count("dropped_attributes", record.dropped_attributes);
  members.entities(record.entities);
  members.close();
  return json == "{}" ? std::string() : json;
}

}  // namespace

ProducerText producer_text(Producer kind, const ProducerRecord& record) {
  ProducerText text;
  text.json = json_of(kind, record);
  text.rates = rate_claims(record.attributes);
  for (const auto& [key, value] : record.attributes) {
    if (!key.empty()) text.fields.push_back({std::string(key), field_type(value)});
    if (kind == Producer::kScope) continue;
    if (key == "service.name") text.service = text_or_empty(value);
    if (key == "telemetry.sdk.language") text.language = text_or_empty(value);
  }
  return text;
}

Result<ProducerTextPtr> ProducerCache::get(Producer kind, std::string_view bytes, std::string_view schema_url,
                                           const Make& make) {
  const auto made = [&]() -> Result<ProducerTextPtr> {
    ASSIGN_OR_RETURN(ProducerText text, make());
    return std::make_shared<const ProducerText>(std::move(text));
  };
  if (bytes.size() + schema_url.size() > kMaxKeyBytes) return made();
  // The length keeps the two parts apart.
  key_.assign(1, kind == Producer::kScope ? 's' : 'r');
  key_.append(std::to_string(bytes.size())).append(":").append(bytes).append(schema_url);
  if (const auto found = texts_.find(std::string_view(key_)); found != texts_.end()) return found->second;
  ASSIGN_OR_RETURN(ProducerTextPtr text, made());
  if (texts_.size() >= kMaxEntries || bytes_ + key_.size() > kMaxBytes) {
    texts_.clear();
    bytes_ = 0;
  }
  bytes_ += key_.size();
  texts_.emplace(key_, text);
  return text;
}

ProducerCache& ProducerCache::of_this_thread() {
  thread_local ProducerCache cache;
  return cache;
}

}  // namespace tetrascope::otlp
