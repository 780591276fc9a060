-- What is near an object of a run or branch, in both directions.
--   p_stream    the run or branch, such as run:a
--   p_id        the object's id
--   p_depth     the number of relations to follow. Default: 1
--   p_position  the number of first events to apply (null: all)
-- Result: objects with their distance, and the relations that lead to them.
create or replace function {ledger}.neighbours(p_stream text, p_id text, p_depth integer default 1, p_position bigint default null)
returns table (kind text, distance integer, id text, type text, source_id text, target_id text, data jsonb)
language plpgsql
volatile
as $function$
declare
    -- A statement of its own: the next one sees the rows that it has written.
    upto constant bigint := {ledger}.world_position_v1(p_stream, p_position);
begin
    return query
    select n.*
    from {ledger}.world_neighbours_v1(p_stream, upto, p_id, p_depth) as n
    order by n.kind, n.distance, n.id collate "C";
end
$function$;

comment on function {ledger}.neighbours(text, text, integer, bigint) is
    'What is within p_depth relations of an object, in both directions, after the first p_position events of a run or branch (null: now): '
    'objects with their distance, and the relations that lead to them.';
