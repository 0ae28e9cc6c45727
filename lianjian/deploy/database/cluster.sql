-- A new cluster: owner role, application role, extensions, database. Run by a superuser in template1, so that every
-- database made from it (those of the tests too) has the extensions.
-- psql variables: database, owner, owner_password, application, application_password.
SET log_min_error_statement = panic; -- no password reaches the log
SELECT format('CREATE ROLE %I', :'owner') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
ALTER ROLE :"owner" LOGIN CREATEDB NOCREATEROLE NOSUPERUSER PASSWORD :'owner_password';
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
\ir application-role.sql
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
