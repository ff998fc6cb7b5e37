#!/usr/bin/env bash
# so-hub tells Prometheus what it has and does, and says that it lives.
. "$(dirname "$0")/lib.sh"
need curl

start hub so-hub --store store --metrics 127.0.0.1:0
url=$(sed -n 's|.*\(http://[0-9.:]*\)/metrics.*|\1|p' hub.log)
so-ctl --persistent set /chat board x 1
so-ctl set /chat board x 1
exits 8 so-ctl get /chat nosuch
curl -fsS "$url/metrics" >metrics
for line in 'scopewire_build_info{tool="so-hub"' 'scopewire_hub_scopes 1' 'scopewire_hub_objects 1' \
  'scopewire_hub_requests_total{kind="change"} 2' 'scopewire_hub_changes_total{status="ok"} 1' \
  'scopewire_hub_changes_total{status="noop"} 1' 'scopewire_hub_refusals_total{code="not_found"} 1' \
  'scopewire_store_commits_total{result="failed"} 0' 'scopewire_bus_frames_total{direction="in"}'; do
  contains metrics "$line"
done
expect ok curl -fsS "$url/healthz"
exits 22 curl -fsS "$url/nothing"
# Not for everybody unless somebody says so.
exits 2 so-hub --hub "ipc://$work/other" --metrics 0.0.0.0:0
contains err allow-anonymous
