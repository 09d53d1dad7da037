#include "slices/rollbar/occurrence_rows.h"

#include <fmt/core.h>

#include <cstring>

#include "slices/rollbar/answers.h"

namespace tetrascope::rollbar {
namespace {

Id<16> occurrence_hash(std::int64_t project, std::string_view uuid) {
  const auto halves = stable_hash(fmt::format("rollbar/{}/{}", project, uuid));
  Id<16> id;
  std::memcpy(id.bytes.data(), halves.data(), id.bytes.size());
  return id;
}

/// pyrollbar's rule for `anonymize`: the last octet, or all but the first three groups.
std::string anonymised(std::string_view address) {
  if (const auto dot = address.rfind('.'); dot != std::string_view::npos)
    return std::string(address.substr(0, dot)) + ".0";
  std::size_t end = 0;
  for (int groups = 0; groups < 3 && end != std::string_view::npos; ++groups)
    end = address.find(':', end == 0 ? 0 : end + 1);
  if (end == std::string_view::npos) return std::string(address);
  return std::string(address.substr(0, end)) + ":0000:0000:0000:0000:0000";
}

void add_attributes(const Occurrence& occurrence, AttributeColumns& out) {
  const ItemReport& report = occurrence.report;
  const auto text = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) out.add_string(key, value);
  };
  out.add_int(attributes::kProject, occurrence.project.id);
  out.add_int(attributes::kItem, occurrence.placed.item);
  out.add_int(attributes::kActivation, occurrence.placed.activation);
  out.add_int(attributes::kOccurrence, occurrence.id);
  text(attributes::kUuid, report.uuid);
  text(attributes::kEnvironment, report.environment);
  text(attributes::kVersion, report.code_version);
  text(attributes::kAddress, occurrence.user_ip);
  text(attributes::kPerson, report.person_id);
  text("rollbar.title", report.title);
  text("rollbar.framework", report.framework);
  text("rollbar.platform", report.platform);
  text("rollbar.context", report.context);
  text("rollbar.notifier", report.notifier);
  text("host.name", report.host);
  text("url.full", report.request_url);
  text("http.request.method", report.request_method);
  for (const auto& [key, value] : report.custom) out.add("custom." + key, value);
  out.end_row();
}

}  // namespace

std::string document_key(std::int64_t project, std::string_view uuid) { return fmt::format("{}/{}", project, uuid); }

std::string resolved_ip(std::string_view user_ip, std::string_view remote) {
  if (user_ip != "$remote_ip" && user_ip != "$remote_ip_anonymize") return std::string(user_ip);
  std::string_view address = remote.substr(0, remote.rfind(':'));
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return user_ip == "$remote_ip" ? std::string(address) : anonymised(address);
}

void append_occurrence(const Occurrence& occurrence, Batch& batch) {
  const ItemReport& report = occurrence.report;
  // The vendor's official time is that of arrival: browsers send none, and clients' clocks are wrong (0.8).
  const UnixNanos time = occurrence.received;
  const Origin origin{.protocol = kProtocol,
                      .environment = kHoneycombEnvironment,
                      .dataset = "",
                      .service = occurrence.project.name,
                      .resource = "",
                      .scope = "",
                      .received = occurrence.received};
  OccurrenceColumns& rows = batch.occurrences;
  rows.attributes.use_dataset(kHoneycombEnvironment, "");
  rows.origin.add(time, origin);
  rows.trace.add(report.trace_id, report.span_id);
  rows.occurrence_id.add(occurrence_hash(occurrence.project.id, report.uuid));
  rows.time.add(time.value);
  rows.level.add(occurrence.placed.level);
  rows.language.add(report.language);
  rows.exception_type.add(report.exception_type);
  rows.exception_message.add(report.exception_message);
  rows.stacktrace.add(report.stacktrace);
  rows.escaped.add(false);
  rows.sample_rate.add(1);
  add_attributes(occurrence, rows.attributes);

  DocumentColumns& documents = batch.documents;
  documents.origin.add(time, origin);
  documents.trace.add(report.trace_id, report.span_id);
  documents.time.add(time.value);
  documents.kind.add(kDocumentKind);
  documents.key.add(document_key(occurrence.project.id, report.uuid));
  documents.document.add(report.document);
}

}  // namespace tetrascope::rollbar
