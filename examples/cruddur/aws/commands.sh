#!/usr/bin/env bash
# The document's commands of the AWS CLI, word for word: only AWS_ENDPOINT_URL says where they go. Run it once: like AWS, a
# server that has the group and the rule refuses to make them again.
#
#   AWS_ENDPOINT_URL=http://localhost:4318 aws/commands.sh [create|look]     both when none is named
#
# A region and any key are needed by the CLI itself: AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any
set -euo pipefail
cd "$(dirname "$0")/.."
export AWS_PAGER=

create() {
  aws xray create-group \
   --group-name "Cruddur" \
   --filter-expression "service(\"backend-flask\")"

  aws xray create-sampling-rule --cli-input-json file://aws/json/xray.json
}

look() {
  EPOCH=$(date +%s)
  # shellcheck disable=SC2004,SC2086 # word for word
  aws xray get-service-graph --start-time $(($EPOCH-600)) --end-time $EPOCH
}

case "${1:-both}" in
  create) create ;;
  look) look ;;
  both)
    create
    look
    ;;
  *) echo "usage: aws/commands.sh [create|look]" >&2 && exit 2 ;;
esac
