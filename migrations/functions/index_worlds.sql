-- Makes the index for objects by what their data contains (@>). Every patch then writes to it and no longer stays in its page. The index can
-- also be made by hand, with concurrently, under the same name.
-- Result: none.
create or replace function {ledger}.index_worlds()
returns void
language sql
volatile
as $function$
    create index if not exists ix_world_object_data on {ledger}.world_object using gin (data jsonb_path_ops)
$function$;

comment on function {ledger}.index_worlds() is
    'Makes an index for objects by what their data contains (@>). Every patch then writes to it, and no longer stays in its page.';
