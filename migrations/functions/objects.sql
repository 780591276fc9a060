-- The objects of a run or branch, filtered.
--   p_stream    the run or branch, such as run:a
--   p_type      the type that they must have (null: any)
--   p_contains  the JSON that their data must contain, as @> says (null: any)
--   p_position  the number of first events to apply (null: all)
-- Result: a row for each object, by id.
create or replace function {ledger}.objects(
    p_stream text, p_type text default null, p_contains jsonb default null, p_position bigint default null)
returns table (id text, type text, data jsonb)
language plpgsql
volatile
as $function$
declare
    -- A statement of its own: the next one sees the rows that it has written.
    upto constant bigint := {ledger}.world_position_v1(p_stream, p_position);
begin
    return query
    select o.id, o.type, o.data
    from {ledger}.world_objects_v1(p_stream, upto, p_type, p_contains, null, 2147483647) as o;
end
$function$;

comment on function {ledger}.objects(text, text, jsonb, bigint) is
    'The objects after the first p_position events of a run or branch (null: now) that have a type and whose data contains (@>) some '
    'JSON, each null for any; by id.';
