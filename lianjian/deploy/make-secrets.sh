#!/bin/sh
# Generates the secrets that docker-compose.yml mounts; a file that exists is kept. Usage: make-secrets.sh [folder]
# The folder is closed to other users, the files are not: a container's user has another number than yours.
# Keep a copy apart from the database's backups: without field_encryption_key what is encrypted stays unreadable.
set -eu
folder=${1:-secrets}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }
word() { random 30 | tr '+/' '-_'; }
keep() { # keep NAME TEXT
	if [ -e "$1" ]; then return; fi
	printf '%s' "$2" >"$1.new"
	chmod 644 "$1.new"
	mv "$1.new" "$1"
}

keep postgres_password "$(word)"
keep owner_password "$(word)"
keep application_password "$(word)"
keep redis_password "$(word)"
keep django_secret_key "$(word)$(word)"
keep field_encryption_key "$(random 32)"
keep blind_index_key "$(random 32)"
keep database_url "postgres://lianjian_app:$(cat application_password)@postgres:5432/lianjian"
keep database_owner_url "postgres://lianjian_owner:$(cat owner_password)@postgres:5432/lianjian"
keep broker_url "redis://:$(cat redis_password)@redis:6379/0"
keep cache_url "redis://:$(cat redis_password)@redis:6379/1"
keep redis_conf "requirepass $(cat redis_password)
appendonly yes
appendfsync everysec
save \"\"
maxmemory-policy noeviction
dir /data
"
