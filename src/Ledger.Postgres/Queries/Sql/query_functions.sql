-- Of the functions that a question may call, by their names $1, those that may do more than answer, in any schema: the volatile ones, and those of PostgreSQL and its
-- extensions that are stable and run a text as SQL, in which no name was checked. A read-only transaction
-- keeps them from writing to tables, but not from ending sessions, writing files of the server, locking, or giving the session another role.
-- Those that Ledger documents are asked for, and write nothing in such a transaction; the others of the list only tell of time, chance and sizes.
select distinct p.proname::text
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where p.proname = any ($1::text[])
  and (p.provolatile = 'v'
      or p.proname ~ '^((query|cursor|table|schema|database)_to_xml(schema|_and_xmlschema)?|crosstab.*|connectby|xpath_table|ts_stat|ts_rewrite)$')
  and not (n.nspname = {ledger_text} and p.proname !~ '_v[0-9]+$')
  and not (n.nspname = 'pg_catalog' and p.proname in (
      'clock_timestamp', 'timeofday', 'random', 'random_normal', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'pg_column_size', 'pg_database_size',
      'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_tablespace_size'))
order by 1
