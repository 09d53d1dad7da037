#include "model/attribute_columns.h"

#include <algorithm>
#include <utility>

namespace tetrascope {
namespace {

/// Levels of a map whose leaves get keys of their own; what lies deeper is one JSON text.
constexpr int kLeafDepth = 5;

}  // namespace

void AttributeColumns::use_layout(AttributeLayoutPtr layout) {
  layout_ = std::move(layout);
  columns_.clear();
  for (const AttributeColumn& column : layout_->columns()) columns_.emplace_back(column);
}

void AttributeColumns::use_dataset(std::string_view environment, std::string_view dataset) {
  const Dataset& present = datasets_[dataset_];
  if (present.environment == environment && present.name == dataset) return;
  std::string place(environment);
  place.append(1, '\0').append(dataset);
  const auto known = dataset_numbers_.find(place);
  if (known != dataset_numbers_.end()) {
    dataset_ = known->second;
  } else if (datasets_.size() > kMaxFields) {
    dataset_ = 0;
  } else {
    dataset_ = static_cast<std::uint32_t>(datasets_.size());
    datasets_.push_back({std::string(environment), std::string(dataset)});
    dataset_numbers_.emplace(std::move(place), dataset_);
  }
}

void AttributeColumns::note(FieldType type, std::uint32_t key) {
  if (dataset_ == 0 || seen_.size() > kMaxFields) return;
  // 200,001 datasets need 18 bits, five types three.
  seen_.insert((std::uint64_t{dataset_} << 35) | (static_cast<std::uint64_t>(type) << 32) | key);
}

void AttributeColumns::add(std::string_view key, const Value& value) {
  if (const auto* text = value.as<std::string>()) return add_string(key, *text);
  if (const auto* integer = value.as<std::int64_t>()) return add_int(key, *integer);
  if (const auto* number = value.as<double>()) return add_double(key, *number);
  if (const auto* flag = value.as<bool>()) return add_bool(key, *flag);
  add_json(key, to_json(value));
  if (const auto* object = value.as<Object>()) {
    std::string path(key);
    add_leaves(path, *object, 1);
  }
}

void AttributeColumns::add_leaves(std::string& key, const Object& object, int depth) {
  const std::size_t length = key.size();
  for (const auto& [name, value] : object) {
    key.append(".").append(name);
    const auto* inner = value.as<Object>();
    if (inner != nullptr && depth < kLeafDepth) {
      add_leaves(key, *inner, depth + 1);
    } else if (inner != nullptr) {
      add_json(key, to_json(value));
    } else if (!value.missing()) {
      add(key, value);
    }
    key.resize(length);
  }
}

void AttributeColumns::end_row() {
  strings.end_row();
  ints.end_row();
  doubles.end_row();
  bools.end_row();
  jsons.end_row();
}

void AttributeColumns::collect(FieldSightings& out) const {
  for (std::size_t i = 1; i < datasets_.size(); ++i) {
    out.push_back({datasets_[i].environment, datasets_[i].name, FieldLevel::kItem, "", FieldType::kString});
  }
  std::vector<std::uint64_t> places(seen_.begin(), seen_.end());
  std::ranges::sort(places);
  for (const std::uint64_t place : places) {
    const Dataset& dataset = datasets_[place >> 35];
    const auto type = static_cast<std::size_t>((place >> 32) & 7U);
    const std::string_view key = keys_[type].dictionary.at(static_cast<std::uint32_t>(place));
    if (key.size() > kMaxFieldKey) continue;
    out.push_back(
        {dataset.environment, dataset.name, FieldLevel::kItem, std::string(key), static_cast<FieldType>(type)});
  }
}

}  // namespace tetrascope
