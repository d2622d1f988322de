#!/bin/sh
# Muster's role, which row-level security holds (docs/operating.md, The database's role), and its database.
set -eu
password=$(cat /run/secrets/database_password)
psql --username "${POSTGRES_USER:-postgres}" --set ON_ERROR_STOP=1 --set password="$password" <<'SQL'
CREATE ROLE muster LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE muster OWNER muster;
SQL
