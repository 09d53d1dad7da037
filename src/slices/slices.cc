#include "slices/aws/sts_slice.h"
#include "slices/cloudwatch_logs/cloudwatch_logs_slice.h"
#include "slices/honeycomb/honeycomb_slice.h"
#include "slices/otlp/otlp_slice.h"
#include "slices/rollbar/rollbar_slice.h"
#include "slices/ui/ui_slice.h"
#include "slices/xray/xray_slice.h"

namespace tetrascope {

std::vector<Slice> all_slices(const MiddleOf& middle_of) {
  std::vector<Slice> slices;
  slices.push_back(make_honeycomb_slice(middle_of("honeycomb")));
  slices.push_back(make_cloudwatch_logs_slice(middle_of("cloudwatch_logs")));
  slices.push_back(make_sts_slice(middle_of("sts")));
  slices.push_back(make_rollbar_slice(middle_of("rollbar")));
  slices.push_back(make_xray_slice(middle_of("xray")));
  // Asked last for what is posted to `/`: OTLP says where its endpoints are, the page takes what nobody else does.
  slices.push_back(make_otlp_slice(middle_of("otlp")));
  slices.push_back(make_ui_slice(middle_of("page")));
  return slices;
}

}  // namespace tetrascope
