-- What differs between two runs, two branches, or two positions of one.
--   p_a, p_b        the runs or branches
--   p_at_a, p_at_b  the number of first events of each (null: all)
-- Result: a row for each object and relation that the second has and the first has not (added), that only the first has (removed), or
-- that is different (changed), with both states.
create or replace function {ledger}.diff(p_a text, p_b text, p_at_a bigint default null, p_at_b bigint default null)
returns table (kind text, id text, change text, old jsonb, new jsonb)
language plpgsql
volatile
as $function$
declare
    at_a constant bigint := {ledger}.world_position_v1(p_a, p_at_a);
    at_b constant bigint := {ledger}.world_position_v1(p_b, p_at_b);
begin
    return query
    select d.kind,
           d.id,
           case when d.old_type is null then 'added' when d.new_type is null then 'removed' else 'changed' end,
           case when d.old_type is not null then jsonb_strip_nulls(jsonb_build_object(
               'type', d.old_type, 'source_id', d.old_source_id, 'target_id', d.old_target_id)) || jsonb_build_object('data', d.old_data) end,
           case when d.new_type is not null then jsonb_strip_nulls(jsonb_build_object(
               'type', d.new_type, 'source_id', d.new_source_id, 'target_id', d.new_target_id)) || jsonb_build_object('data', d.new_data) end
    from {ledger}.world_diff_v1(p_a, at_a, p_b, at_b) as d
    order by d.kind, d.id collate "C";
end
$function$;

comment on function {ledger}.diff(text, text, bigint, bigint) is
    'What differs between two runs, branches, or positions of one: objects and relations that only the second has (added), that only the '
    'first has (removed), or that are different (changed), with their states.';
