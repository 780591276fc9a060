-- Notes that summaries by rules of an application, which the caller does not have, lack events: $1 the streams.
update {ledger}.run_summary as r
set is_behind = true
from {events}.mt_streams as m
where r.stream = any ($1)
  and m.id = r.stream
  and r.version < m.version
  and not r.is_behind
