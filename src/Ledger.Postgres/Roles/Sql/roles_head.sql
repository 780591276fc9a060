-- Ledger {version}: the roles of a log, as a script for psql. Run it as a superuser, or as a role that owns the tables and may create roles; run again, it
-- corrects what differs. The roles cannot log in: grant them to those of programs, as in: grant {writer} to app;
\set ON_ERROR_STOP on
begin;

-- Statements that wait for running appends give up after ten seconds; run it again then.
set local lock_timeout = '10s';

do $tenancy$
begin
    if to_regclass(quote_ident({ledger_text}) || '.tenant_seed') is not null then
        raise exception 'The schema % has the logs of many tenants, for which ledger roles create makes roles. Nothing was changed.', {ledger_text};
    end if;
end
$tenancy$;
