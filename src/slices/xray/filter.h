#pragma once
// X-Ray's filter expressions as a tree (dossier xray 5). Bounded in depth and size; what is said where is checked while
// parsing, so that a tree that came out can be evaluated.

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/value.h"

namespace tetrascope::xray {

inline constexpr std::size_t kMaxFilterBytes = 2'000;
inline constexpr int kMaxFilterDepth = 50;

/// What a keyword is asked of.
enum class FilterScope { kTrace, kService, kEdge, kCauseService, kCauseEntity, kCauseException };

enum class Keyword {
  // true or false
  kOk,
  kError,
  kThrottle,
  kFault,
  kPartial,
  kInferred,
  kFirst,
  kLast,
  kRemote,
  kRoot,
  // numbers
  kResponseTime,
  kDuration,
  kHttpStatus,
  kIndex,
  kCoverage,
  // text
  kHttpUrl,
  kHttpMethod,
  kHttpUserAgent,
  kHttpClientIp,
  kUser,
  kName,
  kType,
  kMessage,
  kAvailabilityZone,
  kInstanceId,
  kResourceArn,
  kAccountId,
  kAnnotation,
};

enum class FilterOp { kIsSet, kEq, kNe, kLt, kLe, kGt, kGe, kContains, kBeginsWith, kEndsWith };
/// kIsSet has none.
using FilterLiteral = std::variant<std::monostate, bool, double, std::string>;

struct Filter;
using FilterPtr = std::shared_ptr<const Filter>;

struct Comparison {
  Keyword keyword = Keyword::kOk;
  std::string key;  ///< of kAnnotation
  FilterOp op = FilterOp::kIsSet;
  FilterLiteral literal;
};
/// Which nodes: all members that are set must fit; none set fits every node.
struct NodeMatch {
  std::optional<std::string> name, type, account;
};
struct ServiceTerm {
  NodeMatch node;
  FilterPtr block;  ///< null: the node is there
};
struct EdgeTerm {
  NodeMatch from, to;
  FilterPtr block;
};
enum class CauseKind { kFault, kError, kResponseTime };
enum class CausePart { kService, kEntity, kException };
struct CauseTerm {
  CauseKind kind = CauseKind::kFault;
  CausePart part = CausePart::kService;
  FilterPtr block;
};
/// A root cause that looks like this: members that are left out fit everything.
struct CauseShape {
  std::optional<CauseKind> kind;
  Value shape;
  bool differs = false;
};
struct GroupTerm {
  bool by_arn = false;
  bool differs = false;
  std::string text;
};
struct Junction {
  bool all = true;  ///< AND, else OR
  std::vector<FilterPtr> parts;
};
struct Negation {
  FilterPtr inner;
};

struct Filter {
  std::variant<Comparison, ServiceTerm, EdgeTerm, CauseTerm, CauseShape, GroupTerm, Junction, Negation> node;
};

/// The message speaks of the expression: `Invalid filter expression: unexpected 'x' at position 4`.
std::expected<FilterPtr, std::string> parse_filter(std::string_view text);

/// EntitySelectorExpression: one service(…), edge(…) or id(…), and nothing else (3.6).
std::expected<FilterPtr, std::string> parse_entity_selector(std::string_view text);

}  // namespace tetrascope::xray
