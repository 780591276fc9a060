-- Events that compactions of record stores took out of their streams: $1 their numbers.
select a.seq_id, a.id, a.stream, a.version, a.type, a."timestamp", a.data, a.headers
from {ledger}.chrono_archive as a
where a.seq_id = any ($1)
order by a.seq_id
