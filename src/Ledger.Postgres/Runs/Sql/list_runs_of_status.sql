-- The same as list_runs for one status, $2: those that have it now, and those that have it since what they waited for has expired, each in the order of the list.
select r.stream,
       r.state,
       coalesce((select m.is_archived from {events}.mt_streams as m where m.id = r.stream limit 1), false)
from (
    select p.stream,
           p.state
    from (
        (select r.stream,
                r.state,
                {key} as key
         from {ledger}.run_summary as r
         where
{filter}
           and r.status = $2
           and (r.waits_until is null or r.waits_until > $3)
           and ($18::text is null or {key} <= {after} and ({key} < {after} or r.stream collate "C" > $18))
         order by {key} desc, r.stream collate "C"
         limit $19)
        union all
        (select r.stream,
                r.state,
                {key}
         from {ledger}.run_summary as r
         where
{filter}
           and r.later_status = $2
           and r.waits_until <= $3
           and ($18::text is null or {key} <= {after} and ({key} < {after} or r.stream collate "C" > $18))
         order by {key} desc, r.stream collate "C"
         limit $19)) as p
    order by p.key desc, p.stream collate "C"
    limit $19) as r
