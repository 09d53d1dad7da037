#pragma once
// One trace put together from its documents: segments with the subsegments below them, who called whom, and the
// inferred segments of calls that nobody answered for (dossier xray 2.10, 3.3).

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/value.h"
#include "slices/xray/segment.h"

namespace tetrascope::xray {

/// A document as it was read back from the store.
struct StoredDocument {
  std::string text;  ///< bytes as sent; "" for a span of another protocol
  Value body;        ///< parsed, or made of the span
  UnixNanos received;
  UnixNanos time;        ///< its start, as the store has it
  bool foreign = false;  ///< made of a span of another protocol
  /// Of a foreign span: SERVER, or without parent. Any other is a segment too when its parent is of another service.
  bool is_segment = false;
  std::string service;  ///< of a foreign span
};

/// A segment or subsegment.
struct Part {
  std::string id, parent_id, name, space, origin;
  double start = 0, end = 0;  ///< epoch seconds; of one in progress they are the same
  Outcome outcome;
  bool in_progress = false;
  bool is_segment = false;
  bool inferred = false;
  bool foreign = false;
  Part* twin = nullptr;                      ///< the segment that reports the same request and counts for this one
  const Value* body = nullptr;               ///< its members; subsegments of its own are only in `children`
  const StoredDocument* document = nullptr;  ///< null for what is embedded or inferred
  Part* parent = nullptr;                    ///< the part around it
  Part* owner = nullptr;                     ///< the segment that it belongs to, itself for a segment; null for orphans
  Part* caller = nullptr;                    ///< of a segment: the part that called it
  std::vector<Part*> children;
  std::vector<Part*> called;  ///< segments that name it as their parent, inferred ones too

  [[nodiscard]] double duration() const { return end > start ? end - start : 0; }
  [[nodiscard]] bool is_call() const { return space == "aws" || space == "remote"; }
};

class Trace {
 public:
  Trace(const TraceId& id, std::vector<StoredDocument> documents);
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  [[nodiscard]] const TraceId& id() const { return id_; }
  /// Real ones first, by start and id; then the inferred.
  [[nodiscard]] const std::vector<Part*>& segments() const { return segments_; }
  /// Subsegments whose parent has not come.
  [[nodiscard]] const std::vector<Part*>& orphans() const { return orphans_; }
  [[nodiscard]] const std::deque<Part>& parts() const { return parts_; }
  /// The first segment without caller; null when there is no segment.
  [[nodiscard]] const Part* root() const { return root_; }
  [[nodiscard]] double start() const { return start_; }
  [[nodiscard]] double end() const { return end_; }
  [[nodiscard]] bool partial() const;
  /// Null when there is none.
  [[nodiscard]] const Part* find(std::string_view id) const;
  [[nodiscard]] const std::deque<StoredDocument>& documents() const { return documents_; }

 private:
  void choose_documents();
  Part& add(const Value& body, const StoredDocument* document, Part* parent);
  void embed(Part& part);
  void attach_subsegments();
  void bound_depth();
  void find_callers();
  void find_twins();
  void infer();
  void find_inferred_twins();
  void find_root();

  TraceId id_;
  std::deque<StoredDocument> documents_;
  std::deque<Part> parts_;
  std::deque<Value> made_;  ///< bodies of inferred segments
  std::map<std::string, Part*, std::less<>> by_id_;
  std::vector<Part*> segments_, orphans_, independent_;
  const Part* root_ = nullptr;
  double start_ = 0, end_ = 0;
};

/// Type and name of the node that a part stands for (3.2): "" where X-Ray gives none.
std::string node_name(const Part& segment);
std::string node_type(const Part& segment);

/// The document of an entry of BatchGetTraces: the bytes as sent, unless subsegments came beside it.
std::string document_of(const Trace& trace, const Part& segment);

}  // namespace tetrascope::xray
