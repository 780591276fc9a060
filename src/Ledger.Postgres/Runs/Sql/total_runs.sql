-- Summaries added up by a group, those that are wanted by $1 to $16; $17 whether by days. At most 1,000 rows: the group or null, runs, those that have
-- failed, calls, tokens, cost; days from the last on, the others with the most expensive first.
-- {group} is what they are grouped by, and {name} the same as text.
select {name},
       count(*),
       count(*) filter (where g.status = 'failed'),
       sum(g.calls)::bigint,
       sum(g.tokens)::bigint,
       sum(g.cost_usd)
from (
    select n.name,
           case when r.waits_until <= $3 then r.later_status else r.status end as status,
           r.model_calls + r.tool_calls as calls,
           r.tokens,
           r.cost_usd
    from {ledger}.run_summary as r
    cross join lateral (select {group} as name) as n
    where
{filter}
      and ($2::text is null
           or (r.status = $2 and (r.waits_until is null or r.waits_until > $3))
           or (r.later_status = $2 and r.waits_until <= $3))
    offset 0) as g
group by g.name
order by case when $17::boolean then g.name end desc,
         sum(g.cost_usd) desc,
         {name} collate "C" nulls last
limit 1000
