#include "slices/aws/sts_slice.h"
#include "slices/cloudwatch_logs/cloudwatch_logs_slice.h"
#include "slices/honeycomb/honeycomb_slice.h"
#include "slices/otlp/otlp_slice.h"
#include "slices/rollbar/rollbar_slice.h"
#include "slices/ui/ui_slice.h"
#include "slices/xray/xray_slice.h"

namespace tetrascope {

std::vector<Slice> all_slices(Middle& middle) {
  std::vector<Slice> slices;
  slices.push_back(make_honeycomb_slice(middle));
  slices.push_back(make_cloudwatch_logs_slice(middle));
  slices.push_back(make_sts_slice(middle));
  slices.push_back(make_rollbar_slice(middle));
  slices.push_back(make_xray_slice(middle));
  // Asked last for what is posted to `/`: OTLP says where its endpoints are, the page takes what nobody else does.
  slices.push_back(make_otlp_slice(middle));
  slices.push_back(make_ui_slice(middle));
  return slices;
}

}  // namespace tetrascope
