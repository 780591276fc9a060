-- The values on which two runs or branches disagree, and who set each by which event: the conflicts of a merge of the second into the first.
--   p_target  the run or branch to merge into: "ours"
--   p_source  the run or branch to merge: "theirs"
--   p_at      the number of the source's first events to merge (null: all)
--   p_deep    as for merge_preview
-- Result: a row for each, objects first, by id and place: the type; the reason (set, retyped, created, removed, lost_end); the place, a JSON
-- pointer, empty for the whole, and its top-level property (null for all else); the value in the common state and on both sides, of
-- created, removed and lost_end the whole (null: it is not there); the events that set it, and who caused them.
create or replace function {ledger}.conflicts(p_target text, p_source text, p_at bigint default null, p_deep jsonb default '{}')
returns table (
    kind text, id text, type text, reason text, property text, path text, base jsonb, ours jsonb, theirs jsonb,
    our_event uuid, their_event uuid, our_actor text, their_actor text)
language plpgsql
volatile
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
declare
    plan record;
begin
    -- A statement of its own: the next one sees the rows that it writes.
    select p.* into plan from {ledger}.merge_plan_v1(p_target, p_source, p_at) as p;
    if not found then
        return;
    end if;

    return query
    with item as materialized (
        select i.*
        from {ledger}.merge_items_v1(
            p_target, plan.target_at, p_source, plan.source_at, plan.base_streams, plan.base_ats, p_deep) as i
    ),
    -- The objects that one side has and the merge does not, and whether it is ours that removed them.
    absent as materialized (
        select coalesce(jsonb_object_agg(i.id, i.kind = 'lost'), '{}') as ids
        from item as i
        where i.kind = 'lost' or i.kind = 'object' and i.ours is not null and i.result is null and i.conflict is null
    ),
    lost_end as materialized (
        select i.id, '/' || e.member as path, i.bases[1] as base, i.ours, i.theirs, i.result ->> e.member as end_id, a.by_ours
        from item as i
        cross join (values ('source_id'), ('target_id')) as e (member)
        cross join lateral (select (n.ids -> (i.result ->> e.member))::boolean as by_ours from absent as n) as a
        where i.kind = 'relation'
          and i.conflict is null
          and case when a.by_ours
              then i.theirs -> e.member = i.result -> e.member and exists (select from unnest(i.bases) as b (state) where b.state is distinct from i.theirs)
              when not a.by_ours then i.ours -> e.member = i.result -> e.member and exists (select from unnest(i.bases) as b (state) where b.state is distinct from i.ours)
          end
    ),
    conflict as materialized (
        select i.kind, i.id, coalesce(i.ours, i.theirs) as side, i.conflict as reason, null::text as property, '' as path, i.bases[1] as base, i.ours, i.theirs,
               i.kind as our_kind, i.id as our_id, '' as our_path, i.kind as their_kind, i.id as their_id, '' as their_path
        from item as i
        where i.conflict in ('removed', 'created')
        union all
        select i.kind, i.id, i.ours, case v.path when '/type' then 'retyped' else 'set' end, v.property, d.path, d.base, d.ours, d.theirs,
               i.kind, i.id, v.path, i.kind, i.id, v.path
        from item as i
        cross join lateral {ledger}.merge_values_v1(i.ours, i.theirs, i.bases) as v
        cross join lateral (
            select v.path, v.bases[1] as base, v.ours, v.theirs
            where p_deep -> (i.ours ->> 'type') ? v.property is not true
            union all
            select m.path, m.base, m.ours, m.theirs
            from {ledger}.merge_disputes_v1(v.path, v.ours, v.theirs, v.bases, true) as m
            where p_deep -> (i.ours ->> 'type') ? v.property) as d
        where i.conflict = 'values'
          and v.ours is distinct from v.theirs
          and exists (select from unnest(v.bases) as b (value) where b.value is distinct from v.theirs)
          and exists (select from unnest(v.bases) as b (value) where b.value is distinct from v.ours)
        union all
        select 'relation', l.id, coalesce(l.ours, l.theirs), 'lost_end', null, l.path, l.base, l.ours, l.theirs,
               case when l.by_ours then 'object' else 'relation' end,
               case when l.by_ours then l.end_id else l.id end,
               case when l.by_ours then '' else l.path end,
               case when l.by_ours then 'relation' else 'object' end,
               case when l.by_ours then l.id else l.end_id end,
               case when l.by_ours then l.path else '' end
        from lost_end as l
    ),
    our_setter as materialized (
        select s.*
        from {ledger}.merge_setters_v1(
            p_target,
            plan.target_since,
            plan.target_at,
            array(select distinct c.our_id from conflict as c where c.our_kind = 'object'),
            array(select distinct c.our_id from conflict as c where c.our_kind = 'relation'),
            plan.merges) as s
    ),
    their_setter as materialized (
        select s.*
        from {ledger}.merge_setters_v1(
            p_source,
            plan.source_since,
            plan.source_at,
            array(select distinct c.their_id from conflict as c where c.their_kind = 'object'),
            array(select distinct c.their_id from conflict as c where c.their_kind = 'relation'),
            plan.merges) as s
    )
    select c.kind, c.id, c.side ->> 'type', c.reason, c.property, c.path, c.base, c.ours, c.theirs,
           (o.setter ->> 'id')::uuid, (t.setter ->> 'id')::uuid, o.setter ->> 'actor', t.setter ->> 'actor'
    from conflict as c
    left join our_setter as a on a.kind = c.our_kind and a.id = c.our_id
    left join their_setter as b on b.kind = c.their_kind and b.id = c.their_id
    cross join lateral (
        -- The last merge is looked up once: a join would read all setters for every row.
        select coalesce(
            case when c.our_path = '' then a.last else coalesce(a.patches -> c.our_path, a.whole) end,
            (select m.last from our_setter as m where m.kind is null)) as setter) as o
    cross join lateral (
        select coalesce(
            case when c.their_path = '' then b.last else coalesce(b.patches -> c.their_path, b.whole) end,
            (select m.last from their_setter as m where m.kind is null)) as setter) as t
    order by c.kind, c.id collate "C", c.path collate "C";
end
$function$;

comment on function {ledger}.conflicts(text, text, bigint, jsonb) is
    'The values on which two runs or branches disagree: the conflicts of a merge of the second into the first, with the value in the common '
    'state and on both sides, and who set each by which event. See merge_preview.';
