-- One migration in the script for psql: applied and recorded unless the database has it. The functions that its triggers call come first.

begin;
select pg_advisory_xact_lock(hashtextextended('ledger migrate', 0)) as ledger_locked \gset
select not exists (select from {ledger}.migration where number = {number}) as ledger_pending,
       to_regclass(quote_ident({ledger_text}) || '.tenant_seed') is not null as ledger_divided \gset
\if :ledger_pending
set local statement_timeout = 0;
set local check_function_bodies = off;
{change}
insert into {ledger}.migration (number, name, checksum, applied_at, applied_by)
values ({number}, '{name}', '{checksum}', clock_timestamp(), '{version}');
\endif
commit;
