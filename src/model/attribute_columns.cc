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
    seen_.resize(datasets_.size() * kFieldTypes);
    dataset_numbers_.emplace(std::move(place), dataset_);
  }
}

void AttributeColumns::clear() {
  each(*this, [](const ColumnInfo&, auto& column) { column.clear(); });
  datasets_.resize(1);
  dataset_numbers_.clear();
  dataset_ = 0;
  for (Keys& keys : keys_) keys = Keys{};
  seen_.assign(kFieldTypes, {});
  seen_room_ = kSeenBits;
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

void AttributeColumns::end_row() { others.end_row(); }

void AttributeColumns::collect(FieldSightings& out) const {
  for (std::size_t i = 1; i < datasets_.size(); ++i) {
    out.push_back({datasets_[i].environment, datasets_[i].name, FieldLevel::kItem, "", FieldType::kString});
  }
  for (std::size_t place = kFieldTypes; place < seen_.size(); ++place) {
    const Dataset& dataset = datasets_[place / kFieldTypes];
    const std::size_t type = place % kFieldTypes;
    for (std::uint32_t number = 0; number < seen_[place].size(); ++number) {
      if (!seen_[place][number]) continue;
      const std::string_view key = keys_[type].dictionary.at(number);
      if (key.size() > kMaxFieldKey) continue;
      out.push_back(
          {dataset.environment, dataset.name, FieldLevel::kItem, std::string(key), static_cast<FieldType>(type)});
    }
  }
}

}  // namespace tetrascope
