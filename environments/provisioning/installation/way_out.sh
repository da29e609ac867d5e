# The way out of this machine is the customer's proxy: for Systems Manager, without which nobody reaches it, and for packages.
for unit in amazon-ssm-agent snap.amazon-ssm-agent.amazon-ssm-agent; do
  mkdir -p "/etc/systemd/system/$unit.service.d"
  printf '[Service]\nEnvironment="http_proxy=%s" "https_proxy=%s" "no_proxy=%s"\n' "$proxy" "$proxy" "$direct" \
    >"/etc/systemd/system/$unit.service.d/proxy.conf"
done
if [ -d "/etc/apt" ]; then
  printf 'Acquire::http::Proxy "%s";\nAcquire::https::Proxy "%s";\n' "$proxy" "$proxy" >"/etc/apt/apt.conf.d/95proxy"
else
  sed -i '/^proxy *=/d' "/etc/dnf/dnf.conf"
  printf 'proxy=%s\n' "$proxy" >>"/etc/dnf/dnf.conf"
fi
systemctl daemon-reload
