-- The objects and relations of a run or branch.
--   p_stream    the run or branch, such as run:a
--   p_position  the number of first events to apply (null: all)
-- Result: a row for each object and relation, with the positions of the events that created and last changed it.
create or replace function {ledger}.world(p_stream text, p_position bigint default null)
returns table (
    kind text, id text, type text, source_id text, target_id text, data jsonb, created_at bigint, changed_at bigint)
language plpgsql
volatile
as $function$
declare
    -- A statement of its own: the next one sees the rows that it has written.
    upto constant bigint := {ledger}.world_position_v1(p_stream, p_position);
begin
    return query select w.* from {ledger}.world_at_v1(p_stream, upto) as w;
end
$function$;

comment on function {ledger}.world(text, bigint) is
    'The objects and relations after the first p_position events of a run or branch (null: now), with the positions of the events that '
    'created and last changed them.';
