-- The role the application runs as: it can neither alter tables nor create databases. What it may do with which table
-- is granted after every migration, table by table, by the role that owns the tables.
-- psql variables: application, application_password. Included by cluster.sql, or run alone in an existing database.
SELECT format('CREATE ROLE %I', :'application')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'application') \gexec
ALTER ROLE :"application" LOGIN PASSWORD :'application_password';
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), :'application') \gexec
