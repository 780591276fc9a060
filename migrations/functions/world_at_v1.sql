-- The objects and relations after the first p_position events of a history.
--   p_stream    the run or branch
--   p_position  the number of events
-- Result: a row for each, each kind in the order of creation.
create or replace function {ledger}.world_at_v1(p_stream text, p_position bigint)
returns table (
    kind text, id text, type text, source_id text, target_id text, data jsonb, created_at bigint, changed_at bigint)
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query
    with segment as materialized (
        select s.* from {ledger}.world_segment_v1(p_stream, p_position) as s
    ),
    object as (
        select distinct on (o.id) o.id, x.*, s.before + x.valid_from - 1 as changed_at
        from segment as s
        join {ledger}.world_object as o on o.stream = s.stream
        cross join lateral (
            select o.type, o.data, o.created_at, o.valid_from, o.removed
            where o.valid_from <= s.upto
            union all
            (select p.type, p.data, p.created_at, p.valid_from, p.removed
             from {ledger}.world_object_past as p
             where o.valid_from > s.upto and p.stream = o.stream and p.id = o.id and p.valid_from <= s.upto
             order by p.valid_from desc
             limit 1)) as x
        order by o.id, s.ordinal desc
    ),
    relation as (
        select distinct on (r.id) r.id, x.*, s.before + x.valid_from - 1 as changed_at
        from segment as s
        join {ledger}.world_relation as r on r.stream = s.stream
        cross join lateral (
            select r.type, r.source_id, r.target_id, r.data, r.created_at, r.valid_from, r.removed
            where r.valid_from <= s.upto
            union all
            (select p.type, p.source_id, p.target_id, p.data, p.created_at, p.valid_from, p.removed
             from {ledger}.world_relation_past as p
             where r.valid_from > s.upto and p.stream = r.stream and p.id = r.id and p.valid_from <= s.upto
             order by p.valid_from desc
             limit 1)) as x
        order by r.id, s.ordinal desc
    )
    select w.*
    from (
        select 'object', o.id, o.type, null, null, o.data, o.created_at, o.changed_at from object as o where not o.removed
        union all
        select 'relation', r.id, r.type, r.source_id, r.target_id, r.data, r.created_at, r.changed_at
        from relation as r
        where not r.removed) as w (kind, id, type, source_id, target_id, data, created_at, changed_at)
    order by w.kind, w.created_at;
end
$function$;
