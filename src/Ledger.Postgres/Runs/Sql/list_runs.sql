-- A page of summaries, those that are wanted by $1 to $16. They are sorted by a column, the highest first; $17 what the run before the page has
-- of it, and $18 the name of that run, null for the first page; $19 how many.
-- It is not prepared, because a plan for all filters would be a bad one for each. Whether a stream is archived is looked up for the page alone, in its order.
select r.stream,
       r.state,
       coalesce((select m.is_archived from {events}.mt_streams as m where m.id = r.stream limit 1), false)
from (
    select r.stream,
           r.state
    from {ledger}.run_summary as r
    where
{filter}
      and ($18::text is null or {key} <= {after} and ({key} < {after} or r.stream collate "C" > $18))
    order by {key} desc, r.stream collate "C"
    limit $19) as r
