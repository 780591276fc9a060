-- Streams whose names only Ledger writes, masked:… and retention:…, that have events of an application and are not archived: at most 10, by name.
select t.id
from {events}.mt_streams as t
where (starts_with(t.id, 'masked:') or starts_with(t.id, 'retention:'))
  and t.is_archived is not true
  and exists (
      select
      from {events}.mt_events as e
      where e.stream_id = t.id
        and e.type not in ('event.masked', 'retention.removed', 'retention.restored'))
order by t.id collate "C"
limit 10
