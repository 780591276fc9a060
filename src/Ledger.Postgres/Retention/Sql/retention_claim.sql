-- Names the file that a stream is archived to, before it is written, so that what an interruption leaves of it is known: $1 the run, $2 the stream, $3 the file, $4 the one that
-- was named before, null for none. A row if it was that one still, and nothing of the stream is gone.
update {ledger}.retention_stream as s
set state = 'planned',
    file = $3,
    file_bytes = null,
    sha256 = null,
    mark = null
where s.run = $1
  and s.stream = $2
  and s.state in ('planned', 'archived')
  and s.file is not distinct from $4
returning s.state
