-- Summaries added up, those that are wanted by $1 to $16. $17 by what: day, model or label. At most 1,000 rows: the group or null, runs, those that have
-- failed, calls, tokens, cost; days from the last on, the others with the most expensive first.
select g.name,
       count(*),
       count(*) filter (where case when r.waits_until <= $3 then r.later_status else r.status end = 'failed'),
       sum(r.model_calls + r.tool_calls)::bigint,
       sum(r.tokens)::bigint,
       sum(r.cost_usd)
from {ledger}.run_summary as r
cross join lateral (
    select coalesce(m.is_archived, false) as is_archived
    from {events}.mt_streams as m
    where m.id = r.stream
    limit 1) as s
cross join lateral unnest(
    case $17::text
        when 'day' then array[to_char(r.updated_at at time zone 'UTC', 'YYYY-MM-DD')]
        when 'model' then array[r.model]
        else r.labels
    end) as g (name)
where
{filter}
group by g.name
order by case when $17::text = 'day' then g.name end collate "C" desc,
         sum(r.cost_usd) desc,
         g.name collate "C" nulls last
limit 1000
