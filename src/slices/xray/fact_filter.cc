#include "slices/xray/fact_filter.h"

#include <algorithm>
#include <utility>

namespace tetrascope::xray {
namespace {

const ServiceTerm* service_of(const Filter& filter) { return std::get_if<ServiceTerm>(&filter.node); }

void collect_names(const Filter& filter, std::vector<std::string>& names) {
  if (const auto* junction = std::get_if<Junction>(&filter.node)) {
    for (const FilterPtr& part : junction->parts) collect_names(*part, names);
  } else if (const auto* negation = std::get_if<Negation>(&filter.node)) {
    collect_names(*negation->inner, names);
  } else if (const auto* service = service_of(filter)) {
    names.push_back(*service->node.name);
  }
}

}  // namespace

bool FactFilter::is_enough(const Filter& filter) {
  if (const auto* junction = std::get_if<Junction>(&filter.node))
    return std::ranges::all_of(junction->parts, [](const FilterPtr& part) { return is_enough(*part); });
  if (const auto* negation = std::get_if<Negation>(&filter.node)) return is_enough(*negation->inner);
  const auto* service = service_of(filter);
  return service != nullptr && !service->block && service->node.name && !service->node.type && !service->node.account;
}

FactFilter::FactFilter(const Filter& filter, FactSink& sink) : filter_(filter), sink_(sink) {
  collect_names(filter, names_);
}

/// Terms are counted as they come, whether they are asked or not.
bool FactFilter::fits(const Filter& filter, std::size_t& term) const {
  if (const auto* junction = std::get_if<Junction>(&filter.node)) {
    bool any = false, all = true;
    for (const FilterPtr& part : junction->parts) {
      const bool one = fits(*part, term);
      any = any || one;
      all = all && one;
    }
    return junction->all ? all : any;
  }
  if (const auto* negation = std::get_if<Negation>(&filter.node)) return !fits(*negation->inner, term);
  return found_[term++];
}

void FactFilter::add(const Places& places, double base, std::span<const Fact> facts) {
  if (std::exchange(places_, &places) != &places) terms_.clear();
  if (terms_.size() < places.size()) terms_.resize(places.size());
  found_.assign(names_.size(), false);
  for (const Fact& fact : facts) {
    auto& terms = terms_[fact.place];
    if (!terms) {
      terms.emplace();
      const Place& place = places.at(fact.place);
      for (std::size_t i = 0; i < names_.size(); ++i) {
        if (place.kind == Place::Kind::kRequest && place.to.first == names_[i]) terms->push_back(i);
      }
    }
    for (const std::size_t term : *terms) found_[term] = true;
  }
  std::size_t term = 0;
  if (fits(filter_, term)) sink_.add(places, base, facts);
}

}  // namespace tetrascope::xray
