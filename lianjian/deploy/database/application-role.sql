-- The role the application runs as: it reads and writes rows, and can neither alter tables nor create databases.
-- psql variables: application, application_password. Included by cluster.sql, or run alone in an existing database
-- by the role that owns (or will own) its tables.
\if :{?owner}
\else
  SELECT current_user AS owner, current_database() AS connectable \gset
\endif
SELECT format('CREATE ROLE %I', :'application')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'application') \gexec
ALTER ROLE :"application" LOGIN PASSWORD :'application_password';
\if :{?connectable}
  GRANT CONNECT, TEMPORARY ON DATABASE :"connectable" TO :"application";
\endif
GRANT USAGE ON SCHEMA public TO :"application";
-- What the owner creates later; migrations take away again what ledger and audit tables must not allow.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"application";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT USAGE, SELECT ON SEQUENCES TO :"application";
