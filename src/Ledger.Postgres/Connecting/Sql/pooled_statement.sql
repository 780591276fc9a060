-- Whether the server knows this statement under a name that a pooler gave it. No parameters. Npgsql's names are '_p' or '_auto' and a number.
select exists (
    select
    from pg_catalog.pg_prepared_statements as s
    where s.statement like '%ledger_pooled_statement%'
      and s.name !~ '^_(p|auto)[0-9]+$')
