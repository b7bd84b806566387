#!/bin/sh
# nginx in a container, without root: its configuration is made anew at each start.
# With /certificates/chain.pem and key.pem it speaks TLS, and sends plain HTTP there.
set -eu

folder=$CLOUDEYE_RUN_DIR/nginx
mkdir -p "$folder"
plain=${NGINX_PORT:-8080} tls=${NGINX_TLS_PORT:-8443}
if [ -e /certificates/chain.pem ]; then
    set -- --listen "$tls" --certificate /certificates/chain.pem --key /certificates/key.pem --plain-port "$plain"
else
    set -- --listen "$plain"
fi
.venv/bin/python -m config.launch.nginx --whole "$folder" --server-name "${NGINX_NAME:-_}" "$@" >"$folder/nginx.conf"
exec nginx -p "$folder" -c "$folder/nginx.conf" -e stderr -g 'daemon off;'
