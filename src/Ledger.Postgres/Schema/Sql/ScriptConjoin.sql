-- In the script for psql: the tables are divided by tenants, unless all are.

begin;
select pg_advisory_xact_lock(hashtextextended('ledger migrate', 0)) as ledger_locked \gset
select (
{pending}
) as ledger_to_divide \gset
\if :ledger_to_divide
set local statement_timeout = 0;
{text}
\endif
commit;
