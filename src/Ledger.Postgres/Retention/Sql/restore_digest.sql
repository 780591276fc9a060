-- The SHA-256 of the archive of a stream: $1 the run of retention, $2 the stream. No row where there is none.
select s.sha256
from {ledger}.retention_stream as s
where s.run = $1
  and s.stream = $2
  and s.sha256 is not null
