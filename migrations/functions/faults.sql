-- The events of a run or branch that cannot be applied to its world, which goes on without them.
--   p_stream    the run or branch, such as run:a
--   p_position  the number of first events to look at (null: all)
-- Result: a row for each, in order: its position, id, type and fault.
create or replace function {ledger}.faults(p_stream text, p_position bigint default null)
returns table (at bigint, event_id uuid, type text, fault text)
language plpgsql
volatile
as $function$
#variable_conflict use_column
declare
    -- A statement of its own: the next one sees the rows that it has written.
    upto constant bigint := {ledger}.world_position_v1(p_stream, p_position);
begin
    return query
    select f.at, f.event_id, f.type, f.fault
    from {ledger}.world_faults_v1(p_stream, upto) as f;
end
$function$;

comment on function {ledger}.faults(text, bigint) is
    'The events among the first p_position of a run or branch (null: of all) that cannot be applied to its world, which goes on without them.';
