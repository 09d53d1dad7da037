#include "slices/xray/trace_model.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include "model/members.h"

namespace tetrascope::xray {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Complete beats in progress, then the later one (2.10 rule 1).
bool better(const StoredDocument& a, const StoredDocument& b) {
  const bool a_complete = !is_in_progress(a.body), b_complete = !is_in_progress(b.body);
  if (a_complete != b_complete) return a_complete;
  if (a.foreign != b.foreign) return !a.foreign;
  return a.received > b.received;
}

bool is_own_subsegment(const StoredDocument& document) {
  return document.foreign ? !document.is_segment : text_at(document.body, {"type"}) == "subsegment";
}

void fill(Part& part, const Value& body) {
  part.body = &body;
  part.name = text_at(body, {"name"});
  part.space = text_at(body, {"namespace"});
  part.origin = text_at(body, {"origin"});
  part.outcome = outcome_of(body);
  part.in_progress = is_in_progress(body);
  part.start = seconds_at(body, "start_time").value_or(0);
  part.end = part.in_progress ? part.start : std::max(part.start, seconds_at(body, "end_time").value_or(part.start));
}

/// An id for what no client named: the same each time it is asked for.
std::string derived_id(std::string_view from) {
  const auto halves = stable_hash(std::string("inferred ") + std::string(from));
  return to_hex(std::string_view(reinterpret_cast<const char*>(halves.data()), 8));
}

bool says_traced(const Value& body) {
  return flag_at(body, {"traced"}) || flag_at(body, {"http", "request", "traced"});
}

/// Origin of the inferred segment of an AWS call (3.2).
std::string inferred_origin(const Value& call) {
  const std::string_view space = text_at(call, {"namespace"});
  if (member(call, "sql") != nullptr) return "Database::SQL";
  if (space != "aws") return {};
  const std::string_view name = text_at(call, {"name"});
  if (name.contains(' ')) return "AWS::Unknown";
  const std::string service = lower(name);
  if (service == "dynamodb" && !text_at(call, {"aws", "table_name"}).empty()) return "AWS::DynamoDB::Table";
  if (service == "sqs" && !text_at(call, {"aws", "queue_url"}).empty()) return "AWS::SQS::Queue";
  if (service == "dynamodb") return "AWS::DynamoDB";
  return "AWS::" + std::string(name);
}

/// Of a larger trace, who reports the same request is not looked for: each is compared with each.
constexpr std::size_t kMaxCompared = 2'000;

bool overlap(const Part& a, const Part& b) { return a.start <= b.end && b.start <= a.end; }

}  // namespace

Trace::Trace(const TraceId& id, std::vector<StoredDocument> documents)
    : id_(id), documents_(std::make_move_iterator(documents.begin()), std::make_move_iterator(documents.end())) {
  choose_documents();
  attach_subsegments();
  find_callers();
  find_twins();
  infer();
  find_inferred_twins();
  find_root();
}

void Trace::choose_documents() {
  std::map<std::string, const StoredDocument*> chosen;
  for (const StoredDocument& document : documents_) {
    const StoredDocument*& best = chosen[lower(text_at(document.body, {"id"}))];
    if (best == nullptr || better(document, *best)) best = &document;
  }
  // Segments first: what they embed is then known when subsegments of their own come.
  std::vector<const StoredDocument*> ordered;
  for (const bool own_subsegments : {false, true}) {
    for (const auto& [key, document] : chosen) {
      if (is_own_subsegment(*document) == own_subsegments) ordered.push_back(document);
    }
  }
  for (const StoredDocument* document : ordered) {
    const bool own_subsegment = is_own_subsegment(*document);
    if (own_subsegment) {
      const auto known = by_id_.find(lower(text_at(document->body, {"id"})));
      if (known != by_id_.end()) {  // embedded and on its own: the complete one counts, children are united (rule 4)
        Part& part = *known->second;
        if (part.in_progress) fill(part, document->body);
        embed(part);
        continue;
      }
    }
    Part& part = add(document->body, document, nullptr);
    part.is_segment = !own_subsegment;
    part.foreign = document->foreign;
    (own_subsegment ? independent_ : segments_).push_back(&part);
    embed(part);
  }
}

Part& Trace::add(const Value& body, const StoredDocument* document, Part* parent) {
  Part& part = parts_.emplace_back();
  fill(part, body);
  part.id = lower(text_at(body, {"id"}));
  part.parent_id = parent != nullptr ? parent->id : lower(text_at(body, {"parent_id"}));
  part.document = document;
  part.parent = parent;
  if (parent != nullptr) parent->children.push_back(&part);
  by_id_.try_emplace(part.id, &part);
  return part;
}

void Trace::embed(Part& part) {
  const Array* subsegments = array_at(*part.body, {"subsegments"});
  if (subsegments == nullptr) return;
  for (const Value& subsegment : *subsegments) {
    const std::string id = lower(text_at(subsegment, {"id"}));
    if (!is_segment_id(id) || by_id_.contains(id)) continue;
    embed(add(subsegment, nullptr, &part));
  }
}

void Trace::attach_subsegments() {
  for (Part* part : std::exchange(independent_, {})) {
    const auto found = by_id_.find(part->parent_id);
    Part* parent = found == by_id_.end() || found->second == part ? nullptr : found->second;
    const bool other_service =
        part->foreign && (parent == nullptr || (parent->document != nullptr && parent->foreign &&
                                                parent->document->service != part->document->service));
    if (other_service) {
      part->is_segment = true;
      if (!part->document->service.empty()) part->name = part->document->service;
      segments_.push_back(part);
    } else if (parent == nullptr) {
      orphans_.push_back(part);
    } else {
      part->parent = parent;
      parent->children.push_back(part);
    }
  }
  bound_depth();
  for (Part& part : parts_) {
    Part* top = &part;
    while (!top->is_segment && top->parent != nullptr) top = top->parent;
    part.owner = top->is_segment ? top : nullptr;
  }
  const auto by_time = [](const Part* a, const Part* b) {
    return std::pair(a->start, std::string_view(a->id)) < std::pair(b->start, std::string_view(b->id));
  };
  std::ranges::sort(segments_, by_time);
  std::ranges::sort(orphans_, by_time);
  bool first = true;
  for (const Part& part : parts_) {
    start_ = first ? part.start : std::min(start_, part.start);
    end_ = first ? part.end : std::max(end_, part.end);
    first = false;
  }
}

/// Clients can send anything: circles of subsegments are opened, and chains that are too long for recursion cut.
void Trace::bound_depth() {
  constexpr int kMaxDepth = 200;
  std::map<const Part*, int> depths;
  std::vector<Part*> open(segments_.begin(), segments_.end());
  open.insert(open.end(), orphans_.begin(), orphans_.end());
  for (Part* top : open) depths[top] = 0;
  const auto walk = [&] {
    while (!open.empty()) {
      Part* part = open.back();
      open.pop_back();
      const bool deepest = depths[part] == kMaxDepth;
      for (Part* child : part->children) {
        if (!depths.try_emplace(child, deepest ? 0 : depths[part] + 1).second) continue;
        if (deepest) {
          child->parent = nullptr;
          orphans_.push_back(child);
        }
        open.push_back(child);
      }
      if (deepest) part->children.clear();
    }
  };
  walk();
  for (Part& part : parts_) {
    if (depths.contains(&part)) continue;
    if (part.parent != nullptr) std::erase(part.parent->children, &part);
    part.parent = nullptr;
    depths[&part] = 0;
    orphans_.push_back(&part);
    open.push_back(&part);
    walk();
  }
}

void Trace::find_callers() {
  for (Part* segment : segments_) {
    const auto found = by_id_.find(segment->parent_id);
    if (segment->parent_id.empty() || found == by_id_.end() || found->second == segment) continue;
    segment->caller = found->second;
    found->second->called.push_back(segment);
  }
}

/// A span of another SDK that reports the same request: of the same service, at the same time. Of several segments the
/// one that began closest counts for it.
void Trace::find_twins() {
  if (segments_.size() > kMaxCompared) return;
  for (Part* span : segments_) {
    if (!span->foreign) continue;
    for (Part* segment : segments_) {
      if (segment->foreign || segment->name != span->name || !overlap(*segment, *span)) continue;
      const auto distance = [&](const Part& one) { return std::abs(one.start - span->start); };
      if (span->twin == nullptr || distance(*segment) < distance(*span->twin)) span->twin = segment;
    }
  }
}

void Trace::infer() {
  std::vector<Part*> calls;
  for (Part& part : parts_) {
    if (!part.is_segment && part.is_call() && part.called.empty() && part.owner != nullptr && !says_traced(*part.body))
      calls.push_back(&part);
  }
  for (Part* call : calls) {
    Object body{{"id", Value(derived_id(call->id))}, {"name", Value(call->name)}};
    for (const std::string_view name : {"start_time", "end_time", "in_progress"}) {
      if (const Value* value = member(*call->body, name)) body.emplace_back(std::string(name), *value);
    }
    body.emplace_back("parent_id", Value(call->id));
    body.emplace_back("trace_id", Value(xray_trace_id(id_)));
    body.emplace_back("inferred", Value(true));
    for (const std::string_view name : {"http", "aws", "sql", "error", "throttle", "fault", "cause"}) {
      if (const Value* value = member(*call->body, name)) body.emplace_back(std::string(name), *value);
    }
    put_text(body, "origin", inferred_origin(*call->body));
    Part& segment = add(made_.emplace_back(std::move(body)), nullptr, nullptr);
    segment.is_segment = segment.inferred = true;
    segment.owner = &segment;
    segment.caller = call;
    segment.foreign = call->foreign;
    call->called.push_back(&segment);
    segments_.push_back(&segment);
  }
}

/// A call that both SDKs of a request report is one call.
void Trace::find_inferred_twins() {
  if (segments_.size() > kMaxCompared) return;
  for (Part* span : segments_) {
    if (!span->inferred || !span->foreign || span->caller->owner->twin == nullptr) continue;
    const auto same = std::ranges::find_if(segments_, [&](const Part* other) {
      return other->inferred && !other->foreign && other->caller->owner == span->caller->owner->twin &&
             node_name(*other) == node_name(*span) && overlap(*other, *span);
    });
    if (same != segments_.end()) span->twin = *same;
  }
}

void Trace::find_root() {
  for (const Part* segment : segments_) {
    if (segment->caller == nullptr && !segment->twin && !segment->inferred) {
      root_ = segment;
      return;
    }
  }
  root_ = segments_.empty() ? nullptr : segments_.front();
}

const Part* Trace::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

bool Trace::partial() const {
  if (root_ == nullptr || !orphans_.empty()) return true;
  return std::ranges::any_of(parts_, [](const Part& part) {
    return part.in_progress || (part.is_call() && !part.is_segment && part.called.empty() && says_traced(*part.body));
  });
}

std::string node_name(const Part& segment) {
  if (!segment.inferred) return segment.name;
  if (segment.origin == "AWS::DynamoDB::Table") return std::string(text_at(*segment.body, {"aws", "table_name"}));
  if (segment.origin == "AWS::SQS::Queue") return std::string(text_at(*segment.body, {"aws", "queue_url"}));
  const std::string_view function = text_at(*segment.body, {"aws", "function_name"});
  if (segment.origin == "AWS::Lambda" && !function.empty()) return std::string(function);
  return segment.name;
}

std::string node_type(const Part& segment) {
  if (segment.inferred && segment.origin.empty()) return "remote";
  return segment.origin;
}

namespace {

Value nested(const Part& part);

/// The part's own members, and what came to it beside its document.
Object with_children(const Part& part) {
  Object object;
  if (const auto* members = part.body->as<Object>()) {
    for (const auto& [name, value] : *members) {
      if (name != "subsegments") object.emplace_back(name, value);
    }
  }
  Array children;
  for (const Part* child : part.children) {
    if (!child->is_segment) children.push_back(nested(*child));
  }
  if (!children.empty()) object.emplace_back("subsegments", Value(std::move(children)));
  return object;
}

/// Nested subsegments lose what only documents of their own need (2.10 rule 5).
Value nested(const Part& part) {
  Object object = with_children(part);
  std::erase_if(object, [](const auto& one) {
    return one.first == "trace_id" || one.first == "parent_id" || one.first == "type";
  });
  return Value(std::move(object));
}

bool all_embedded(const Part& part) {
  return std::ranges::all_of(part.children,
                             [](const Part* child) { return child->document == nullptr && all_embedded(*child); });
}

}  // namespace

std::string document_of(const Trace& trace, const Part& segment) {
  if (segment.document != nullptr && !segment.document->text.empty() && all_embedded(segment))
    return segment.document->text;
  Object object = with_children(segment);
  set_member(object, "trace_id", Value(xray_trace_id(trace.id())));
  if (segment.foreign && segment.is_segment && !segment.inferred) {
    set_member(object, "name", Value(segment.name));
    std::erase_if(object, [](const auto& one) { return one.first == "type"; });
  }
  return to_plain_json(Value(std::move(object)));
}

}  // namespace tetrascope::xray
