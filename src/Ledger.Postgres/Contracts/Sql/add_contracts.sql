-- Adds versions of contracts: $1 names, $2 versions, $3 schemas, $4 the names that they are read as or null, $5 whether they are enforced, $6 the program.
insert into {ledger}.event_contract (name, version, schema, upcast_to, is_enforced, declared_by, declared_at, seen_at)
select n.name, n.version, n.schema, n.upcast_to, $5, $6, clock_timestamp(), clock_timestamp()
from unnest($1::text[], $2::integer[], $3::jsonb[], $4::text[]) as n (name, version, schema, upcast_to)
