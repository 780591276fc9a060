-- Ledger {version}: the schema, as a script for psql.
-- Run it with `psql --file=…` as a role that may create the schemas. Run again, or on a database that has some of the migrations,
-- it applies what is missing and records it, like `ledger migrate apply`.
\set ON_ERROR_STOP on
set client_encoding = 'UTF8';
set client_min_messages = warning;

do $encoding$
begin
    if current_setting('server_encoding') <> 'UTF8' then
        raise exception 'Database % has the encoding %, but Ledger needs UTF8.', current_database(), current_setting('server_encoding');
    end if;
end
$encoding$;

{check}

begin;
select pg_advisory_xact_lock(hashtextextended('ledger migrate', 0)) as ledger_locked \gset
{prepare}
commit;
