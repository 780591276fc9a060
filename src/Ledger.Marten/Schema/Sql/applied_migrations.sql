-- The migrations and the functions that the database records, as XML, each null if its table does not exist: a statement that named the
-- table would fail there; and whether something is missing that they made. One row.
-- {relations}, {routines}, {keys}: what they make, as string constants: tables, views and sequences by their quoted names, functions and foreign
-- keys of Ledger's schema by their plain names.
select case
           when to_regclass(quote_ident({ledger_text}) || '.migration') is not null then
               query_to_xml(
                   'select number, name, checksum, applied_at, applied_by from ' || quote_ident({ledger_text}) || '.migration order by number',
                   false, false, '')::text
       end,
       case
           when to_regclass(quote_ident({ledger_text}) || '.schema_function') is not null then
               query_to_xml(
                   'select name, checksum, applied_at, applied_by from ' || quote_ident({ledger_text}) || '.schema_function order by name',
                   false, false, '')::text
       end,
       exists (
           select
           from unnest(array[{relations}]::text[]) as n (name)
           where to_regclass(n.name) is null)
       or exists (
           select
           from unnest(array[{routines}]::text[]) as n (name)
           where not exists (
               select
               from pg_catalog.pg_proc as p
               where p.pronamespace = to_regnamespace(quote_ident({ledger_text}))
                 and p.proname = n.name))
       or exists (
           select
           from unnest(array[{keys}]::text[]) as n (name)
           where not exists (
               select
               from pg_catalog.pg_constraint as k
               where k.connamespace = to_regnamespace(quote_ident({ledger_text}))
                 and k.conname = n.name
                 and k.contype = 'f'));
