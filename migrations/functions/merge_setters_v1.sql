-- Which event of a part of a history set each value of some objects and relations last. The rows must reach that far.
--   p_stream     the run or branch
--   p_from       the position of the first event of the part
--   p_to         the position after its last event
--   p_objects    the ids of the objects
--   p_relations  the ids of the relations
--   p_merges     the merges, from merge_events_v1
-- Result: a row for each that an event of the part made, changed or removed: the last event; the last that made or removed it, null for
-- none; and those that patched it since, as a JSON object by the place of the property. And a row without kind: the last merge of the
-- part, which may have left a value as it was. Each event is {id, seq_id, actor}.
create or replace function {ledger}.merge_setters_v1(
    p_stream text, p_from bigint, p_to bigint, p_objects text[], p_relations text[], p_merges jsonb)
returns table (kind text, id text, last jsonb, whole jsonb, patches jsonb)
language plpgsql
stable
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query
    with change as materialized (
        select case when c.type like 'object.%' then 'object' else 'relation' end as kind,
               c.data ->> 'id' as id,
               c.position,
               c.type = 'object.patched' as is_patch,
               c.data -> 'patch' as patch,
               jsonb_build_object('id', c.id, 'seq_id', c.seq_id, 'actor', c.headers ->> 'actor') as setter
        from {ledger}.world_changes_v1(p_stream, p_from, p_to, p_objects, p_relations) as c
        where c.type <> 'object.patched' or jsonb_typeof(c.data -> 'patch') = 'object'
    ),
    entity as materialized (
        select c.kind,
               c.id,
               (array_agg(c.setter order by c.position desc))[1] as last,
               (array_agg(c.setter order by c.position desc) filter (where not c.is_patch))[1] as whole,
               coalesce(max(c.position) filter (where not c.is_patch), -1) as since
        from change as c
        group by c.kind, c.id
    ),
    patched as (
        select c.kind, c.id, jsonb_object_agg('/data/' || replace(replace(p.key, '~', '~0'), '/', '~1'), c.setter order by c.position) as patches
        from change as c
        join entity as e on e.kind = c.kind and e.id = c.id and c.position > e.since
        cross join lateral jsonb_object_keys(c.patch) as p (key)
        where c.is_patch
        group by c.kind, c.id
    )
    select e.kind, e.id, e.last, e.whole, coalesce(p.patches, '{}')
    from entity as e
    left join patched as p on p.kind = e.kind and p.id = e.id
    union all
    (select null, null, jsonb_build_object('id', m.id, 'seq_id', m.seq_id, 'actor', m.actor), null, null
     from jsonb_to_recordset(p_merges) as m (stream text, version bigint, id uuid, seq_id bigint, actor text)
     join {ledger}.world_segment_v1(p_stream, p_to) as s on s.stream = m.stream
     where m.version <= s.upto and s.before + m.version > p_from
     order by s.ordinal desc, m.version desc
     limit 1);
end
$function$;
