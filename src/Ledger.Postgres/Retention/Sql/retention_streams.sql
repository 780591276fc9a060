-- The streams of a run in their order: $1 the run.
select s.stream, s.policy, s.version, s.kept, s.state, s.reason, s.events, s.file, s.file_bytes, s.sha256, s.fault
from {ledger}.retention_stream as s
where s.run = $1
order by s.place
