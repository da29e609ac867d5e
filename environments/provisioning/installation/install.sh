#!/bin/bash
# Installs one product on one machine. Running it again changes nothing, and two at once wait for each other.
set -euo pipefail
umask 027

home="/opt/wso2/$FOLDER"
unit="wso2-$PRODUCT"
done_mark="/opt/wso2/.installed-$PRODUCT"
packages=/var/tmp/wso2-packages

step() { echo "== $*"; }
if [ -n "$WAY_OUT" ]; then
  export http_proxy="$WAY_OUT" https_proxy="$WAY_OUT" no_proxy="$DIRECT"
fi

exec 9>/run/lock/wso2-install
flock 9
if [ "$(cat "$done_mark" 2>/dev/null || true)" = "$MARK" ] && systemctl is-active --quiet "$unit"; then
  step "$PRODUCT $VERSION is installed already"
  exit 0
fi

step "Data volume"
if ! mountpoint -q /opt/wso2; then
  root="$(lsblk -no PKNAME "$(findmnt -no SOURCE /)" | head -n 1)"
  disk=""
  for name in $(lsblk -dno NAME -e 7,11); do
    [ "$name" = "$root" ] || [ "$(lsblk -no NAME "/dev/$name" | wc -l)" -gt 1 ] || disk="/dev/$name"
  done
  [ -n "$disk" ] || { echo "The data volume is not attached." >&2; exit 1; }
  blkid "$disk" >/dev/null || mkfs.ext4 -q "$disk"
  mkdir -p /opt/wso2
  grep -q ' /opt/wso2 ' /etc/fstab ||
    echo "UUID=$(blkid -s UUID -o value "$disk") /opt/wso2 ext4 defaults,nofail 0 2" >>/etc/fstab
  mount /opt/wso2
fi

step "JDK and tools, from the repositories of the system"
if command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update
  apt-get -qy install "openjdk-$JAVA-jdk-headless" postgresql-client chrony unzip jq curl openssl
else
  dnf -qy install "java-$JAVA-openjdk-devel" postgresql chrony unzip jq curl openssl
fi
JAVA_HOME="$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")"
if ! command -v aws >/dev/null; then
  unzip -qo "$packages/common/awscli-exe-linux-x86_64.zip" -d "$packages"
  "$packages/aws/install" --update
fi

step "Time"
clock=/etc/chrony.conf
[ ! -d /etc/chrony ] || clock=/etc/chrony/chrony.conf
echo "$CHRONY_CONF" | base64 -d | install -m 644 /dev/stdin "$clock"
systemctl enable --quiet chrony 2>/dev/null || systemctl enable --quiet chronyd
systemctl restart chrony 2>/dev/null || systemctl restart chronyd

step "User and directories"
id wso2 >/dev/null 2>&1 || useradd --system --shell /usr/sbin/nologin --home-dir /opt/wso2 wso2
if [ ! -d "$home" ]; then
  rm -rf "$home.new"
  unzip -qo "$packages/pack/$FOLDER.zip" -d "$home.new"
  mv "$home.new/$FOLDER" "$home"
  rm -rf "$home.new"
fi
cp "$packages"/common/postgresql-*.jar "$home/$LIBRARIES/"

step "Secrets, read by the machine itself"
secret() { aws secretsmanager get-secret-value --region "$REGION" --secret-id "$1" --query SecretString --output text; }
administrator="$(secret "$ADMINISTRATORS_SECRET" | jq -ce --arg product "$PRODUCT" '.[$product]')"
# A product has a log-in to the database of its own, since RDS changes that of the main user every week. The first machine makes it.
if ! secret "$LOGIN_SECRET" >/dev/null 2>&1; then
  made="$(mktemp)"
  printf '{"username": "%s", "password": "%s"}' "${PRODUCT//-/_}" "$(openssl rand -hex 24)" >"$made"
  aws secretsmanager create-secret --region "$REGION" --name "$LOGIN_SECRET" --secret-string "file://$made" \
    >/dev/null 2>&1 || secret "$LOGIN_SECRET" >/dev/null
  rm -f "$made"
fi
login="$(secret "$LOGIN_SECRET")"
# The first machine of a product makes the keystore; whoever comes later finds it there.
if ! secret "$KEYSTORE_SECRET" >/dev/null 2>&1; then
  made="$(mktemp -d)"
  password="$(openssl rand -hex 24)"
  KEYSTORE_PASSWORD="$password" keytool -genkeypair -storetype PKCS12 -keystore "$made/keystore.p12" -alias environment \
    -keyalg RSA -keysize 3072 -validity 3650 -dname "CN=$PRODUCT_HOSTNAME" -ext "san=dns:$PRODUCT_HOSTNAME" \
    -storepass:env KEYSTORE_PASSWORD
  jq -n --rawfile keystore <(base64 -w 0 "$made/keystore.p12") --arg password "$password" \
    --arg encryption_key "$(openssl rand -hex 16)" '$ARGS.named' >"$made/secret.json"
  aws secretsmanager create-secret --region "$REGION" --name "$KEYSTORE_SECRET" --secret-string "file://$made/secret.json" \
    >/dev/null 2>&1 || secret "$KEYSTORE_SECRET" >/dev/null
  rm -rf "$made"
fi
keystore="$(secret "$KEYSTORE_SECRET")"
jq -r .keystore <<<"$keystore" | base64 -d >"$home/$KEYSTORES/environment.p12"
# The nodes of a product trust each other: they have the same certificate.
export KEYSTORE_PASSWORD TRUST_PASSWORD=wso2carbon
KEYSTORE_PASSWORD="$(jq -r .password <<<"$keystore")"
trust="$home/$KEYSTORES/client-truststore.jks"
keytool -list -keystore "$trust" -storepass:env TRUST_PASSWORD -alias environment >/dev/null 2>&1 ||
  keytool -exportcert -keystore "$home/$KEYSTORES/environment.p12" -storepass:env KEYSTORE_PASSWORD -alias environment |
  keytool -importcert -noprompt -keystore "$trust" -storepass:env TRUST_PASSWORD -alias environment

step "Settings"
echo "$DEPLOYMENT_TOML" | base64 -d >"$home/$CONF/deployment.toml"
token="$(curl -sfX PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')"
address="$(curl -sf http://169.254.169.254/latest/meta-data/local-ipv4 -H "X-aws-ec2-metadata-token: $token")"
peer="$address"
install -d -m 750 /etc/wso2
{
  for pair in ${NODES//,/ }; do
    echo "ADDRESS_$(tr 'a-z-' 'A-Z_' <<<"${pair%%=*}")=${pair#*=}"
    [ "${pair%-*}" != "${NODE%-*}" ] || [ "${pair%%=*}" = "$NODE" ] || peer="${pair#*=}"
  done
  echo "NODE_ADDRESS=$address"
  echo "PEER_ADDRESS=$peer"
  echo "JAVA_HOME=$JAVA_HOME"
  echo "JVM_MEM_OPTS=-Xms${HEAP_MIB}m -Xmx${HEAP_MIB}m"
  echo "JAVA_OPTS=-Dcom.sun.management.jmxremote.port=$JMX_PORT -Dcom.sun.management.jmxremote.host=127.0.0.1" \
    "-Dcom.sun.management.jmxremote.authenticate=false -Dcom.sun.management.jmxremote.ssl=false"
  echo "DATABASE_ADDRESS=$DATABASE_ADDRESS"
  echo "DATABASE_PORT=$DATABASE_PORT"
  jq -r '"DATABASE_USER=\(.username)\nDATABASE_PASSWORD=\(.password)"' <<<"$login"
  jq -r '"ADMINISTRATOR_NAME=\(.user_name)\nADMINISTRATOR_PASSWORD=\(.password)"' <<<"$administrator"
  # The products write it into XML as it is, and systemd takes a backslash for the start of something.
  [ -z "$MAIL_SECRET" ] || secret "$MAIL_SECRET" |
    jq -r '@html "MAIL_USER=\"\(.username | gsub("\\\\"; "\\\\"))\"\nMAIL_PASSWORD=\"\(.password | gsub("\\\\"; "\\\\"))\""'
  jq -r '"KEYSTORE_PASSWORD=\(.password)\nENCRYPTION_KEY=\(.encryption_key)"' <<<"$keystore"
} >"/etc/wso2/$PRODUCT.env"
chmod 600 "/etc/wso2/$PRODUCT.env"
chown -R wso2:wso2 "$home"

step "Databases"
export PGHOST="$DATABASE_ADDRESS" PGPORT="$DATABASE_PORT" PGSSLMODE=require
user="$(jq -r .username <<<"$login")"
password="$(jq -r .password <<<"$login")"
# The main user makes the product's user and its databases, one machine after the other, and is not asked again.
{
  echo 'SELECT pg_advisory_lock(1);'
  echo "SELECT 'CREATE ROLE $user' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$user') \\gexec"
  echo "GRANT $user TO CURRENT_USER; ALTER ROLE $user LOGIN PASSWORD '$password';"
  for each in $DATABASES; do
    name="${each%%:*}"
    echo "SELECT 'CREATE DATABASE $name' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$name') \\gexec"
    echo "ALTER DATABASE $name OWNER TO $user; REVOKE ALL ON DATABASE $name FROM PUBLIC;"
  done
  # What the main user made in them, before products had users of their own.
  for each in $DATABASES; do
    echo "\\connect ${each%%:*}"
    echo 'SELECT pg_advisory_lock(1);'
    echo "SELECT format('ALTER TABLE %I.%I OWNER TO $user', schemaname, tablename)
      FROM pg_tables WHERE schemaname = 'public' AND tableowner <> '$user' \\gexec"
    echo "SELECT format('ALTER SEQUENCE %I.%I OWNER TO $user', schemaname, sequencename)
      FROM pg_sequences WHERE schemaname = 'public' AND sequenceowner <> '$user' \\gexec"
  done
} | {
  main="$(secret "$DATABASE_SECRET")"
  PGUSER="$(jq -r .username <<<"$main")" PGPASSWORD="$(jq -r .password <<<"$main")" \
    psql -qAt -v ON_ERROR_STOP=1 -d postgres >/dev/null
}
export PGUSER="$user" PGPASSWORD="$password"
for each in $DATABASES; do
  # One machine makes the tables; the others wait for it and find them.
  scripts="${each#*:}"
  {
    echo 'SELECT pg_advisory_xact_lock(1);'
    echo "SELECT count(*) = 0 AS empty FROM pg_tables WHERE schemaname = 'public' \\gset"
    echo '\if :empty'
    for script in ${scripts//,/ }; do echo "\\i $home/$script"; done
    echo '\endif'
  } | psql -q1 -v ON_ERROR_STOP=1 -d "${each%%:*}" >/dev/null
done

step "Service"
cat >"/etc/systemd/system/$unit.service" <<UNIT
[Unit]
Description=$PRODUCT $VERSION
After=network-online.target
Wants=network-online.target
RequiresMountsFor=/opt/wso2

[Service]
User=wso2
Group=wso2
EnvironmentFile=/etc/wso2/$PRODUCT.env
ExecStart=/bin/bash $home/$START $PROFILE
Restart=on-failure
SuccessExitStatus=143
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --quiet "$unit"
systemctl restart "$unit"

step "Logs"
if [ -n "$PROXY_PARAMETER" ]; then
  aws ssm get-parameter --region "$REGION" --name "$PROXY_PARAMETER" --with-decryption --query Parameter.Value --output text \
    >/opt/aws/amazon-cloudwatch-agent/etc/common-config.toml
fi
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c "ssm:$AGENT_PARAMETER" >/dev/null
if [ -n "$FORWARDING_PARAMETER" ]; then
  if command -v apt-get >/dev/null; then
    apt-get -qy install "$packages"/common/fluent-bit*.deb
  else
    dnf -qy install "$packages"/common/fluent-bit*.rpm
  fi
  install -d -m 0700 /var/lib/fluent-bit
  aws ssm get-parameter --region "$REGION" --name "$FORWARDING_PARAMETER" --query Parameter.Value --output text \
    >/etc/fluent-bit/fluent-bit.conf
  systemctl enable --quiet fluent-bit
  systemctl restart fluent-bit
fi

step "Waiting until $PRODUCT answers"
for _ in $(seq 60); do
  # An answer that is an error is none yet.
  if curl -skfo /dev/null --max-time 5 --noproxy '*' "$HEALTH_URL"; then
    echo "$MARK" >"$done_mark"
    rm -rf "$packages"
    step "$PRODUCT $VERSION answers"
    exit 0
  fi
  sleep 10
done
echo "$PRODUCT $VERSION does not answer well at $HEALTH_URL after ten minutes. Its last words:" >&2
journalctl -u "$unit" -n 30 --no-pager >&2
exit 1
