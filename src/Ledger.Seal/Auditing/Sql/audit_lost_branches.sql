-- Branches of the table that no first event of their stream makes, or that have another parent, root, name or last segment than that says; prefixes are compared with the entries.
-- The stream, and whether there is no such event.
select b.stream, e.stream_id is null
from {ledger}.branch as b
left join {events}.mt_events as e on e.stream_id = b.stream and e.version = 1 and e.type = 'branch.created'
left join {ledger}.branch_segment as s on s.branch = b.stream
where e.stream_id is null
   or e.data ? 'parent' and (b.parent <> e.data ->> 'parent' or b.root is distinct from e.data ->> 'root' or b.name is distinct from e.data ->> 'name')
   or e.data ? 'lineage' and (s.stream is distinct from e.data -> 'lineage' -> -1 ->> 'stream' or s.taken::text is distinct from e.data -> 'lineage' -> -1 ->> 'taken')
order by b.stream
limit 1000
