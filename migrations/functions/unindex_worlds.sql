-- Drops the index that index_worlds made.
-- Result: none.
create or replace function {ledger}.unindex_worlds()
returns void
language sql
volatile
as $function$
    drop index if exists {ledger}.ix_world_object_data
$function$;

comment on function {ledger}.unindex_worlds() is 'Drops the index that index_worlds made.';
