#!/bin/bash
# Asks a console on its own machine and says its HTTP status; whatever is not an answer of a working server is a failure.
set -uo pipefail
status="$(curl -sko /dev/null --max-time 20 -w '%{http_code}' --resolve "$PRODUCT_HOSTNAME:$CONSOLE_PORT:127.0.0.1" \
  "https://$PRODUCT_HOSTNAME:$CONSOLE_PORT$CONSOLE_PATH")"
echo "HTTP $status"
[ "$status" -ge 200 ] && [ "$status" -lt 500 ] && [ "$status" -ne 404 ]
