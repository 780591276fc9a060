-- What a merge of one run or branch into another would write, before any decision; it writes nothing.
--   p_target  the run or branch to merge into, such as run:a
--   p_source  the run or branch to merge, such as branch:b
--   p_at      the number of the source's first events to merge (null: all)
--   p_deep    the properties whose members are merged one by one: a JSON object of arrays by type, such as {"Claim": ["details"]}
-- Result: a row for each event of an object or relation that would be written, in order: the change (created, patched, replaced, removed), the
-- name and data of the event, and the events of the source that it follows from, the newest first. Where conflicts are open, what
-- the target has stays. No row if there is nothing to merge.
create or replace function {ledger}.merge_preview(p_target text, p_source text, p_at bigint default null, p_deep jsonb default '{}')
returns table (change text, kind text, id text, event_type text, data jsonb, causes uuid[])
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
        where i.kind <> 'lost' and i.ours is distinct from i.result
    ),
    setter as materialized (
        select s.*
        from {ledger}.merge_setters_v1(
            p_source,
            plan.source_since,
            plan.source_at,
            array(select i.id from item as i where i.kind = 'object'),
            array(select i.id from item as i where i.kind = 'relation'),
            plan.merges) as s
    ),
    place as materialized (
        select i.kind, i.id, v.path, v.property, v.theirs as value
        from item as i
        cross join lateral {ledger}.merge_values_v1(i.ours, i.result, '{}') as v
        where i.result is not null and v.ours is distinct from v.theirs
    ),
    cause as (
        select c.kind, c.id, array_agg(c.event_id order by c.seq_id desc) as ids
        from (
            select distinct n.kind, n.id, (e.setter ->> 'id')::uuid as event_id, (e.setter ->> 'seq_id')::bigint as seq_id
            from (
                select p.kind, p.id, p.path from place as p
                union all
                select i.kind, i.id, '' from item as i where i.ours is null or i.result is null) as n
            left join setter as s on s.kind = n.kind and s.id = n.id
            cross join lateral (
                -- The last merge is looked up once: a join would read all setters for every row.
                select coalesce(
                    case when n.path = '' then s.last else coalesce(s.patches -> n.path, s.whole) end,
                    (select m.last from setter as m where m.kind is null)) as setter) as e
            where e.setter is not null) as c
        group by c.kind, c.id
    ),
    patch as (
        select p.kind, p.id, bool_and(p.property is not null and p.value is not null) as is_patch,
               coalesce(jsonb_object_agg(p.property, p.value) filter (where p.property is not null), '{}') as patch
        from place as p
        group by p.kind, p.id
    ),
    written as (
        select i.kind,
               i.id,
               i.result,
               case
                   when i.result is null then 'removed'
                   when i.ours is null then 'created'
                   when i.kind = 'object' and p.is_patch then 'patched'
                   else 'replaced'
               end as change,
               p.patch
        from item as i
        left join patch as p on p.kind = i.kind and p.id = i.id
    )
    select w.change,
           w.kind,
           w.id,
           w.kind || '.' || replace(w.change, 'replaced', 'created'),
           jsonb_build_object('id', w.id) || case w.change
               when 'removed' then '{}'
               when 'patched' then jsonb_build_object('patch', w.patch)
               else case when w.result -> 'data' = '{}' then w.result - 'data' else w.result end
           end,
           coalesce(c.ids, '{}')
    from written as w
    left join cause as c on c.kind = w.kind and c.id = w.id
    order by case
                 when w.change = 'removed' then case w.kind when 'relation' then 0 else 1 end
                 when w.kind = 'object' then 2
                 else 3
             end,
             w.id collate "C";
end
$function$;

comment on function {ledger}.merge_preview(text, text, bigint, jsonb) is
    'The events that a merge of the second run or branch into the first would write, before any decision: the change, the event''s name and data, '
    'and the events of the source that it follows from. It writes nothing. See conflicts.';
