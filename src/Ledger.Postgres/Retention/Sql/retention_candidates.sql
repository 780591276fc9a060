-- What policies ask to remove: $1 the policies as JSON, in their order: name, kind, label, keeps, before, keep_last; $2 the most streams that are removed,
-- and the most that are not. A row for each stream, in the
-- order in which they can be removed: branches before what they were forked from, and tasks before their parents. The stream, the policy, its last version, how many of its first events stay
-- because branches share them, and why nothing of it can be removed, or null: held, behind, unsealed, branch, task.
with recursive policy as materialized (
    select p.ordinal,
           p.value ->> 'name' as name,
           p.value ->> 'kind' as kind,
           p.value ->> 'label' as label,
           clock_timestamp() - make_interval(secs => (p.value ->> 'older_than')::double precision) as before,
           (p.value ->> 'keep_last')::bigint as keep_last
    from jsonb_array_elements($1) with ordinality as p (value, ordinal)
),
stream as materialized (
    select t.id,
           t.version,
           t."timestamp",
           q.name as policy,
           q.before,
           q.keep_last,
           row_number() over (partition by q.ordinal order by t."timestamp" desc, t.id collate "C") as place,
           (exists (select from policy as p where p.label is not null)
                   or exists (select from {ledger}.retention_hold as h where starts_with(h.target, 'label:')))
               and (starts_with(t.id, 'run:') or starts_with(t.id, 'branch:'))
               and r.version is distinct from t.version as is_behind
    from {events}.mt_streams as t
    left join {ledger}.run_summary as r on r.stream = t.id
    cross join lateral (
        select p.*
        from policy as p
        where (p.kind is null
               or p.kind = case
                   when starts_with(t.id, 'run:') then 'run'
                   when starts_with(t.id, 'branch:') then 'branch'
                   when starts_with(t.id, 'task:') then 'task'
                   when starts_with(t.id, 'chrono:') then 'records'
                   else 'stream'
               end)
          and (p.label is null or p.label = any (r.labels))
        order by p.ordinal
        limit 1) as q
    where t.version > 0
      and t.id <> 'mt_tombstone'
      and not starts_with(t.id, 'retention:')
      and not starts_with(t.id, 'masked:')
),
chosen as materialized (
    select s.id, s.policy, s.version, s."timestamp", s.is_behind
    from stream as s
    where s.place > s.keep_last
      and s."timestamp" < s.before
),
judged as materialized (
    select c.*,
           case
               when {ledger}.retention_held_v1(c.id) then 'held'
               when c.is_behind then 'behind'
               when exists (
                   select
                   from {ledger}.seal_head as h
                   join {events}.mt_events as e on e.stream_id = c.id and e.version = c.version
                   where h.size > 0 and e.seq_id > h.seq) then 'unsealed'
           end as reason
    from chosen as c
),
-- What has to be readable for a branch or a task that stays. A merge needs all of what it merged: a later one asks what the two have in common.
tree as materialized (
    select b.stream as id from {ledger}.branch as b
    union
    select b.parent from {ledger}.branch as b
),
merge as materialized (
    select m.id, m.data ->> 'source' as source
    from (
        with recursive taken as (
            select t.id, 0::bigint as number, m.data
            from tree as t
            cross join lateral (
                select e.data from {events}.mt_events as e where e.id = {ledger}.merge_id_v1(t.id, 0) and e.type = 'branch.merged' offset 0) as m
            union all
            select t.id, t.number + 1, m.data
            from taken as t
            cross join lateral (
                select e.data from {events}.mt_events as e where e.id = {ledger}.merge_id_v1(t.id, t.number + 1) and e.type = 'branch.merged' offset 0) as m
        )
        select t.id, t.data from taken as t) as m
    where jsonb_typeof(m.data -> 'source') = 'string'
),
needs as materialized (
    select b.stream as id, b.parent as needed, false as is_whole from {ledger}.branch as b
    union all
    select m.id, m.source, true from merge as m
),
needed_branch as (
    select r.needed as id, r.is_whole
    from needs as r
    where not exists (select from judged as j where j.id = r.id and j.reason is null)
    union
    select r.needed, r.is_whole
    from needed_branch as n
    join needs as r on r.id = n.id
),
needed_task as (
    select t.parent_task_id as id
    from {ledger}.tasks as t
    where t.parent_task_id is not null
      and not exists (select from judged as j where j.id = 'task:' || t.id and j.reason is null)
    union
    select t.parent_task_id
    from needed_task as n
    join {ledger}.tasks as t on t.id = n.id
    where t.parent_task_id is not null
),
-- How deep a task is below others: its creation, which its program states, says nothing.
task_depth as (
    select t.id, t.parent_task_id, 0 as depth
    from judged as j
    join {ledger}.tasks as t on j.id = 'task:' || t.id
    where starts_with(j.id, 'task:')
    union all
    select d.id, t.parent_task_id, d.depth + 1
    from task_depth as d
    join {ledger}.tasks as t on t.id = d.parent_task_id
),
cut as (
    select j.*,
           case
               when exists (select from needed_branch as n where n.id = j.id and n.is_whole) then j.version
               when exists (select from needed_branch as n where n.id = j.id) then greatest(
                   1,
                   (select max(s.taken)
                    from {ledger}.branch_segment as s
                    where s.stream = j.id
                      and (not exists (select from judged as o where o.id = s.branch and o.reason is null)
                           or exists (select from needed_branch as n where n.id = s.branch))))
               else 0
           end as kept
    from judged as j
),
reasoned as materialized (
    select c.id,
           c.policy,
           c.version,
           least(c.kept, c.version) as kept,
           case
               when c.reason is not null then c.reason
               when c.kept >= c.version or c.kept > 0 and c.id ~ '^(task|chrono):' then 'branch'
               when starts_with(c.id, 'task:') and exists (select from needed_task as n where n.id = substr(c.id, 6)) then 'task'
           end as reason,
           row_number() over (order by b.created_at desc nulls last, t.depth desc nulls last, c."timestamp", c.id collate "C") as place
    from cut as c
    left join {ledger}.branch as b on b.stream = c.id
    left join (select d.id, max(d.depth) as depth from task_depth as d group by d.id) as t on starts_with(c.id, 'task:') and t.id = substr(c.id, 6)
)
select r.id, r.policy, r.version, r.kept, r.reason
from (select n.*, row_number() over (partition by n.reason is null order by n.place) as number from reasoned as n) as r
where r.number <= $2
order by r.place
