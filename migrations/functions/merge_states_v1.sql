-- Some objects and relations after the first p_position events of a history, as a merge compares them. The rows must reach that far.
--   p_stream     the run or branch
--   p_position   the number of events
--   p_objects    the ids of the objects
--   p_relations  the ids of the relations
--   p_ends       the ids of objects whose relations are wanted too, as for world_entities_v1
-- Result: a row for each that exists: its state is {type, data}, of a relation {type, source_id, target_id, data}.
create or replace function {ledger}.merge_states_v1(
    p_stream text, p_position bigint, p_objects text[], p_relations text[], p_ends text[])
returns table (kind text, id text, state jsonb)
language sql
stable
as $function$
    select e.kind,
           e.id,
           jsonb_build_object('type', e.type, 'data', e.data)
           || case when e.kind = 'relation' then jsonb_build_object('source_id', e.source_id, 'target_id', e.target_id) else '{}' end
    from {ledger}.world_entities_v1(p_stream, p_position, p_objects, p_relations, p_ends) as e
$function$;
