-- What policies ask to remove: $1 the policies as JSON, in their order: name, kind, label, keeps, before, keep_last; $2 the most streams. A row for each stream, in the
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
),
chosen as materialized (
    select s.id, s.policy, s.version, s."timestamp", s.is_behind
    from stream as s
    where s.place > s.keep_last
      and s."timestamp" < s.before
    order by s."timestamp", s.id collate "C"
    limit $2
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
-- What has to be readable for a branch or a task that stays.
needed_branch as (
    select b.parent as id
    from {ledger}.branch as b
    where not exists (select from judged as j where j.id = b.stream and j.reason is null)
    union
    select b.parent
    from needed_branch as n
    join {ledger}.branch as b on b.stream = n.id
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
)
select c.id,
       c.policy,
       c.version,
       least(c.kept, c.version),
       case
           when c.reason is not null then c.reason
           when c.kept >= c.version or c.kept > 0 and c.id ~ '^(task|chrono):' then 'branch'
           when starts_with(c.id, 'task:') and exists (select from needed_task as n where n.id = substr(c.id, 6)) then 'task'
       end
from cut as c
left join {ledger}.branch as b on b.stream = c.id
left join (select d.id, max(d.depth) as depth from task_depth as d group by d.id) as t on starts_with(c.id, 'task:') and t.id = substr(c.id, 6)
order by b.created_at desc nulls last, t.depth desc nulls last, c."timestamp", c.id collate "C"
