#!/bin/sh
# Run once by the postgres image, when its data folder is empty: makes the roles and the database.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=template1 <<'SQL'
\set database lianjian
\set owner lianjian_owner
\set owner_password `cat /run/secrets/owner_password`
\set application lianjian_app
\set application_password `cat /run/secrets/application_password`
\i /opt/lianjian/database/cluster.sql
SQL
