#include "slices/xray/filter_match.h"

#include <algorithm>

#include "slices/xray/document_number.h"

namespace tetrascope::xray {
namespace {

using Found = FilterLiteral;  ///< std::monostate: absent

bool compare(const Comparison& wanted, const Found& found) {
  if (std::holds_alternative<std::monostate>(found)) return false;
  if (wanted.op == FilterOp::kIsSet) {
    const auto* flag = std::get_if<bool>(&found);
    return flag == nullptr || *flag;
  }
  if (found.index() != wanted.literal.index()) return false;
  const auto order = [&](const auto& a, const auto& b) {
    switch (wanted.op) {
      case FilterOp::kEq:
        return a == b;
      case FilterOp::kNe:
        return a != b;
      case FilterOp::kLt:
        return a < b;
      case FilterOp::kLe:
        return a <= b;
      case FilterOp::kGt:
        return a > b;
      case FilterOp::kGe:
        return a >= b;
      default:
        return false;
    }
  };
  if (const auto* flag = std::get_if<bool>(&found)) return order(*flag, std::get<bool>(wanted.literal));
  if (const auto* number = std::get_if<double>(&found)) return order(*number, std::get<double>(wanted.literal));
  const auto& text = std::get<std::string>(found);
  const auto& part = std::get<std::string>(wanted.literal);
  if (wanted.op == FilterOp::kContains) return text.contains(part);
  if (wanted.op == FilterOp::kBeginsWith) return text.starts_with(part);
  if (wanted.op == FilterOp::kEndsWith) return text.ends_with(part);
  return order(text, part);
}

Found found_text(std::string_view value) { return value.empty() ? Found{} : Found{std::string(value)}; }
Found found_number(std::optional<double> value) { return value ? Found{*value} : Found{}; }

/// Keywords that read one segment or subsegment.
Found of_part(const Comparison& wanted, const Part& part, const std::string& account) {
  const Value& body = *part.body;
  switch (wanted.keyword) {
    case Keyword::kOk:
      return part.outcome.ok();
    case Keyword::kError:
      return part.outcome.error;
    case Keyword::kThrottle:
      return part.outcome.throttle;
    case Keyword::kFault:
      return part.outcome.fault;
    case Keyword::kPartial:
      return part.in_progress;
    case Keyword::kInferred:
      return part.inferred;
    case Keyword::kRoot:
      return part.is_segment && part.caller == nullptr;
    case Keyword::kResponseTime:
    case Keyword::kDuration:
      return part.in_progress ? Found{} : Found{part.duration()};
    case Keyword::kHttpStatus:
      return found_number(number_at(body, {"http", "response", "status"}));
    case Keyword::kHttpUrl:
      return found_text(text_at(body, {"http", "request", "url"}));
    case Keyword::kHttpMethod:
      return found_text(text_at(body, {"http", "request", "method"}));
    case Keyword::kHttpUserAgent:
      return found_text(text_at(body, {"http", "request", "user_agent"}));
    case Keyword::kHttpClientIp:
      return found_text(text_at(body, {"http", "request", "client_ip"}));
    case Keyword::kUser:
      return found_text(text_at(body, {"user"}));
    case Keyword::kName:
      return found_text(node_name(part));
    case Keyword::kType:
      return found_text(node_type(part));
    case Keyword::kAvailabilityZone:
      return found_text(text_at(body, {"aws", "ec2", "availability_zone"}));
    case Keyword::kInstanceId:
      return found_text(text_at(body, {"aws", "ec2", "instance_id"}));
    case Keyword::kResourceArn:
      return found_text(text_at(body, {"resource_arn"}));
    case Keyword::kAccountId: {
      const std::string_view own = part.inferred ? std::string_view{} : text_at(body, {"aws", "account_id"});
      return found_text(own.empty() ? std::string_view(account) : own);
    }
    case Keyword::kAnnotation: {
      const Object* annotations = object_at(body, {"annotations"});
      if (annotations == nullptr) return {};
      const auto found = std::ranges::find(*annotations, wanted.key, &Object::value_type::first);
      if (found == annotations->end()) return {};
      if (const auto* flag = found->second.as<bool>()) return *flag;
      if (const auto* value = found->second.as<std::string>()) return *value;
      return found_number(number_of(&found->second));
    }
    default:
      return {};
  }
}

/// An element of a list of a root cause, and its place.
struct Element {
  const CauseService* service = nullptr;
  const CauseEntity* entity = nullptr;
  const CauseException* exception = nullptr;
  std::size_t index = 0, count = 0;
};

class Matcher {
 public:
  Matcher(const Trace& trace, const std::string& account) : trace_(trace), account_(account) {}

  bool of_trace(const Filter& filter) {
    return std::visit([this](const auto& node) { return this->trace_node(node); }, filter.node);
  }

 private:
  /// Junctions and negations are alike everywhere; `leaf` answers comparisons.
  template <class Leaf>
  static bool tree(const Filter& filter, const Leaf& leaf) {
    if (const auto* junction = std::get_if<Junction>(&filter.node)) {
      const auto one = [&](const FilterPtr& part) { return tree(*part, leaf); };
      return junction->all ? std::ranges::all_of(junction->parts, one) : std::ranges::any_of(junction->parts, one);
    }
    if (const auto* negation = std::get_if<Negation>(&filter.node)) return !tree(*negation->inner, leaf);
    const auto* comparison = std::get_if<Comparison>(&filter.node);
    return comparison != nullptr && leaf(*comparison);
  }

  bool trace_node(const Junction& junction) {
    const auto one = [&](const FilterPtr& part) { return of_trace(*part); };
    return junction.all ? std::ranges::all_of(junction.parts, one) : std::ranges::any_of(junction.parts, one);
  }
  bool trace_node(const Negation& negation) { return !of_trace(*negation.inner); }
  static bool trace_node(const GroupTerm& /*term*/) { return false; }  // with_groups() has replaced it

  bool trace_node(const Comparison& wanted) {
    const auto fits_part = [&](const Part& part) { return compare(wanted, of_part(wanted, part, account_)); };
    switch (wanted.keyword) {
      case Keyword::kThrottle:
        return compare(wanted,
                       std::ranges::any_of(trace_.segments(), [](const Part* s) { return s->outcome.throttle; }));
      case Keyword::kPartial:
        return compare(wanted, trace_.partial());
      case Keyword::kInferred:
        return compare(wanted, std::ranges::any_of(trace_.segments(), [](const Part* s) { return s->inferred; }));
      case Keyword::kRoot:
        return compare(wanted, trace_.root() != nullptr);
      case Keyword::kDuration:
        return compare(wanted, trace_.end() - trace_.start());
      case Keyword::kUser:
      case Keyword::kName:
      case Keyword::kType:
      case Keyword::kAvailabilityZone:
      case Keyword::kInstanceId:
      case Keyword::kResourceArn:
      case Keyword::kAccountId:
        return std::ranges::any_of(trace_.segments(), [&](const Part* part) { return fits_part(*part); });
      case Keyword::kAnnotation:
        return std::ranges::any_of(trace_.parts(), fits_part);
      default:
        return trace_.root() != nullptr && compare(wanted, of_part(wanted, *trace_.root(), account_));
    }
  }
  [[nodiscard]] bool is_node(const NodeMatch& match, const Part& segment) const {
    const std::string_view own = segment.inferred ? std::string_view{} : text_at(*segment.body, {"aws", "account_id"});
    return fits(match, node_name(segment), node_type(segment), own.empty() ? account_ : std::string(own));
  }
  /// The client in front of a segment that nobody called.
  [[nodiscard]] bool is_client(const NodeMatch& match, const Part& segment) const {
    return segment.caller == nullptr && !segment.inferred && match.type &&
           fits(match, node_name(segment), "client", account_);
  }
  [[nodiscard]] bool holds(const FilterPtr& block, const Part& part) const {
    return !block ||
           tree(*block, [&](const Comparison& wanted) { return compare(wanted, of_part(wanted, part, account_)); });
  }

  bool trace_node(const ServiceTerm& term) {
    return std::ranges::any_of(trace_.segments(), [&](const Part* segment) {
      return (is_node(term.node, *segment) || is_client(term.node, *segment)) && holds(term.block, *segment);
    });
  }

  bool trace_node(const EdgeTerm& term) {
    return std::ranges::any_of(trace_.segments(), [&](const Part* segment) {
      if (!is_node(term.to, *segment)) return false;
      if (segment->caller == nullptr) return is_client(term.from, *segment) && holds(term.block, *segment);
      const Part* from = segment->caller->owner;
      const Part& record = segment->caller->is_segment ? *segment : *segment->caller;
      return from != nullptr && is_node(term.from, *from) && holds(term.block, record);
    });
  }

  const RootCauses& causes() {
    if (!causes_) causes_ = find_root_causes(trace_);
    return *causes_;
  }

  bool trace_node(const CauseTerm& term) {
    return std::ranges::any_of(causes().of(term.kind), [&](const RootCause& cause) {
      if (!term.block) return true;
      return std::ranges::any_of(elements(cause, term.part), [&](const Element& element) {
        return tree(*term.block,
                    [&](const Comparison& wanted) { return compare(wanted, of_element(wanted, element)); });
      });
    });
  }

  static std::vector<Element> elements(const RootCause& cause, CausePart part) {
    std::vector<Element> out;
    const auto number_from = [&out](std::size_t begin) {
      for (std::size_t i = begin; i < out.size(); ++i) {
        out[i].index = i - begin;
        out[i].count = out.size() - begin;
      }
    };
    if (part == CausePart::kService) {
      for (const CauseService& service : cause.services) out.push_back({.service = &service});
      number_from(0);
      return out;
    }
    for (const CauseService& service : cause.services) {
      const std::size_t of_service = out.size();
      for (const CauseEntity& entity : service.path) {
        if (part == CausePart::kEntity) {
          out.push_back({.entity = &entity});
          continue;
        }
        const std::size_t of_entity = out.size();
        for (const CauseException& exception : entity.exceptions) out.push_back({.exception = &exception});
        number_from(of_entity);
      }
      if (part == CausePart::kEntity) number_from(of_service);
    }
    return out;
  }

  [[nodiscard]] Found of_element(const Comparison& wanted, const Element& element) const {
    switch (wanted.keyword) {
      case Keyword::kFirst:
        return element.index == 0;
      case Keyword::kLast:
        return element.index + 1 == element.count;
      case Keyword::kIndex:
        return static_cast<double>(element.index);
      case Keyword::kName:
        return found_text(element.service != nullptr  ? element.service->name
                          : element.entity != nullptr ? element.entity->name
                                                      : element.exception->type);
      case Keyword::kMessage:
        return element.exception == nullptr ? Found{} : found_text(element.exception->message);
      case Keyword::kType:
        return element.service == nullptr ? Found{} : found_text(element.service->type);
      case Keyword::kInferred:
        return element.service != nullptr && element.service->inferred;
      case Keyword::kRemote:
        return element.entity != nullptr ? element.entity->remote
                                         : element.service != nullptr && element.service->inferred;
      case Keyword::kCoverage:
        return element.entity == nullptr ? Found{} : Found{element.entity->coverage};
      case Keyword::kAccountId:
        return found_text(account_);
      default:
        return {};
    }
  }

  bool trace_node(const CauseShape& shape) {
    const auto looks_so = [&](CauseKind kind) {
      return std::ranges::any_of(causes().of(kind), [&](const RootCause& cause) {
        const Value whole = to_value(cause, kind, account_);
        const auto* wanted = shape.shape.as<Array>();
        return std::ranges::any_of(*wanted, [&](const Value& one) { return resembles(one, whole); });
      });
    };
    const bool found =
        shape.kind ? looks_so(*shape.kind)
                   : looks_so(CauseKind::kFault) || looks_so(CauseKind::kError) || looks_so(CauseKind::kResponseTime);
    return found != shape.differs;
  }

  /// Members that `wanted` leaves out fit everything; lists have equal length and order.
  static bool resembles(const Value& wanted, const Value& found) {
    if (const auto* object = wanted.as<Object>()) {
      return std::ranges::all_of(*object, [&](const auto& one) {
        const Value* there = member(found, one.first);
        return there != nullptr && resembles(one.second, *there);
      });
    }
    if (const auto* list = wanted.as<Array>()) {
      const auto* there = found.as<Array>();
      return there != nullptr && std::ranges::equal(*list, *there, &Matcher::resembles);
    }
    if (const auto a = number_of(&wanted), b = number_of(&found); a && b) return *a == *b;
    return wanted == found;
  }

  const Trace& trace_;
  const std::string& account_;
  std::optional<RootCauses> causes_;
};

constexpr int kMaxGroupDepth = 8;

std::expected<FilterPtr, std::string> replace_groups(const FilterPtr& filter, const GroupLookup& lookup, int depth) {
  if (depth > kMaxGroupDepth + kMaxFilterDepth)
    return std::unexpected("Invalid filter expression: groups name one another");
  if (const auto* junction = std::get_if<Junction>(&filter->node)) {
    Junction out{junction->all, {}};
    for (const FilterPtr& part : junction->parts) {
      auto replaced = replace_groups(part, lookup, depth);
      if (!replaced) return replaced;
      out.parts.push_back(*std::move(replaced));
    }
    return std::make_shared<const Filter>(Filter{std::move(out)});
  }
  if (const auto* negation = std::get_if<Negation>(&filter->node)) {
    auto inner = replace_groups(negation->inner, lookup, depth);
    if (!inner) return inner;
    return std::make_shared<const Filter>(Filter{Negation{*std::move(inner)}});
  }
  const auto* group = std::get_if<GroupTerm>(&filter->node);
  if (group == nullptr) return filter;
  const auto text = lookup(*group);
  if (!text) return std::unexpected("Group not found: " + group->text);
  FilterPtr inner = std::make_shared<const Filter>(Filter{Junction{true, {}}});  // of no filter: everything fits
  if (!text->empty()) {
    auto parsed = parse_filter(*text);
    if (!parsed) return parsed;
    auto replaced = replace_groups(*parsed, lookup, depth + kMaxFilterDepth / kMaxGroupDepth + 1);
    if (!replaced) return replaced;
    inner = *std::move(replaced);
  }
  if (!group->differs) return inner;
  return std::make_shared<const Filter>(Filter{Negation{std::move(inner)}});
}

}  // namespace

bool matches(const Filter& filter, const Trace& trace, const std::string& account) {
  return Matcher(trace, account).of_trace(filter);
}

std::expected<FilterPtr, std::string> with_groups(FilterPtr filter, const GroupLookup& lookup) {
  return replace_groups(filter, lookup, 0);
}

bool fits(const NodeMatch& match, const std::string& name, const std::string& type, const std::string& account) {
  if (match.name && *match.name != name) return false;
  if (match.account && *match.account != account) return false;
  if (!match.type) return true;
  const bool none = match.type->empty() || *match.type == "null" || *match.type == "undefined";
  return none ? type.empty() : *match.type == type;
}

}  // namespace tetrascope::xray
